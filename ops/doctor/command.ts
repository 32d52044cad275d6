import { resolve } from "node:path";
import { EXIT } from "../exit";
import { columns, paint, wantsColour } from "../terminal";
import { CHECKS, type Outcome } from "./checks";
import { CLUSTER_CHECKS, type ClusterNeeds } from "./cluster";
import { type ClusterFacts, clusterFacts } from "./cluster-facts";
import { clusterNeeds } from "./cluster-needs";
import type { Facts } from "./facts";
import { gather } from "./gather";

/** Options of `bulwark doctor`. */
export interface DoctorOptions {
  readonly json?: boolean;
  /** Folder of the Pulumi project. */
  readonly cwd: string;
}

/** The result of one check. */
export interface Result extends Outcome {
  readonly title: string;
  /** What to do; only for failed checks. */
  readonly advice?: string;
}

/** `bulwark doctor [STACK]`. Gives the exit code. */
export async function doctor(stack: string | undefined, options: DoctorOptions): Promise<number> {
  const root = resolve(options.cwd);
  const needs = stack === undefined ? undefined : await clusterNeeds(root, stack);
  const results =
    needs === undefined ? examine(await gather(root, stack)) : examineCluster(needs, await clusterFacts(needs.context));
  process.stdout.write(
    options.json === true
      ? `${JSON.stringify({ checks: results }, null, 2)}\n`
      : resultsText(results, wantsColour(process.stdout, process.env)),
  );
  return results.some((each) => each.status === "failed") ? EXIT.failed : EXIT.ok;
}

/** Runs all checks of a cluster. */
export function examineCluster(needs: ClusterNeeds, facts: ClusterFacts): Result[] {
  return CLUSTER_CHECKS.map(({ title, run, advice }) => {
    const outcome = run(needs, facts);
    return { title, ...outcome, ...(outcome.status === "failed" ? { advice } : {}) };
  });
}

/** Runs all checks over facts. */
export function examine(facts: Facts): Result[] {
  return CHECKS.map((check) => {
    const outcome = check.run(facts);
    return { title: check.title, ...outcome, ...(outcome.status === "failed" ? { advice: check.advice(facts) } : {}) };
  });
}

/** One line each; what failed says what to do. */
export function resultsText(results: readonly Result[], colour: boolean): string {
  const style = paint(colour);
  const words = { ok: style.green, failed: style.red, unknown: style.yellow };
  const lines = columns(
    results.map((each) => [
      each.status,
      each.title,
      each.advice === undefined ? each.found : `${each.found}. ${each.advice}`,
    ]),
  );
  return `${lines.map((line, index) => line.replace(/^\w+/, words[results[index]?.status ?? "unknown"])).join("\n")}\n`;
}
