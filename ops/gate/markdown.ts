import { costLine } from "../change/cost";
import type { Report, ShownChange } from "../change/model";
import { inline, sections, TITLES } from "./report";

/** Finds the comment of an earlier run, to edit it in place. */
export const marker = (report: Pick<Report, "project" | "stack">): string =>
  `<!-- bulwark-gate ${report.project}/${report.stack} -->`;

/** Platforms refuse comments of 65,536 characters; bytes are never fewer than characters. */
const LIMIT = 60_000;

/** A report for a pull request. Sections that do not fit are left out whole, the least important first, and named. */
export function reportMarkdown(report: Report): string {
  const { verdict } = report;
  const sign = verdict.exitCode === 0 ? "✅" : verdict.exitCode === 20 ? "🟡" : "⛔";
  const head = [
    marker(report),
    `## ${sign} ${escaped(verdict.line).slice(0, 2000)}`,
    "",
    report.stack === ""
      ? `Exit code ${verdict.exitCode}.`
      : `${report.changes.length} changed, ${report.unchanged} unchanged in \`${plain(report.stack)}\`. Exit code ${verdict.exitCode}.`,
    ...(report.window === undefined ? [] : ["", `Change window: ${escaped(report.window.text)}.`]),
    ...(report.warnings ?? []).slice(0, 20).flatMap((each) => ["", `⚠️ ${escaped(each)}.`]),
    ...(report.cost === undefined ? [] : ["", `Cost: ${escaped(costLine(report.cost))}.`]),
    "",
  ].join("\n");
  const parts = [
    ...sections(report).map(({ risk, changes }) => ({
      title: `${TITLES[risk]} (${changes.length})`,
      body: folded(`${TITLES[risk]} (${changes.length})`, changes.map(item).join("\n"), risk !== "routine"),
    })),
    ...findingsPart(report),
  ];
  // Policy findings say more than routine changes.
  const important = [...parts].sort(
    (a, b) => Number(a.title.startsWith("Routine")) - Number(b.title.startsWith("Routine")),
  );
  const kept = new Set<string>();
  const reserve = Buffer.byteLength(dropped(parts.map(({ title }) => title)));
  let size = Buffer.byteLength(head) + reserve;
  for (const { title, body } of important) {
    if (size + Buffer.byteLength(body) >= LIMIT) continue;
    size += Buffer.byteLength(body);
    kept.add(title);
  }
  const gone = parts.filter(({ title }) => !kept.has(title)).map(({ title }) => title);
  return [head, ...parts.filter(({ title }) => kept.has(title)).map(({ body }) => body), dropped(gone)].join("");
}

function dropped(titles: readonly string[]): string {
  return titles.length === 0
    ? ""
    : `\nLeft out because they are too long: ${titles.join(", ")}. The job's output has them.\n`;
}

function findingsPart({ findings }: Report): { title: string; body: string }[] {
  if (findings.length === 0) return [];
  const title = `New policy findings (${findings.length})`;
  const lines = findings.map(
    (each) =>
      `- **${plain(each.policy)}** (${each.severity}, ${each.level}, ${each.status}): ${escaped(each.message)}\n  \`${plain(each.urn)}\`\n  ${escaped(each.remedy)}`,
  );
  return [{ title, body: folded(title, lines.join("\n"), true) }];
}

function folded(title: string, body: string, open: boolean): string {
  return `\n<details${open ? " open" : ""}><summary><b>${title}</b></summary>\n\n${body}\n\n</details>\n`;
}

function item(change: ShownChange): string {
  const lines = [
    `- **${change.operation}** ${escaped(change.title)}`,
    `  \`${plain(change.urn)}\``,
    ...change.reasons.map(({ text }) => `  - ${escaped(text)}`),
    ...(change.forcedBy.length === 0
      ? []
      : [`  - forced by ${change.forcedBy.map((path) => `\`${plain(path)}\``).join(", ")}`]),
    ...(change.causedBy === undefined ? [] : [`  - dragged along by \`${plain(change.causedBy)}\``]),
    ...(change.cascade.length === 0
      ? []
      : [`  - drags along ${change.cascade.length}: ${change.cascade.map((urn) => `\`${plain(urn)}\``).join(", ")}`]),
    ...change.properties.map(
      (each) => `  - \`${plain(each.path)}\`: \`${plain(inline(each.before))}\` → \`${plain(inline(each.after))}\``,
    ),
    ...(change.unknown.length === 0
      ? []
      : [`  - known only after the update: ${change.unknown.map((path) => `\`${plain(path)}\``).join(", ")}`]),
  ];
  return lines.join("\n");
}

/** Text in which nothing is markup: names and values come from outside. */
function escaped(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>#|@!]/g, (sign) => (sign === "<" ? "&lt;" : sign === "@" ? "&#64;" : `\\${sign}`));
}

/** Text for a code span: it ends nowhere but at its end. */
function plain(text: string): string {
  return text.replace(/`/g, "'").replace(/\s+/g, " ");
}
