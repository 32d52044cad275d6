import type { Report } from "../change/model";

/** A report as JUnit: each change and each finding is a test case; what asks for more than routine fails. */
export function reportJunit(report: Report): string {
  const cases = [
    ...report.changes.map((change) => ({
      group: change.risk,
      name: `${change.operation} ${change.title}`,
      fails: change.risk !== "routine",
      text: [change.urn, ...change.reasons.map(({ text }) => text)].join("\n"),
    })),
    ...report.findings.map((finding) => ({
      group: "policy",
      name: `${finding.policy} ${finding.urn}`,
      fails: finding.level === "mandatory" && finding.status !== "exempt",
      text: `${finding.message}\n${finding.remedy}`,
    })),
    { group: "verdict", name: "verdict", fails: report.verdict.exitCode !== 0, text: report.verdict.line },
  ];
  const failures = cases.filter(({ fails }) => fails).length;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="bulwark gate" tests="${cases.length}" failures="${failures}">`,
    `  <testsuite name="${escaped(`${report.project}/${report.stack}`)}" tests="${cases.length}" failures="${failures}">`,
    ...cases.map(({ group, name, fails, text }) => {
      const open = `    <testcase classname="${escaped(group)}" name="${escaped(name)}"`;
      if (!fails) return `${open}/>`;
      const [first = ""] = text.split("\n").slice(-1);
      return `${open}><failure message="${escaped(first)}">${escaped(text)}</failure></testcase>`;
    }),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function escaped(text: string): string {
  const legal = [...text].filter((sign) => sign >= " " || sign === "\n" || sign === "\t").join("");
  const names: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "\n": "&#10;",
  };
  return legal.replace(/[&<>"\n]/g, (sign) => names[sign] ?? sign);
}
