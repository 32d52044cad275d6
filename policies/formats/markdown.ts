import type { Finding } from "../graph";
import { byPolicy, resourceName, summaryOf } from "./report";

/** Comments of pull requests must stay below 65,536 characters; this leaves room for what a script adds. */
export const MARKDOWN_LIMIT = 60_000;

/** By this line a script finds its own comment again. */
export const MARKDOWN_MARKER = "<!-- bulwark check -->";

/** Findings for a pull request, in at most `limit` bytes: what does not fit is left out by whole sections, the least severe first. */
export function asMarkdown(findings: readonly Finding[], limit = MARKDOWN_LIMIT): string {
  const head = [MARKDOWN_MARKER, "## Policies", "", `${summaryOf(findings)}.`, ""].join("\n");
  const sections = [...byPolicy(findings)].map(([policy, group]) => sectionOf(policy, group));
  const kept: string[] = [];
  let room = limit - size(head) - size(omitted(sections.length, findings.length));
  let shown = 0;
  for (const { text, findings: count } of sections) {
    room -= size(text);
    if (room < 0) break;
    kept.push(text);
    shown += count;
  }
  const left = sections.length - kept.length;
  return [head, ...kept, ...(left === 0 ? [] : [omitted(left, findings.length - shown)])].join("\n");
}

function sectionOf(policy: string, group: readonly Finding[]): { readonly text: string; readonly findings: number } {
  const [first] = group;
  const rows = group.map(
    (each) =>
      `| ${each.status === "fail" ? each.level : each.status} | ${cell(resourceName(each.urn))} | ${cell(each.message)} |`,
  );
  const lines = [
    `### \`${policy}\` (${first?.severity})`,
    "",
    "| | resource | finding |",
    "| --- | --- | --- |",
    ...rows,
    "",
    `Fix: ${first?.remedy}`,
    "",
  ];
  return { text: lines.join("\n"), findings: group.length };
}

function omitted(sections: number, findings: number): string {
  return `${sections} more rules with ${findings} findings are left out here: \`bulwark check\` shows them.\n`;
}

function cell(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("|", "\\|").replaceAll("<", "&lt;").replaceAll("\n", " ");
}

function size(text: string): number {
  return Buffer.byteLength(text) + 1;
}
