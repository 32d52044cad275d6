import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Finding, Severity } from "../graph";
import { RULES } from "../registry";
import type { Rule } from "../rule";
import { byPolicy } from "./report";

const SCORES: Readonly<Record<Severity, string>> = { critical: "9.5", high: "8.0", medium: "5.5", low: "3.0" };

/** Findings as SARIF 2.1.0, which code hosts show beside the change. `file` is the checked file, relative to the repository. */
export function asSarif(findings: readonly Finding[], file: string): string {
  const ids = [...byPolicy(findings).keys()];
  const rules = ids.flatMap((id) => RULES.find((each) => each.id === id) ?? []);
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: { name: "bulwark", rules: rules.map(described) },
        },
        columnKind: "utf16CodeUnits",
        results: findings.map((each) =>
          resultOf(
            each,
            rules.findIndex((rule) => rule.id === each.policy),
            file,
          ),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function described(rule: Rule) {
  return {
    id: rule.id,
    shortDescription: { text: rule.title },
    fullDescription: { text: `${rule.title}.` },
    help: { text: rule.remedy, markdown: rule.remedy },
    defaultConfiguration: { level: rule.level.prod === "mandatory" ? "error" : "warning" },
    properties: { "security-severity": SCORES[rule.severity], tags: [...rule.references] },
  };
}

function resultOf(finding: Finding, ruleIndex: number, file: string) {
  return {
    ruleId: finding.policy,
    ...(ruleIndex < 0 ? {} : { ruleIndex }),
    kind: finding.status === "undetermined" ? "open" : "fail",
    level: finding.status === "undetermined" ? "none" : finding.level === "mandatory" ? "error" : "warning",
    message: { text: `${finding.message}. ${finding.remedy}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: 1 } },
        logicalLocations: [{ fullyQualifiedName: finding.urn, kind: "resource" }],
      },
    ],
    partialFingerprints: { "bulwark/v1": fingerprint(finding) },
    ...(finding.status === "exempt"
      ? { suppressions: [{ kind: "external", status: "accepted", justification: finding.message }] }
      : {}),
  };
}

function uriOf(file: string): string {
  return isAbsolute(file) ? pathToFileURL(file).href : encodeURI(file);
}

function fingerprint(finding: Finding): string {
  return createHash("sha256")
    .update([finding.policy, finding.urn, finding.message].join("\0"))
    .digest("hex")
    .slice(0, 32);
}
