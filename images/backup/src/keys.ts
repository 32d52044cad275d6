import { createHash, createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import { ageKey } from "./age";
import type { RunnerConfig } from "./config";
import { archiveId } from "./manifest";
import type { Store } from "./store";

/** Days after which somebody should look again whether the copy of the recovery key is still there. */
export const CONFIRM_DAYS = 365;

/** Folder of the confirmations in the bucket. */
const FOLDER = "keys";

/** That somebody holds a copy of the recovery key away from the host. */
export interface Confirmation {
  readonly fingerprint: string;
  /** ISO 8601. */
  readonly at: string;
  readonly by: string;
  /** Where the copy lies: "safe in the Kraków office". */
  readonly where: string;
}

/** What is known of a schedule's recovery key. Nothing here is secret. */
export interface KeyStatus {
  readonly schedule: string;
  readonly fingerprint: string;
  /** Recipients of new archives. */
  readonly recipients: readonly string[];
  /** Whether the recipients are the site's own: their private halves are kept by the site, and are not part of this key. */
  readonly elsewhere: boolean;
  /** Public half of the key that signs drill reports, in base64. */
  readonly signingKey: string;
  /** The newest confirmation of this very key. */
  readonly confirmed: Confirmation | undefined;
}

/** The passphrase that everything else follows from. */
export function passphraseOf(config: RunnerConfig): string {
  const passphrase = readFileSync(config.passphraseFile, "utf8").trim();
  if (passphrase === "") throw new Error(`${config.passphraseFile} is empty`);
  return passphrase;
}

/** A short text that tells one passphrase from another and gives nothing of it away. */
export function fingerprintOf(passphrase: string): string {
  const hex = createHash("sha256").update(`bulwark backup key fingerprint\0${passphrase}`).digest("hex").slice(0, 16);
  return hex.replace(/(.{4})(?!$)/g, "$1-");
}

/** What to keep off the host, as a text that explains itself to somebody who has nothing else left. `recipients`: those of new archives. */
export function recoveryKey(config: RunnerConfig, recipients: readonly string[]): string {
  const passphrase = passphraseOf(config);
  const { identity, recipient } = ageKey(passphrase);
  const elsewhere = config.recipients.length > 0 && !recipients.includes(recipient);
  const { endpoint, bucket, region } = config.store;
  return [
    `# Recovery key of the backups "${config.schedule}" (${config.environment}). SECRET: whoever has it can read every backup.`,
    `# fingerprint: ${fingerprintOf(passphrase)}`,
    `# repository: ${endpoint} bucket ${bucket} region ${region}`,
    "#",
    `# A dump by hand, from archive/<server>/<database>/<id>/, with the tools ${config.tool ?? "age"} and pg_restore:`,
    ...(config.tool === "gpg"
      ? [
          elsewhere
            ? "#   gpg --decrypt -o dump dump.gpg && pg_restore -d <database> dump"
            : "#   sed -n 's/^# passphrase: //p' THIS_FILE | gpg --batch --pinentry-mode loopback --passphrase-fd 0 -o dump --decrypt dump.gpg && pg_restore -d <database> dump",
        ]
      : ["#   age --decrypt -i THIS_FILE -o dump dump.age && pg_restore -d <database> dump"]),
    ...(elsewhere
      ? [`#   (new dumps are for ${recipients.join(", ")}: they take the private half of those, not this one)`]
      : []),
    "# The physical backups below pgbackrest/: pgbackrest --repo1-cipher-type=aes-256-cbc, with this passphrase:",
    `# passphrase: ${passphrase}`,
    identity,
    "",
  ].join("\n");
}

/** The passphrase of an exported recovery key. Throws when the text is none. */
export function passphraseIn(exported: string): string {
  const found = /^# passphrase: (\S+)$/m.exec(exported)?.[1];
  if (found === undefined) throw new Error("this is no recovery key: it has no line `# passphrase: …`");
  return found;
}

/** Keys to read with, as a file holds them. */
export interface Identities {
  /** age identities. */
  readonly age: readonly string[];
  /** GPG private keys in ASCII armour; empty: none. */
  readonly gpg: string;
  /** Passphrases of exported recovery keys. */
  readonly passphrases: readonly string[];
  /** What protects the GPG private keys, if anything does. */
  readonly protection?: string;
}

/** How a text says what protects the GPG private key that stands in it. */
export const PROTECTION = "# protected by: ";

const PRIVATE_KEY = /^-----BEGIN PGP PRIVATE KEY BLOCK-----$[\s\S]*?^-----END PGP PRIVATE KEY BLOCK-----$/gm;

/** The keys of a file: an exported recovery key, a file of age, or an exported GPG private key. Throws when there is none. */
export function identitiesIn(text: string): Identities {
  const lines = text.replace(/\r\n/g, "\n");
  const age = [...(lines.match(/^AGE-SECRET-KEY-1[0-9A-Z]+$/gm) ?? [])];
  const gpg = [...(lines.match(PRIVATE_KEY) ?? [])].join("\n");
  const passphrases = [...lines.matchAll(/^# passphrase: (\S+)$/gm)].map(([, each = ""]) => each);
  if (age.length === 0 && gpg === "")
    throw new Error("no key is in it: neither a line AGE-SECRET-KEY-1… nor a PGP PRIVATE KEY BLOCK");
  const protection = lines.split("\n").find((line) => line.startsWith(PROTECTION));
  return {
    age,
    gpg,
    passphrases,
    ...(protection === undefined ? {} : { protection: protection.slice(PROTECTION.length) }),
  };
}

/** Records that a copy exists. Only who holds the copy can: its fingerprint is compared. */
export async function confirmKey(
  config: RunnerConfig,
  store: Store,
  exported: string,
  given: { readonly by: string; readonly where: string; readonly now: Date },
): Promise<Confirmation> {
  const fingerprint = fingerprintOf(passphraseOf(config));
  const copy = fingerprintOf(passphraseIn(exported));
  if (copy !== fingerprint)
    throw new Error(`the copy is of the key ${copy}, the backups use ${fingerprint}: export the key again`);
  const confirmation = { fingerprint, at: given.now.toISOString(), by: given.by, where: given.where };
  await store.write(
    `${FOLDER}/${config.schedule}/confirmed-${archiveId(given.now)}.json`,
    `${JSON.stringify(confirmation, null, 2)}\n`,
  );
  return confirmation;
}

/** What is known of the key, with the newest confirmation that is of it. */
export async function keyStatus(config: RunnerConfig, store: Store, recipients: readonly string[]): Promise<KeyStatus> {
  const passphrase = passphraseOf(config);
  const fingerprint = fingerprintOf(passphrase);
  const names = (await store.list(`${FOLDER}/${config.schedule}/`))
    .map((each) => each.path)
    .sort()
    .reverse();
  let confirmed: Confirmation | undefined;
  for (const name of names) {
    const found = JSON.parse(await store.read(`${FOLDER}/${config.schedule}/${name}`)) as Confirmation;
    if (found.fingerprint !== fingerprint) continue;
    confirmed = found;
    break;
  }
  const signingKey = publicText(createPublicKey(signer(passphrase)));
  return {
    schedule: config.schedule,
    fingerprint,
    recipients,
    elsewhere: config.recipients.length > 0,
    signingKey,
    confirmed,
  };
}

/** A signature over a text, with what is needed to check it. */
export interface Signature {
  readonly algorithm: "ed25519";
  /** In base64. Compare it with `bulwark backup key status` of the stack: anyone can sign with a key of his own. */
  readonly publicKey: string;
  readonly value: string;
}

/** Signs a text with the key that follows from the passphrase. */
export function signed(text: string, passphrase: string): Signature {
  const key = signer(passphrase);
  return {
    algorithm: "ed25519",
    publicKey: publicText(createPublicKey(key)),
    value: sign(null, Buffer.from(text), key).toString("base64"),
  };
}

/** Whether a signature is that of a text by this public key. */
export function isSignedBy(text: string, signature: Signature, publicKey: string): boolean {
  if (signature.algorithm !== "ed25519" || signature.publicKey !== publicKey) return false;
  const key = createPublicKey({
    key: Buffer.concat([SPKI, Buffer.from(publicKey, "base64")]),
    format: "der",
    type: "spki",
  });
  return verify(null, Buffer.from(text), key, Buffer.from(signature.value, "base64"));
}

/** What stands in front of the 32 bytes of an Ed25519 key. */
const PKCS8 = Buffer.from("302e020100300506032b657004220420", "hex");
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

function signer(passphrase: string): KeyObject {
  const seed = Buffer.from(hkdfSync("sha256", passphrase, "", "bulwark drill report", 32));
  return createPrivateKey({ key: Buffer.concat([PKCS8, seed]), format: "der", type: "pkcs8" });
}

function publicText(key: KeyObject): string {
  return key.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
}
