import { evaluate } from "../../policies/evaluate";
import { FORMATS, formatted } from "../../policies/formats";
import { asMarkdown, MARKDOWN_LIMIT } from "../../policies/formats/markdown";
import { newFindings } from "../../policies/formats/report";
import type { Finding } from "../../policies/graph";
import { RULES } from "../../policies/registry";
import { graphOf } from "./program";

const now = new Date("2026-11-21T12:00:00Z");
const CANARY = "canary-7f3a91";

const findings = RULES.flatMap((rule) =>
  rule.examples.violating.flatMap((each) => evaluate(graphOf(each), { environment: "prod", now, rules: [rule] })),
);

function planted(value: unknown, text: string): unknown {
  if (typeof value === "string") return text;
  if (Array.isArray(value)) return value.map((each) => planted(each, text));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, planted(each, text)]));
}

/** Ways in which a secret can stand in a property, so that each kind of check looks at it. */
const DISGUISES = [
  CANARY,
  `PASSWORD=${CANARY}`,
  `postgres://app:${CANARY}@db/shop`,
  `-----BEGIN PRIVATE KEY-----${CANARY}`,
  `--admin-password=${CANARY}`,
  `/etc/${CANARY}`,
  JSON.stringify([{ environment: [{ name: CANARY, value: CANARY }], user: CANARY }]),
  JSON.stringify({ Statement: { Effect: "Allow", Principal: CANARY, Action: CANARY } }),
];

test.each(DISGUISES)("a secret planted in every property as %s appears in no format", (disguise) => {
  let count = 0;
  for (const rule of RULES) {
    for (const example of [...rule.examples.compliant, ...rule.examples.violating]) {
      const graph = graphOf(example);
      const secret = {
        resources: graph.resources.map((each) => ({
          ...each,
          props: planted(each.props, disguise) as Record<string, unknown>,
        })),
      };
      const found = evaluate(secret, { environment: "prod", now });
      count += found.length;
      for (const format of FORMATS) expect(formatted(found, format, "plan.json")).not.toContain(CANARY);
    }
  }
  expect(count).toBeGreaterThan(100);
});

test("one secret at a time, in each text of each violating example", () => {
  const paths = (value: unknown, at: readonly (string | number)[] = []): (readonly (string | number)[])[] => {
    if (typeof value === "string") return [at];
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([key, each]) =>
      paths(each, [...at, Array.isArray(value) ? Number(key) : key]),
    );
  };
  const set = (value: unknown, [step, ...rest]: readonly (string | number)[]): unknown => {
    if (step === undefined) return CANARY;
    if (Array.isArray(value)) return value.map((each, index) => (index === step ? set(each, rest) : each));
    return { ...(value as object), [step]: set((value as Record<string, unknown>)[step], rest) };
  };
  for (const rule of RULES) {
    for (const example of rule.examples.violating) {
      for (const path of paths(example[0].props)) {
        const [first, ...others] = example;
        const props = set(first.props, path) as Record<string, unknown>;
        const found = evaluate(graphOf([{ ...first, props }, ...others]), { environment: "prod", now, rules: [rule] });
        expect(JSON.stringify(found)).not.toContain(CANARY);
      }
    }
  }
});

test("JSON holds the findings as they are", () => {
  expect(JSON.parse(formatted(findings, "json", "plan.json")).findings).toEqual(findings);
});

test("Markdown stays under the limit, and is cut between sections", () => {
  const many: Finding[] = findings.flatMap((each) =>
    Array.from({ length: 20 }, (_, index) => ({ ...each, urn: `${each.urn}-${index}` })),
  );
  const text = asMarkdown(many);
  expect(Buffer.byteLength(text)).toBeLessThan(MARKDOWN_LIMIT);
  expect(Buffer.byteLength(text)).toBeGreaterThan(MARKDOWN_LIMIT / 2);
  const sections = text.split("### ").slice(1);
  for (const section of sections) expect(section).toContain("\nFix: ");
  expect(text).toMatch(/\d+ more rules with \d+ findings are left out/);
  expect(asMarkdown([])).toContain("0 blocking");
});

test("a resource name cannot break out of the table", () => {
  const [first] = findings;
  const text = asMarkdown([{ ...(first as Finding), urn: "urn:pulumi:prod::shop::a:b:C::x|<img>\ny" }]);
  expect(text).not.toContain("<img>");
  expect(text).toContain("x\\|&lt;img> y");
});

test("SARIF has everything that version 2.1.0 requires", () => {
  const log = JSON.parse(formatted(findings, "sarif", "plans/prod plan.json"));
  expect(log.version).toBe("2.1.0");
  expect(log.runs).toHaveLength(1);
  const { driver } = log.runs[0].tool;
  expect(typeof driver.name).toBe("string");
  const ids = driver.rules.map((rule: { id: string }) => rule.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const rule of driver.rules) {
    expect(rule).toMatchObject({ id: expect.any(String), shortDescription: { text: expect.any(String) } });
    expect(["none", "note", "warning", "error"]).toContain(rule.defaultConfiguration.level);
    expect(Number(rule.properties["security-severity"])).toBeGreaterThan(0);
  }
  expect(log.runs[0].results).toHaveLength(findings.length);
  for (const result of log.runs[0].results) {
    expect(result.message.text.length).toBeGreaterThan(0);
    expect(["none", "note", "warning", "error"]).toContain(result.level);
    expect(["notApplicable", "pass", "fail", "review", "open", "informational"]).toContain(result.kind);
    if (result.kind !== "fail") expect(result.level).toBe("none");
    expect(ids[result.ruleIndex]).toBe(result.ruleId);
    const [location] = result.locations;
    expect(location.physicalLocation.artifactLocation.uri).toBe("plans/prod%20plan.json");
    expect(location.logicalLocations[0].fullyQualifiedName).toMatch(/^urn:/);
  }
});

test("SARIF says of exempt findings that they are suppressed", () => {
  const [first] = findings;
  const log = JSON.parse(formatted([{ ...(first as Finding), status: "exempt" }], "sarif", "plan.json"));
  expect(log.runs[0].results[0].suppressions).toMatchObject([{ kind: "external", status: "accepted" }]);
});

test("only what the base does not have is new", () => {
  const [first, ...others] = findings;
  expect(newFindings(others, findings)).toEqual(
    others.some((each) => JSON.stringify(each) === JSON.stringify(first)) ? [] : [first],
  );
});
