import type { PlanDocument } from "../../ops/plan/document";
import { findingsOf } from "../../ops/plan/findings";
import { summarize } from "../../ops/plan/summary";
import { planText } from "../../ops/plan/text";
import { paint } from "../../ops/terminal";
import type { GraphResource } from "../../policies/graph";

const urn = (type: string, name: string) => `urn:pulumi:prod::shop::${type}::${name}`;
const component = (kind: string, name: string, props: object = {}): GraphResource => ({
  urn: urn(`bulwark:index:${kind}`, name),
  type: `bulwark:index:${kind}`,
  name,
  custom: false,
  protect: false,
  props: { target: "compose", environment: "prod", ...props },
  dependencies: [],
  propertyDependencies: {},
});
const secretOf = (owner: GraphResource): GraphResource => ({
  ...component("x", `${owner.name}-password`, { length: 40 }),
  urn: urn("random:index/randomPassword:RandomPassword", `${owner.name}-password`),
  type: "random:index/randomPassword:RandomPassword",
  custom: true,
  parent: owner.urn,
});

/** A plan of these components, each with one child. */
function planned(...components: readonly GraphResource[]): PlanDocument {
  const graph = { resources: components.flatMap((each) => [each, secretOf(each)]) };
  return {
    version: 1,
    stack: "prod",
    target: "compose",
    resources: graph.resources,
    findings: findingsOf(graph, "/nowhere"),
    summary: summarize(graph),
  };
}

const db = component("ManagedPostgres", "db");
const cache = component("RedisCache", "cache");
const monitoring = component("MonitoringStack", "monitoring", {
  alerts: ["db: PostgresDown, PostgresDeadlocks", "stack: Watchdog"],
});
const found = (plan: PlanDocument) =>
  plan.findings.filter((each) => each.policy === "xs-component-has-alert").map((each) => each.urn);

describe("alerts in a plan", () => {
  const plan = planned(db, cache, monitoring);
  const text = planText(plan, paint(false));

  test("are shown at the component that they are about", () => {
    expect(text).toMatch(/^db {2}ManagedPostgres\n( .*\n)* {2}alerts {5}PostgresDown, PostgresDeadlocks\n/m);
    expect(text).toMatch(/^monitoring {2}MonitoringStack\n( .*\n)* {2}alerts {5}Watchdog\n/m);
  });

  test("are missed where there are none: in the text, and as a finding", () => {
    expect(text).toMatch(/^cache {2}RedisCache\n( .*\n)* {2}alerts {5}none: nothing watches it\n/m);
    expect(found(plan)).toEqual([cache.urn]);
  });

  test("are missed by nobody when all components are watched", () => {
    expect(found(planned(db, monitoring))).toEqual([]);
  });

  test("break long lists into lines", () => {
    const names = Array.from({ length: 20 }, (_, index) => `AlertNumber${index}`);
    const long = component("MonitoringStack", "monitoring", { alerts: [`db: ${names.join(", ")}`] });
    const lines = planText(planned(db, long), paint(false)).split("\n");
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(125);
    for (const name of names) expect(lines.join("\n")).toContain(name);
  });
});
