import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { documentation } from "../../policies/documentation";
import { RULES } from "../../policies/registry";

const page = join(__dirname, "../../docs/policies.md");

test("docs/policies.md is what the rules say", () => {
  if (process.env["BULWARK_WRITE_DOCS"] === "1") writeFileSync(page, documentation());
  expect(readFileSync(page, "utf8")).toBe(documentation());
});

test("there are as many rules as the specification lists, and each id is used once", () => {
  const count = (prefix: string) => RULES.filter((rule) => rule.id.startsWith(prefix)).length;
  expect([count("docker-"), count("k8s-"), count("aws-"), count("xs-")]).toEqual([22, 31, 43, 15]);
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
