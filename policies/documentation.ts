import { CLAUSES } from "./frameworks";
import { RULES } from "./registry";
import type { Level, Rule } from "./rule";
import { shapeOf } from "./setting";

const CHAPTERS: readonly (readonly [prefix: string, title: string])[] = [
  ["docker-", "Docker"],
  ["k8s-", "Kubernetes"],
  ["aws-", "AWS"],
  ["xs-", "Relations"],
];

const SHORT: Readonly<Record<Level, string>> = { mandatory: "blocks", advisory: "advises", off: "off" };

/** The text of docs/policies.md, made of the rules themselves. */
export function documentation(): string {
  const chapters = CHAPTERS.map(([prefix, title]) => {
    const rules = RULES.filter((rule) => rule.id.startsWith(prefix));
    return [`## ${title} (${rules.length})`, "", ...overview(rules), "", ...rules.flatMap(section)].join("\n");
  });
  return [
    "# Policies",
    "",
    "Made by the rules in `policies/`; a test fails when this page is older than they are. `BULWARK_WRITE_DOCS=1 npx jest test/policies/documentation` writes it.",
    "",
    `${RULES.length} rules. A rule blocks, advises or is off by environment tier. A value that is not known yet makes a check undetermined: it`,
    "neither passes nor hides other findings, and blocks where the rule is critical, unless an update with the policy pack asks again\nbefore it touches anything: decisions/0016-what-only-the-update-knows.md. How it works and why: decisions/0004-policies.md.",
    "",
    ...chapters,
    "## Frameworks",
    "",
    "Which rules show that a clause is met, as far as infrastructure can.",
    "",
    ...frameworks(),
    "",
  ].join("\n");
}

function frameworks(): string[] {
  const rows = CLAUSES.map(({ framework, clause, asks, rules, beyond }) => [
    `${framework} ${clause}`,
    asks,
    rules.map((id) => `[${id}](#${id})`).join(", "),
    beyond ?? "",
  ]);
  return table([["clause", "asks for", "rules", "not shown by rules"], ...rows]);
}

function overview(rules: readonly Rule[]): string[] {
  const rows = rules.map(({ id, title, severity, level: { dev, staging, prod } }) => [
    `[${id}](#${id})`,
    title,
    severity,
    SHORT[dev],
    SHORT[staging],
    SHORT[prod],
  ]);
  return table([["rule", "what holds", "severity", "dev", "staging", "prod"], ...rows]);
}

/** A table of Markdown, with its columns in line. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const [head = [], ...body] = rows;
  const widths = head.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)];
}

function section(rule: Rule): string[] {
  const settings = Object.entries(rule.settings).map(
    ([name, setting]) =>
      `- setting \`${name}\` (${shapeOf(setting)}, default \`${JSON.stringify(setting.default)}\`): ${setting.description}`,
  );
  const types = rule.types.filter((type) => !/(Patch|List)$/.test(type));
  const more = types.length < rule.types.length ? ", and their Patch and List forms" : "";
  return [
    `### ${rule.id}`,
    "",
    `${rule.title}. ${rule.remedy}`,
    "",
    ...(types.length === 0 ? [] : [`- looks at ${types.map((type) => `\`${type}\``).join(", ")}${more}`]),
    ...(rule.exemptable ? [] : ["- cannot be exempted"]),
    ...settings,
    `- asked for by ${rule.references.join(", ")}`,
    ...example("compliant", rule.examples.compliant[0]?.[0].props),
    ...example("violating", rule.examples.violating[0]?.[0].props, rule.examples.compliant[0]?.[0].props),
    "",
  ];
}

/** Of the violating example only what differs from the compliant one is shown. */
function example(
  kind: string,
  props: Readonly<Record<string, unknown>> | undefined,
  base: Readonly<Record<string, unknown>> = {},
): string[] {
  if (props === undefined) return [];
  if (kind === "compliant") return [];
  const changed = Object.entries(props).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(base[key]));
  const missing = Object.keys(base).filter((key) => props[key] === undefined);
  const shown = JSON.stringify(Object.fromEntries(changed));
  const parts = [
    ...(changed.length > 0 && shown.length <= 400 ? [`\`${shown}\``] : []),
    ...(missing.length > 0 ? [`without ${missing.map((key) => `\`${key}\``).join(", ")}`] : []),
  ];
  return parts.length === 0 ? [] : [`- violated by ${parts.join(", ")}`];
}
