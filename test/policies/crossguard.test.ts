import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  PolicyResource,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { bucket } from "../../policies/aws/examples";
import { pack, plainMap, tierOf } from "../../policies/crossguard";
import { container } from "../../policies/docker/examples";
import { EMPTY_REGISTER, parseExemptions } from "../../policies/exemptions";
import { UNKNOWN } from "../../policies/graph";
import { RULES } from "../../policies/registry";
import type { Example } from "../../policies/rule";
import { graphOf, urnOf } from "./program";

/** What the engine wraps properties in; the package exports it, but not its type. */
const { unknownCheckingProxy } = jest.requireActual<{ unknownCheckingProxy: <T extends object>(given: T) => T }>(
  "@pulumi/policy",
);

const NOT_KNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const base = { environment: "prod" as const, exemptions: EMPTY_REGISTER, now: () => new Date("2026-11-21T12:00:00Z") };
const { policies } = pack(base);

type Told = { readonly message: string; readonly level: string };

/** Calls a resource policy as the engine's policy host does, with properties that throw when an unknown one is touched. */
function judged(name: string, example: Example, config: object = {}, made = policies): Told[] {
  const policy = made.find((each) => each.name === name) as ResourceValidationPolicy;
  const [{ type, props, name: logical }] = example;
  const told: Told[] = [];
  const report = (given: unknown) => {
    if (typeof given === "string") told.push({ message: given, level: "configured" });
    else
      told.push({
        message: (given as { message: string }).message,
        level: (given as { enforcementLevel: string }).enforcementLevel,
      });
  };
  const args: Partial<ResourceValidationArgs> = {
    type,
    name: logical,
    urn: urnOf(example[0]),
    props: unknownCheckingProxy(JSON.parse(JSON.stringify(props))),
    opts: {
      protect: true,
      ignoreChanges: [],
      aliases: [],
      additionalSecretOutputs: [],
      customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
    },
    getConfig: <T extends object>() => config as T,
  };
  for (const validate of [policy.validateResource].flat()) validate?.(args as ResourceValidationArgs, report);
  return told;
}

test("every rule that looks at one resource is a policy of its own, the others share three, and the register has one", () => {
  const alone = RULES.filter((rule) => rule.types.length > 0 && !rule.joins).map((rule) => rule.id);
  expect(policies.map((each) => each.name).slice(0, alone.length)).toEqual(alone);
  expect(policies.slice(alone.length).map((each) => each.name)).toEqual([
    "bulwark-docker",
    "bulwark-aws",
    "bulwark-relations",
    "xs-exemption-valid",
  ]);
  for (const policy of policies) expect(JSON.stringify(policy.configSchema ?? {})).not.toContain("enforcementLevel");
});

test("each rule finds through the host what it finds in a graph", () => {
  for (const rule of RULES.filter((each) => each.types.length > 0 && !each.joins)) {
    const config = rule.examples.configuration?.[rule.id] ?? {};
    for (const example of rule.examples.violating) {
      const secretMarkers = JSON.stringify(example[0].props).includes("[secret]");
      if (secretMarkers) continue;
      const told = example.flatMap((each) => judged(rule.id, [each], config));
      expect([rule.id, told.length > 0]).toEqual([rule.id, true]);
    }
    for (const example of rule.examples.compliant.filter(([first]) => first.provider === undefined)) {
      expect([rule.id, judged(rule.id, example, config)]).toEqual([rule.id, []]);
    }
  }
});

test("a value that is not known neither throws nor passes, and only advises", () => {
  expect(judged("docker-no-privileged", container({ privileged: NOT_KNOWN }))).toEqual([
    { message: expect.stringContaining("privileged is only known after the update"), level: "advisory" },
  ]);
  const both = judged("docker-no-host-namespaces", container({ networkMode: NOT_KNOWN, pidMode: "host" }));
  expect(both.map((each) => each.level).sort()).toEqual(["advisory", "configured"]);
});

test("unknown values deep inside become markers", () => {
  const proxy = unknownCheckingProxy({ a: [NOT_KNOWN, { b: NOT_KNOWN, c: 1 }], d: null });
  expect(plainMap(proxy)).toEqual({ a: [UNKNOWN, { b: UNKNOWN, c: 1 }], d: null });
});

