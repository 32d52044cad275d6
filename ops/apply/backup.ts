import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Surroundings } from "../approval/surroundings";
import { packageRoot } from "../package-root";

/** Makes a backup of all that a stack holds and has it verified; says why when there is none. */
export type Backup = (
  stack: string,
  root: string,
  around: Pick<Surroundings, "environment" | "write">,
) => Promise<BackupOutcome>;

/** What came of a backup. */
export type BackupOutcome =
  | { readonly ok: true; readonly reference: string }
  | { readonly ok: false; readonly reason: string };

/** `bulwark backup now STACK`. */
export const backupNow: Backup = (stack, root, around) => {
  const words = [join(packageRoot(), "dist", "ops", "main.js"), "backup", "now", stack, "--cwd", root];
  return outcomeOf(process.execPath, words, root, "bulwark backup now", around);
};

/** A command of the site's own, for stores that Bulwark does not back up. */
export function backupBy(command: string): Backup {
  return (stack, root, around) => outcomeOf("sh", ["-c", command, "sh", stack], root, command, around);
}

function outcomeOf(
  program: string,
  words: readonly string[],
  cwd: string,
  called: string,
  { environment: env, write }: Pick<Surroundings, "environment" | "write">,
): Promise<BackupOutcome> {
  return new Promise((resolve) => {
    const child = spawn(program, words, { cwd, env, stdio: ["ignore", "pipe", "inherit"] });
    let last = "";
    child.stdout.on("data", (data: Buffer) => {
      write(data.toString());
      last = (last + data.toString()).slice(-4000);
    });
    child.once("error", (error) => resolve({ ok: false, reason: `${called} cannot be started: ${error.message}` }));
    child.once("close", (code) =>
      resolve(
        code === 0
          ? { ok: true, reference: last.trim().split("\n").join("; ") }
          : { ok: false, reason: `${called} ended with ${code}` },
      ),
    );
  });
}
