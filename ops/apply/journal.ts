import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ownFolder } from "../up/command";

/** One application of a bundle. */
export interface Entry {
  readonly at: string;
  readonly result: "applied" | "failed" | "unhealthy" | "rolled-back";
  readonly commit: string;
  /** Digest of the approval. */
  readonly approval: string;
  readonly signers: readonly string[];
  /** Reference of the backup that was made first. */
  readonly backup?: string | undefined;
  /** Ticket of an emergency, to be reviewed afterwards. */
  readonly emergency?: string | undefined;
}

/** What was applied to a stack from this machine, the oldest first. */
export function readJournal(root: string, stack: string): Entry[] {
  const file = fileOf(root, stack);
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Entry);
}

/** Notes an application. */
export function note(root: string, stack: string, entry: Entry): void {
  ownFolder(root);
  const file = fileOf(root, stack);
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(entry)}\n`, { mode: 0o600 });
}

function fileOf(root: string, stack: string): string {
  return join(root, ".bulwark", "applied", `${stack}.jsonl`);
}
