// Signatures of OpenSSH (`ssh-keygen -Y`): every operator has a key and the program, agents and hardware keys work, and git trusts the same file.
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CommandError } from "../exit";

/** Keeps a signature from serving for anything else that the same key signs. */
const NAMESPACE = "bulwark-approval";

/** A signature and who is said to have made it. */
export interface Signature {
  /** Principal in the file of signers: `ann@example.com`. */
  readonly signer: string;
  readonly signature: string;
}

/** Signs a text with a private key, or with the public key of one that the agent holds. */
export function sign(text: string, signer: string, key: string): Signature {
  if (!existsSync(key)) throw new CommandError(`There is no key ${key}. Make one: ssh-keygen -t ed25519 -f ${key}`);
  const { status, stdout, stderr } = run(["sign", "-n", NAMESPACE, "-f", key], text);
  if (status !== 0) throw new CommandError(`The key ${key} does not sign: ${stderr.trim()}`);
  return { signer, signature: stdout };
}

/** Why a signature does not hold; nothing when it does. The file of signers is as `git` and `ssh-keygen` read it (ALLOWED SIGNERS in its manual). */
export function unverified(text: string, { signer, signature }: Signature, signers: string): string | undefined {
  if (!existsSync(signers))
    throw new CommandError(
      `${signers} is not there: it lists who may approve, one a line, as "ann@example.com ssh-ed25519 AAAA…".`,
    );
  if (!/^[\w.@+-]+$/.test(signer)) return "its signer has no usable name";
  const folder = mkdtempSync(join(tmpdir(), "bulwark-signature-"));
  try {
    const file = join(folder, "signature");
    writeFileSync(file, signature);
    const { status, stdout, stderr } = run(["verify", "-n", NAMESPACE, "-f", signers, "-I", signer, "-s", file], text);
    if (status === 0) return undefined;
    return `${signer} did not sign this, or may not: ${(stderr || stdout).trim().split("\n").at(-1) ?? ""}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Names in a file of signers. */
export function signersIn(file: string): string[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .flatMap((line) => (line.split(/\s/)[0] ?? "").split(","));
}

function run(words: readonly string[], input: string) {
  const { status, stdout, stderr, error } = spawnSync("ssh-keygen", ["-Y", ...words], { input, encoding: "utf8" });
  if (error !== undefined)
    throw new CommandError("ssh-keygen is not here: install OpenSSH 8.2 or newer; it signs and checks approvals.");
  return { status, stdout, stderr };
}
