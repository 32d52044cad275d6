import { spawn } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PATHS } from "./paths";
import { replaceFile } from "./state";

/** Exit code of `flock` when somebody else has the lock. */
export const LOCKED = 75;

/** Somebody else is at work on a source. */
export class SourceBusy extends Error {
  constructor(source: string) {
    super(`${source} is taken by ${holderOf(source)}: nothing was changed, try again when that has ended`);
    this.name = "SourceBusy";
  }
}

/** The lock of a source: a job or a restore has it, never both. The kernel lets go of it when its last process is gone, however that ended. */
export function lockOf(source: string): string {
  mkdirSync(PATHS.lock, { recursive: true });
  return join(PATHS.lock, `${source}.lock`);
}

/** Whether nobody holds the lock of a source. */
export function isFree(source: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn("flock", ["--nonblock", lockOf(source), "true"], { stdio: "ignore" });
    child.once("error", () => resolve(true));
    child.once("close", (code) => resolve(code === 0));
  });
}

/** Writes down who has the lock, for those who wait. Only who has it may call this. */
export function noteHolder(source: string, holder: string): void {
  try {
    replaceFile(noteOf(source), `${holder}, since ${new Date().toISOString().slice(0, 19)}Z`);
  } catch {
    // A full disk: the lock itself needs no room.
  }
}

/** Who had the lock of a source last, and since when; while it is held, who has it. */
export function holderOf(source: string): string {
  try {
    return readFileSync(noteOf(source), "utf8");
  } catch {
    return "another job";
  }
}

/** Works on a source while nobody else does. Throws {@link SourceBusy} at once when somebody is at it. */
export async function withLock<T>(source: string, holder: string, use: () => Promise<T>): Promise<T> {
  // The lock is held by a child that waits for the end of its input, so it is let go of when this process is killed as well.
  const keeper = spawn(
    "flock",
    ["--nonblock", "--conflict-exit-code", String(LOCKED), lockOf(source), "sh", "-c", "echo locked; exec cat"],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const ended = new Promise<number>((resolve, reject) => {
    keeper.once("error", reject);
    keeper.once("close", (code) => resolve(code ?? 1));
  });
  const locked = new Promise<true>((resolve) => keeper.stdout.once("data", () => resolve(true)));
  const got = await Promise.race([locked, ended]);
  if (got === LOCKED) throw new SourceBusy(source);
  if (got !== true) throw new Error(`the lock of ${source} could not be taken: flock ended with ${got}`);
  try {
    noteHolder(source, holder);
    return await use();
  } finally {
    keeper.stdin.end();
    await ended;
  }
}

function noteOf(source: string): string {
  return join(PATHS.lock, `${source}.holder`);
}
