import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentation } from "../../policies/documentation";
import { CLAUSES } from "../../policies/frameworks";
import { RULES } from "../../policies/registry";

const page = join(__dirname, "../../docs/policies.md");

test("docs/policies.md is what the rules say", () => {
  if (process.env["BULWARK_WRITE_DOCS"] === "1") writeFileSync(page, documentation());
  expect(readFileSync(page, "utf8")).toBe(documentation());
});

test("there are no fewer rules than the specification lists, and each id is used once", () => {
  const count = (prefix: string) => RULES.filter((rule) => rule.id.startsWith(prefix)).length;
  for (const [prefix, listed] of Object.entries({ "docker-": 22, "k8s-": 31, "aws-": 43, "xs-": 15 }))
    expect([prefix, count(prefix) >= listed]).toEqual([prefix, true]);
  expect(new Set(RULES.map((rule) => rule.id)).size).toBe(RULES.length);
});

test("every rule says what to do, where it comes from, and names each token once", () => {
  for (const rule of RULES) {
    expect(rule.remedy).toMatch(/^[A-Z`].{15,}\.$/);
    expect(rule.title).not.toMatch(/\.$/);
    expect(rule.references.length).toBeGreaterThan(0);
    expect(new Set(rule.types).size).toBe(rule.types.length);
  }
});

test("clauses of frameworks name rules that exist, or say what no rule can show (POL-20, POL-21, POL-22)", () => {
  const ids = new Set(RULES.map((rule) => rule.id));
  for (const { clause, rules, beyond } of CLAUSES) {
    expect([clause, rules.filter((id) => !ids.has(id))]).toEqual([clause, []]);
    expect([clause, rules.length > 0 || beyond !== undefined]).toEqual([clause, true]);
  }
});
