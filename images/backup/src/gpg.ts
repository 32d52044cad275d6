import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./process";

/** Nothing is asked of anybody, and nothing of the network: keys are what was given, and trusted because they were. */
const QUIET = [
  "--batch",
  "--no-options",
  "--no-tty",
  "--quiet",
  "--disable-dirmngr",
  "--trust-model",
  "always",
] as const;

/** How a passphrase encrypts: the settings of BK-16. The packet that reveals tampering is always there. */
const SYMMETRIC = [
  ...["--symmetric", "--cipher-algo", "AES256", "--compress-algo", "1", "--force-mdc", "--rfc4880"],
  ...["--s2k-mode", "3", "--s2k-cipher-algo", "AES256", "--s2k-digest-algo", "SHA512", "--s2k-count", "65536"],
] as const;

/** A key of GPG, as far as backups care. */
export interface GpgKey {
  /** 40 hexadecimal digits or more, in capitals. */
  readonly fingerprint: string;
  /** Why nothing can be encrypted to it; `undefined` when it can. */
  readonly unusable: string | undefined;
}

/** A keyring for one piece of work, in memory. */
export class Keyring {
  private constructor(readonly folder: string) {}

  /** An empty keyring in a folder of its own. */
  static async make(folder: string): Promise<Keyring> {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return new Keyring(folder);
  }

  /** Takes keys in and gives the public ones. Secret keys stay protected as they are. */
  async add(armoured: string): Promise<readonly GpgKey[]> {
    await this.#gpg(["--import"], armoured);
    return keysOf(await this.#gpg(["--with-colons", "--list-keys"]));
  }

  /** Fingerprints of the keys whose secret half is here. */
  async secret(): Promise<readonly string[]> {
    return keysOf(await this.#gpg(["--with-colons", "--list-secret-keys"])).map((each) => each.fingerprint);
  }

  /** Throws when a secret key of the ring does not open. */
  async unlock(fingerprint: string, passphrase = ""): Promise<void> {
    await this.#with(passphrase, ["--armor", "--export-secret-keys", fingerprint]);
  }

  /** Encrypts a file to keys of the ring. Its content is compressed already. */
  async encryptTo(fingerprints: readonly string[], from: string, to: string): Promise<void> {
    const recipients = fingerprints.flatMap((each) => ["--recipient", each]);
    await this.#gpg([
      "--cipher-algo",
      "AES256",
      "--compress-algo",
      "none",
      ...recipients,
      "--output",
      to,
      "--encrypt",
      from,
    ]);
  }

  /** Encrypts a file with a passphrase. */
  async encryptWith(passphrase: string, from: string, to: string): Promise<void> {
    await this.#with(passphrase, [...SYMMETRIC, "--output", to, from]);
  }

  /** Decrypts a file with a secret key of the ring, or with a passphrase; one that protects the secret key is given the same way. */
  async decrypt(from: string, to: string, passphrase = ""): Promise<void> {
    await this.#with(passphrase, ["--output", to, "--decrypt", from]);
  }

  /** Ends the agent that holds secret keys, and forgets everything. */
  async remove(): Promise<void> {
    await run("gpgconf", ["--homedir", this.folder, "--kill", "all"]).catch(() => undefined);
    await rm(this.folder, { recursive: true, force: true });
  }

  /** A passphrase goes by a file of this user's, in memory: what stands in an argument is seen by everybody. */
  async #with(passphrase: string, args: readonly string[]): Promise<void> {
    const file = join(this.folder, "passphrase");
    await writeFile(file, passphrase, { mode: 0o600 });
    try {
      await this.#gpg(["--pinentry-mode", "loopback", "--passphrase-file", file, ...args]);
    } finally {
      await rm(file, { force: true });
    }
  }

  async #gpg(args: readonly string[], stdin = ""): Promise<string> {
    return await run("gpg", ["--homedir", this.folder, ...QUIET, ...args], { stdin });
  }
}

const UNUSABLE: Readonly<Record<string, string>> = {
  d: "it is disabled",
  e: "it has expired",
  i: "it is not valid",
  r: "it was revoked",
};

/** Primary keys of a listing with colons. */
export function keysOf(listing: string): readonly GpgKey[] {
  const keys: GpgKey[] = [];
  let unusable: string | undefined;
  let wanted = false;
  for (const line of listing.split("\n")) {
    const fields = line.split(":");
    if (fields[0] === "pub" || fields[0] === "sec") {
      // In capitals: what the whole key, with its subkeys, can be used for now.
      unusable =
        UNUSABLE[fields[1] ?? ""] ??
        (fields[11]?.includes("E") ? undefined : "it has no key for encryption that is valid now");
      wanted = true;
    } else if (fields[0] === "fpr" && wanted) {
      keys.push({ fingerprint: fields[9] ?? "", unusable });
      wanted = false;
    }
  }
  return keys;
}
