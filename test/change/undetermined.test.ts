import type { ChangeSet } from "../../ops/change/model";
import { compare } from "../../ops/change/plans";
import { decide } from "../../ops/gate/decide";
import { type GraphResource, UNKNOWN } from "../../policies/graph";

const at = new Date("2026-11-21T12:00:00Z");

function resource(type: string, name: string, props: Readonly<Record<string, unknown>>): GraphResource {
  const urn = `urn:pulumi:prod::shop::${type}::${name}`;
  return { urn, type, name, custom: true, protect: false, props, dependencies: [], propertyDependencies: {} };
}

const task = (containerDefinitions: unknown, cpu = "256") =>
  resource("aws:ecs/taskDefinition:TaskDefinition", "api", { containerDefinitions, cpu, tags: { env: "prod" } });

/** A change as a preview shows it, with these policy packs. */
function preview(
  before: readonly GraphResource[],
  after: readonly GraphResource[],
  packs: readonly string[],
): ChangeSet {
  return { ...compare({ stack: "prod", resources: before }, { stack: "prod", resources: after }, "plans"), packs };
}

function found(set: ChangeSet) {
  const { findings, verdict } = decide(set, { at });
  return { finding: findings.find(({ policy }) => policy === "aws-ecs-no-secret-env"), verdict };
}

test("what only the update knows advises where the policy pack asks again, and blocks where it does not", () => {
  const withPack = found(preview([], [task(UNKNOWN)], ["bulwark"]));
  expect(withPack.finding).toMatchObject({ status: "undetermined", level: "advisory" });
  for (const packs of [[], ["somebody-elses"]]) {
    const { finding, verdict } = found(preview([], [task(UNKNOWN)], packs));
    expect(finding).toMatchObject({ status: "undetermined", level: "mandatory" });
    expect(finding?.remedy).toMatch(/^Preview and update with --policy-pack/);
    expect(verdict.exitCode).toBe(22);
  }
});

test("a task whose definition becomes unknown by an update is left to the update as well", () => {
  const set = preview([task("[]")], [task(UNKNOWN, "512")], ["bulwark"]);
  expect(found(set).finding).toMatchObject({ status: "undetermined", level: "advisory" });
});

test("what is known and wrong, and what is known and not understood, blocks with the pack too", () => {
  const secret = JSON.stringify([{ name: "api", environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }]);
  for (const [containers, status] of [
    [secret, "fail"],
    ["{ not JSON", "undetermined"],
  ] as const) {
    const { finding, verdict } = found(preview([], [task(containers)], ["bulwark"]));
    expect(finding).toMatchObject({ status, level: "mandatory" });
    expect(verdict.exitCode).toBe(22);
  }
});
