import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { Engine } from "../approval/engine";
import { previewed } from "../approval/preview";
import type { Surroundings } from "../approval/surroundings";
import { decide } from "../gate/decide";
import { written } from "../gate/output";
import { inWorktree } from "../worktree";

/** Where to go back to. */
export interface Goal {
  readonly root: string;
  readonly stack: string;
  readonly commit: string;
  readonly policyPack?: string | undefined;
}

/**
 * Brings the stack to what the program was at a commit. It is previewed and judged first: a way back that can lose data is never gone by itself.
 * Gives whether the stack is back.
 */
export function rollBack(goal: Goal, around: Surroundings, agreed: boolean): Promise<boolean> {
  const { root, stack, commit, policyPack } = goal;
  return inWorktree(commit, root, async (folder) => {
    const settings = `Pulumi.${stack}.yaml`;
    // The configuration belongs to the commit; only where git does not keep it, today's is taken.
    if (!existsSync(join(folder, settings))) copyFileSync(join(root, settings), join(folder, settings));
    const engine = new Engine(folder, stack, around.environment, root);
    const { set } = await previewed(engine, { savePlan: false, policyPack });
    const report = decide(set, { at: around.now() });
    around.write(written(report, "text"));
    const { decision } = report.verdict;
    if (decision === "stateful" || decision === "not-understood") {
      around.write("Going back by itself could lose data. Nothing was done; go back by hand, with an approval.\n");
      return false;
    }
    if (!agreed && !(await around.confirm(`Go back to ${commit.slice(0, 12)} with these changes?`))) return false;
    return (await engine.update({ policyPack }, around)) === 0;
  });
}
