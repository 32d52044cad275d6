import { evaluate } from "../../policies/evaluate";
import type { Finding, ResourceGraph } from "../../policies/graph";
import { UNKNOWN } from "../../policies/graph";
import { RULES } from "../../policies/registry";
import type { Example, Rule } from "../../policies/rule";
import { forms } from "./forms";
import { graphOf, urnOf, withProperty } from "./program";

const now = new Date("2026-11-21T12:00:00Z");

function all(rule: Rule, example: Example): Finding[] {
  return evaluate(graphOf(example), { environment: "prod", now, config: rule.examples.configuration ?? {} });
}

function alone(rule: Rule, graph: ResourceGraph): Finding[] {
  const findings = evaluate(graph, {
    environment: "prod",
    now,
    rules: [rule],
    config: rule.examples.configuration ?? {},
  });
  expect(findings.filter((each) => each.message.includes("could not be run"))).toEqual([]);
  return findings;
}

/** Every property of the example that the rule reads. */
function reads(rule: Rule, example: Example): { readonly urn: string; readonly steps: readonly (string | number)[] }[] {
  const found = new Map<string, { urn: string; steps: readonly (string | number)[] }>();
  evaluate(graphOf(example), {
    environment: "prod",
    now,
    rules: [rule],
    config: rule.examples.configuration ?? {},
    onRead: (_rule, urn, steps) => found.set(`${urn} ${JSON.stringify(steps)}`, { urn, steps }),
  });
  return [...found.values()];
}

const told = (finding: Finding) => `${finding.status} ${finding.policy}: ${finding.message}`;

const checked = RULES.filter((rule) => rule.types.length > 0);

describe.each(checked.map((rule) => [rule.id, rule] as const))("%s", (_id, rule) => {
  const examples = [...rule.examples.compliant, ...rule.examples.violating];

  test("has both kinds of example, and one for every token", () => {
    expect(rule.examples.compliant.length).toBeGreaterThan(0);
    expect(rule.examples.violating.length).toBeGreaterThan(0);
    const shown = new Set(
      examples.flatMap((example) => example.flatMap((each) => forms(each).map((form) => form.type))),
    );
    expect(rule.types.filter((type) => !shown.has(type))).toEqual([]);
  });

  test.each(rule.examples.compliant.map((example, index) => [index, example] as const))(
    "compliant example %i: no rule finds anything",
    (_index, example) => {
      expect(all(rule, example).map(told)).toEqual([]);
    },
  );

  test.each(rule.examples.violating.map((example, index) => [index, example] as const))(
    "violating example %i: this rule finds it, and no other finds anything",
    (_index, example) => {
      const findings = all(rule, example);
      expect(findings.some((each) => each.status === "fail" && each.policy === rule.id)).toBe(true);
      expect(findings.filter((each) => each.policy !== rule.id).map(told)).toEqual([]);
    },
  );

  test("a property that is not known yet is undetermined, never passed and never a crash", () => {
    const passed: string[] = [];
    for (const [index, example] of examples.entries()) {
      const compliant = index < rule.examples.compliant.length;
      for (const { urn, steps } of reads(rule, example)) {
        const findings = alone(rule, withProperty(graphOf(example), urn, steps, UNKNOWN));
        const caught = findings.some(
          (each) => each.status === "undetermined" || (!compliant && each.status === "fail"),
        );
        if (!caught) passed.push(`example ${index}: ${steps.join(".")}`);
      }
    }
    expect(passed).toEqual([]);
  });

  test("every alias of a token is seen the same way", () => {
    for (const example of rule.examples.violating) {
      const [subject, ...others] = example;
      const expected = alone(rule, graphOf([subject, ...others])).map((each) => `${each.status} ${each.severity}`);
      for (const form of forms(subject).filter((each) => rule.types.includes(each.type))) {
        const found = alone(rule, graphOf([form, ...others]));
        expect([form.type, ...found.map((each) => `${each.status} ${each.severity}`)]).toEqual([
          form.type,
          ...expected,
        ]);
      }
    }
  });

  test("absent sections are no crash", () => {
    for (const example of examples) {
      for (const resource of example) {
        for (const property of Object.keys(resource.props)) {
          alone(rule, withProperty(graphOf(example), urnOf(resource), [property], undefined));
        }
        const [subject, ...others] = example.map((each) => (each === resource ? { ...each, props: {} } : each));
        if (subject !== undefined) alone(rule, graphOf([subject, ...others]));
      }
    }
  });
});