test("settings come from the configuration of the policy", () => {
  const example = container({ ports: [{ external: 8443, internal: 8443 }] });
  expect(judged("docker-port-bound-iface", example)).toHaveLength(1);
  expect(judged("docker-port-bound-iface", example, { publicPorts: [8443], enforcementLevel: "mandatory" })).toEqual(
    [],
  );
});

test("an exemption makes the finding advise", () => {
  const example = container({ memory: 0 });
  const entry = {
    id: "EX-1",
    policy: "docker-resource-limits",
    urn: urnOf(example[0]),
    reason: "the batch host runs nothing else",
    ticket: "S-1",
    approver: "ann",
    created: "2026-11-01",
    expires: "2026-12-01",
  };
  const exemptions = parseExemptions(JSON.stringify({ exemptions: [entry] }), RULES);
  const exempt = pack({ ...base, exemptions }).policies;
  expect(judged("docker-resource-limits", example, {}, exempt).map((each) => each.level)).toEqual(["advisory"]);
});

test("the levels are those of the tier, and a stack without one is prod", () => {
  const level = (environment: "dev" | "prod", name: string) =>
    pack({ ...base, environment }).policies.find((each) => each.name === name)?.enforcementLevel;
  expect([level("dev", "aws-rds-deletion-protection"), level("prod", "aws-rds-deletion-protection")]).toEqual([
    "disabled",
    "mandatory",
  ]);
  expect([tierOf("dev"), tierOf("shop-staging"), tierOf("live"), tierOf(undefined)]).toEqual([
    "dev",
    "staging",
    "prod",
    "prod",
  ]);
});

test("stack policies join by the edges that the engine gives", () => {
  const policy = policies.find((each) => each.name === "bulwark-aws") as StackValidationPolicy;
  const run = (example: Example) => {
    const told: unknown[] = [];
    policy.validateStack(
      {
        resources: stackOf(example),
        stackTags: new Map(),
        getConfig: <T extends object>() => ({}) as T,
        notApplicable: () => {
          throw new Error("not applicable");
        },
      },
      (message: unknown, urn?: string) => told.push(typeof message === "string" ? [message, urn] : message),
    );
    return told;
  };
  expect(run(bucket())).toEqual([]);
  expect(run(bucket({}, { block: null }))).toEqual([
    [expect.stringMatching(/^aws-s3-block-public: /), urnOf(bucket()[0])],
  ]);
});

test("no rule imports an SDK", () => {
  const folder = join(__dirname, "../../policies");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((each) => each.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(110);
  for (const file of files) {
    const imports = readFileSync(join(folder, file), "utf8").match(/from "@pulumi\/[^"]+"/g) ?? [];
    expect([file, imports]).toEqual([
      file,
      ["crossguard.ts", "index.ts"].includes(file) ? ['from "@pulumi/policy"'] : [],
    ]);
  }
});

function stackOf(example: Example): PolicyResource[] {
  const made = new Map(
    graphOf(example).resources.map((each) => [
      each.urn,
      {
        type: each.type,
        name: each.name,
        urn: each.urn,
        props: unknownCheckingProxy(JSON.parse(JSON.stringify(each.props))),
        opts: {
          protect: each.protect,
          ignoreChanges: [],
          aliases: [],
          additionalSecretOutputs: [],
          customTimeouts: { createSeconds: 0, updateSeconds: 0, deleteSeconds: 0 },
        },
        dependencies: [] as PolicyResource[],
        propertyDependencies: {} as Record<string, PolicyResource[]>,
        isType: () => false,
        asType: () => undefined,
      },
    ]),
  );
  for (const each of graphOf(example).resources) {
    const edges = Object.entries(each.propertyDependencies).map(([key, urns]) => [
      key,
      urns.flatMap((urn) => made.get(urn) ?? []),
    ]);
    Object.assign(made.get(each.urn)?.propertyDependencies ?? {}, Object.fromEntries(edges));
  }
  return [...made.values()];
}
