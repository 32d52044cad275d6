import type { Finding } from "../graph";
import { byPolicy, resourceName, summaryOf } from "./report";

/** Findings for a terminal. */
export function asText(findings: readonly Finding[]): string {
  const sections = [...byPolicy(findings)].map(([policy, group]) => {
    const [first] = group;
    const lines = group.map((each) => `  ${markOf(each)} ${resourceName(each.urn)}: ${each.message}`);
    return [`${policy} (${first?.severity})`, ...lines, `  fix: ${first?.remedy}`, ""].join("\n");
  });
  return [...sections, summaryOf(findings), ""].join("\n");
}

function markOf(finding: Finding): string {
  if (finding.status !== "fail") return finding.status;
  return finding.level === "mandatory" ? "BLOCKS" : "advises";
}
