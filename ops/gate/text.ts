import { costLine } from "../change/cost";
import type { Report, Risk, ShownChange } from "../change/model";
import type { Paint } from "../terminal";
import { inline, sections, TITLES } from "./report";

/** A report for a reader at a terminal: the verdict first. */
export function reportText(report: Report, paint: Paint): string {
  const { verdict } = report;
  const colour = verdict.exitCode === 0 ? paint.green : verdict.exitCode === 20 ? paint.yellow : paint.red;
  const totals = `${report.changes.length} changed, ${report.unchanged} unchanged in ${report.stack}`;
  return [
    colour(paint.bold(verdict.line)),
    ...(report.stack === ""
      ? []
      : [paint.dim(report.window === undefined ? totals : `${totals}; ${report.window.text}`)]),
    ...(report.warnings ?? []).map((each) => paint.yellow(`Warning: ${each}`)),
    ...(report.cost === undefined ? [] : [`Cost: ${costLine(report.cost)}`]),
    ...sections(report).flatMap(({ risk, changes }) => [
      "",
      paint.bold(`${TITLES[risk]} (${changes.length})`),
      ...changes.flatMap((each) => changeLines(each, risk, paint).map((line) => `  ${line}`)),
    ]),
    ...(report.findings.length === 0 ? [] : ["", paint.bold(`New policy findings (${report.findings.length})`)]),
    ...report.findings.flatMap((each) => [
      `  ${each.level === "mandatory" ? paint.red(each.policy) : paint.yellow(each.policy)}  ${each.severity}, ${each.status}: ${each.message}`,
      paint.dim(`    ${each.urn}`),
      `    Remedy: ${each.remedy}`,
    ]),
    "",
  ].join("\n");
}

function changeLines(change: ShownChange, risk: Risk, paint: Paint): string[] {
  const operation = change.operation === "replace" || change.operation === "delete" ? paint.red : paint.cyan;
  return [
    `${operation(change.operation)} ${paint.bold(change.title)}`,
    paint.dim(`  ${change.urn}`),
    ...change.reasons.map(
      (each) => `  ${each.risk === risk ? "" : `${TITLES[each.risk].toLowerCase()}: `}${each.text}`,
    ),
    ...(change.forcedBy.length === 0 ? [] : [`  forced by: ${change.forcedBy.join(", ")}`]),
    ...(change.causedBy === undefined ? [] : [`  dragged along by: ${change.causedBy}`]),
    ...(change.cascade.length === 0
      ? []
      : [`  drags along: ${change.cascade.length}`, ...change.cascade.map((urn) => `    ${urn}`)]),
    ...change.properties.map((each) => `  ${each.path}: ${inline(each.before)} → ${inline(each.after)}`),
    ...(change.unknown.length === 0 ? [] : [`  known only after the update: ${change.unknown.join(", ")}`]),
  ];
}
