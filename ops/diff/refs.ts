import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { NotUnderstood } from "../change/not-understood";
import { CommandError } from "../exit";
import { packageRoot } from "../package-root";
import { stacksOf } from "../project";
import { inWorktree } from "../worktree";

/** Plans a stack as it is at a git ref. */
export function planAt(ref: string, stack: string, project: string): Promise<string> {
  return inWorktree(ref, project, (folder) => {
    const out = join(folder, ".bulwark-plan.json");
    const words = [
      join(packageRoot(), "dist", "ops", "main.js"),
      "plan",
      stack,
      "--cwd",
      folder,
      "--out",
      out,
      "--json",
    ];
    const made = spawnSync(process.execPath, words, { encoding: "utf8", maxBuffer: 1 << 28 });
    // 22: the plan is there, and violates a policy.
    if ((made.status !== 0 && made.status !== 22) || !existsSync(out))
      throw new NotUnderstood(`${stack} cannot be planned at ${ref}:\n${made.stderr.trim()}`);
    return readFileSync(out, "utf8");
  });
}

/** The stack to plan: the one that is named, or the only one that there is. */
export function stackOf(named: string | undefined, project: string): string {
  if (named !== undefined) return named;
  const known = stacksOf(resolve(project));
  const [only] = known;
  if (only !== undefined && known.length === 1) return only;
  throw new CommandError(`Say which stack: --stack <name>. Stacks: ${known.join(", ") || "none"}.`);
}
