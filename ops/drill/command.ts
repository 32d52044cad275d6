import { writeFileSync } from "node:fs";
import type { Objective, SignedReport } from "../../images/backup/src/drill";
import { ageText } from "../backup/listing";
import { progressOn } from "../backup/progress";
import { ask, type Lane, reach, runJob, type StackOptions } from "../backup/runner";
import { CommandError, EXIT } from "../exit";
import { columns, paint, wantsColour } from "../terminal";

/** Options of `bulwark drill`. */
export interface DrillOptions extends StackOptions {
  /** Server to rehearse. Default: all. */
  readonly source?: string;
  /** File for the signed reports, as JSON. */
  readonly out?: string;
  /** Only show the report of the last drill. */
  readonly last?: boolean;
}

/** A report as the runner gives it. */
export interface Report extends SignedReport {
  /** Whether this schedule's key signed it. */
  readonly genuine: boolean;
}

/** `bulwark drill`: rehearses restores now, as the scheduler does every month. 0 only when everything came back and the objectives were met. */
export async function drill(stack: string, options: DrillOptions): Promise<number> {
  const lanes = await reach(stack, options);
  const progress = progressOn(process.stderr);
  const jobs = lanes.flatMap((lane) => lane.about.jobs.map((job) => ({ ...job, lane })));
  const drills = jobs.filter(
    (job) => job.kind === "drill" && (options.source === undefined || job.source === options.source),
  );
  if (drills.length === 0) throw new CommandError("No drill is part of this schedule.");
  const reports: Report[] = [];
  const failures: string[] = [];
  for (const job of drills) {
    const before = options.last === true ? undefined : await lastReport(job.lane, job.source);
    if (options.last !== true) {
      const result = await runJob(job.lane, job.name, progress);
      if (!result.ok) failures.push(`${job.name}: ${result.error}`);
    }
    const found = await lastReport(job.lane, job.source);
    // A drill that broke off before its report must not be mistaken for the one before.
    if (found !== undefined && found.report.id !== before?.report.id) reports.push(found);
  }
  const text = `${JSON.stringify({ reports }, null, 2)}\n`;
  if (options.out !== undefined) writeFileSync(options.out, text);
  if (options.json === true) process.stdout.write(text);
  else for (const each of reports) process.stdout.write(reportText(each, wantsColour(process.stdout, process.env)));
  for (const each of failures) process.stderr.write(`${each}\n`);
  const good = reports.every(({ report, genuine }) => genuine && report.ok && report.rto.met && report.rpo.met);
  return good && failures.length === 0 && reports.length > 0 ? EXIT.ok : EXIT.failed;

  function lastReport(lane: Lane, source: string): Promise<Report | undefined> {
    return ask<Report>(lane, ["drill-report", "--source", source], progress).catch((error: unknown) => {
      if (error instanceof CommandError && /no such drill report/.test(error.message)) return undefined;
      throw error;
    });
  }
}

/** A report for people. */
export function reportText({ report, genuine }: Report, colour: boolean): string {
  const style = paint(colour);
  const word = (ok: boolean): string => (ok ? style.green("ok    ") : style.red("FAILED"));
  const measured = ({ objectiveSeconds, measuredSeconds, met }: Objective): string =>
    `${measuredSeconds === undefined ? "not measured" : ageText(measuredSeconds)} of ${ageText(objectiveSeconds)}${met ? "" : style.red(" MISSED")}`;
  const rows = report.sets.map((set) => [
    word(set.ok),
    set.tier,
    set.database,
    set.id,
    set.ok
      ? `${ageText(set.seconds)}${set.rows === undefined ? "" : `, ${set.rows} rows compared`}`
      : (set.error ?? ""),
  ]);
  return [
    `Drill ${report.id} of ${report.source} (${report.environment})`,
    ...columns(rows).map((line) => `  ${line}`),
    `  RTO ${measured(report.rto)}; RPO ${measured(report.rpo)}${genuine ? "" : style.red("; the signature is NOT that of this schedule")}`,
    "",
  ].join("\n");
}
