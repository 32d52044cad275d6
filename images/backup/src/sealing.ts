import { existsSync, readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ageKey } from "./age";
import type { RunnerConfig, SealingTool } from "./config";
import { type GpgKey, Keyring } from "./gpg";
import { fingerprintOf, type Identities, identitiesIn, passphraseOf } from "./keys";
import { PATHS } from "./paths";
import { run } from "./process";
import { replaceFile } from "./state";

/** What dumps are encrypted with before they leave the host. */
export interface Sealer {
  readonly tool: SealingTool;
  /** Who can read what it encrypts: age recipients, fingerprints of GPG keys, or the passphrase by its fingerprint. */
  readonly recipients: readonly string[];
  encrypt(from: string, to: string): Promise<void>;
}

/** Every key to read with that is at hand. */
export interface Opener {
  /** The recipients that those keys belong to. */
  readonly recipients: ReadonlySet<string>;
  decrypt(tool: SealingTool, recipients: readonly string[], from: string, to: string): Promise<void>;
}

/** Where an age identity lies that is not the one of the passphrase. */
const IDENTITY_FILE = "/run/secrets/age-identity";

/** How a manifest names the passphrase as the only recipient. */
const byPassphrase = (passphrase: string): string => `passphrase:${fingerprintOf(passphrase)}`;

/** Gathers the keys, those of the configuration and those handed over, for one piece of work; what they need in files is removed afterwards. */
export async function withKeys<T>(
  config: RunnerConfig,
  given: string | undefined,
  use: (sealer: Sealer, opener: Opener) => Promise<T>,
): Promise<T> {
  const handed = given === undefined ? undefined : identitiesIn(given);
  const cleanup: (() => Promise<void>)[] = [];
  const keyring = once(async () => {
    const ring = await Keyring.make(join(PATHS.memory, `gnupg-${process.pid}`));
    cleanup.push(() => ring.remove());
    return ring;
  });
  const identities = join(PATHS.memory, `identities-${process.pid}`);
  cleanup.push(() => rm(identities, { force: true }));
  try {
    return await use(await sealerOf(config, keyring), await openerOf(config, handed, identities, keyring));
  } finally {
    for (const each of cleanup.reverse()) await each();
  }
}

type Ring = () => Promise<Keyring>;

async function sealerOf(config: RunnerConfig, keyring: Ring): Promise<Sealer> {
  const { recipients } = config;
  if (config.tool !== "gpg") {
    const to = recipients.length > 0 ? recipients : [ageKey(passphraseOf(config)).recipient];
    const args = to.flatMap((each) => ["-r", each]);
    return {
      tool: "age",
      recipients: to,
      encrypt: async (from, out) => void (await run("age", ["--encrypt", ...args, "-o", out, from])),
    };
  }
  if (recipients.length === 0) {
    const passphrase = passphraseOf(config);
    return {
      tool: "gpg",
      recipients: [byPassphrase(passphrase)],
      encrypt: async (from, out) => (await keyring()).encryptWith(passphrase, from, out),
    };
  }
  // What is wrong with a key is said when something is to be encrypted to it: what there is can be listed and read all the same.
  const added = await (await keyring()).add(recipients.join("\n")).then(
    (keys) => ({ keys, problem: problemOf(keys, recipients.length) }),
    (error: Error) => ({ keys: [], problem: error.message }),
  );
  const fingerprints = added.keys.map((each) => each.fingerprint);
  return {
    tool: "gpg",
    recipients: fingerprints,
    encrypt: async (from, out) => {
      if (added.problem !== undefined) throw new Error(`nothing can be encrypted to the recipients: ${added.problem}`);
      await (await keyring()).encryptTo(fingerprints, from, out);
    },
  };
}

function problemOf(keys: readonly GpgKey[], wanted: number): string | undefined {
  const bad = keys.find((each) => each.unusable !== undefined);
  if (bad !== undefined) return `GPG key ${bad.fingerprint}: ${bad.unusable}`;
  return keys.length < wanted ? `${wanted} were named, ${keys.length} GPG keys are in them` : undefined;
}

async function openerOf(
  config: RunnerConfig,
  handed: Identities | undefined,
  identities: string,
  keyring: Ring,
): Promise<Opener> {
  const passphrases = [passphraseOf(config), ...(handed?.passphrases ?? [])];
  const age = [
    ...passphrases.map((each) => ageKey(each).identity),
    ...(existsSync(IDENTITY_FILE) ? identitiesIn(readFileSync(IDENTITY_FILE, "utf8")).age : []),
    ...(handed?.age ?? []),
  ];
  replaceFile(identities, `${[...new Set(age)].join("\n")}\n`, 0o600);
  const recipients = (await run("age-keygen", ["-y", identities])).split("\n").filter((line) => line !== "");
  let secret: readonly string[] = [];
  if (handed !== undefined && handed.gpg !== "") {
    const ring = await keyring();
    await ring.add(handed.gpg);
    secret = await ring.secret();
    // Tried now: a key that does not open must not look like an archive that is broken.
    for (const each of secret)
      await ring.unlock(each, handed.protection).catch(() => {
        throw new Error(
          `the GPG private key ${each} does not open: give what protects it with --identity-passphrase FILE`,
        );
      });
  }
  const symmetric = new Map(passphrases.map((each) => [byPassphrase(each), each]));
  return {
    recipients: new Set([...recipients, ...secret, ...symmetric.keys()]),
    async decrypt(tool, to, from, out) {
      if (tool === "age") {
        await run("age", ["--decrypt", "-i", identities, "-o", out, from]);
        return;
      }
      const passphrase = to.map((each) => symmetric.get(each)).find((each) => each !== undefined);
      await (await keyring()).decrypt(from, out, passphrase ?? handed?.protection);
    },
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
