import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { DECISIONS, type Report } from "../change/model";
import { compare, type ReadPlan, readPlan } from "../change/plans";
import { formatOf, type OutputOptions } from "../gate/command";
import { decide } from "../gate/decide";
import { exemptionsOf } from "../gate/findings";
import { written } from "../gate/output";
import { reported } from "../gate/refusal";
import { verdictOf } from "../gate/verdict";
import { paint, wantsColour } from "../terminal";
import { planAt, stackOf } from "./refs";

/** Options of `bulwark diff`. */
export interface DiffOptions extends OutputOptions {
  /** Stack to plan, when git refs are compared. */
  readonly stack?: string;
  /** Whether a mandatory policy that is newly violated decides as well. */
  readonly policies?: boolean;
  /** Folder of the Pulumi project. */
  readonly cwd: string;
}

/** `bulwark diff BASE HEAD`. Gives the exit code. */
export async function diff(base: string, head: string, options: DiffOptions): Promise<number> {
  const format = formatOf(options.format);
  const report = await reported("plans", async () => {
    const [before, after] = [await sideOf(base, options), await sideOf(head, options)];
    const set = compare(before.plan, after.plan, before.file && after.file ? "plans" : "refs");
    return asDiff(decide(set, { at: new Date(), exemptions: exemptionsOf(options.exemptions) }), options.policies);
  });
  process.stdout.write(written(report, format, paint(wantsColour(process.stdout, process.env))));
  return report.verdict.exitCode;
}

interface Side {
  readonly plan: ReadPlan;
  readonly file: boolean;
}

async function sideOf(name: string, options: DiffOptions): Promise<Side> {
  const file = resolve(options.cwd, name);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() === true)
    return { plan: readPlan(readFileSync(file, "utf8"), name), file: true };
  const text = await planAt(name, stackOf(options.stack, options.cwd), options.cwd);
  return { plan: readPlan(text, name), file: false };
}

/**
 * The report of a comparison: 0 means that nothing differs, so a routine change needs approval too, and policies are told but left to the gate and
 * to `bulwark check`, unless they are asked for.
 */
export function asDiff(report: Report, policies = false): Report {
  const { changes, verdict } = report;
  if (verdict.decision === "stateful" || (policies && verdict.decision === "policy")) return report;
  if (changes.length === 0) return { ...report, verdict: verdictOf({ changes: [], findings: [], errors: [] }) };
  const kept = verdict.because.filter(({ decision }) => decision === "needs-approval" || decision === "allow");
  const texts = kept.filter((each) => each.decision !== "allow" || kept.length === 1).map(({ text }) => text);
  const line = `NEEDS APPROVAL: ${texts.join("; ")}`;
  const because = kept.map(({ text }) => ({ decision: "needs-approval" as const, text }));
  return { ...report, verdict: { decision: "needs-approval", exitCode: DECISIONS["needs-approval"], line, because } };
}
