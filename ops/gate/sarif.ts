import type { Report, Risk, ShownChange } from "../change/model";

const LEVELS: Readonly<Record<Risk, "error" | "warning" | "note">> = {
  "data-loss": "error",
  downtime: "warning",
  security: "warning",
  cost: "warning",
  routine: "note",
};

/** A report as SARIF 2.1.0: each reason and each finding is a result whose logical location is the URN. */
export function reportSarif(report: Report, version: string): object {
  const results = [
    ...report.changes.flatMap((change) =>
      change.reasons.map((reason) =>
        result(
          `change/${reason.id}`,
          LEVELS[reason.risk],
          `${change.operation} ${change.title}: ${reason.text}`,
          change,
        ),
      ),
    ),
    ...report.findings.map((finding) => ({
      ...result(
        `policy/${finding.policy}`,
        finding.level === "mandatory" ? "error" : "warning",
        finding.message,
        finding,
      ),
      ...(finding.status === "exempt" ? { suppressions: [{ kind: "external" }] } : {}),
    })),
  ];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "bulwark gate",
            version,
            rules: [...new Set(results.map(({ ruleId }) => ruleId))].sort().map((id) => ({ id })),
          },
        },
        invocations: [
          {
            executionSuccessful: report.verdict.decision !== "not-understood",
            exitCode: report.verdict.exitCode,
            exitCodeDescription: report.verdict.line,
          },
        ],
        results,
      },
    ],
  };
}

function result(ruleId: string, level: "error" | "warning" | "note", text: string, { urn }: Pick<ShownChange, "urn">) {
  const name = urn.slice(urn.lastIndexOf("::") + 2);
  return {
    ruleId,
    level,
    message: { text },
    locations: [
      {
        // Code scanning shows only results that name a file.
        physicalLocation: { artifactLocation: { uri: "Pulumi.yaml" }, region: { startLine: 1 } },
        logicalLocations: [{ name, fullyQualifiedName: urn, kind: "resource" }],
      },
    ],
    partialFingerprints: { "bulwark/v1": `${ruleId} ${urn}` },
  };
}
