import { bucket, database } from "../../policies/aws/examples";
import { carrier, container } from "../../policies/docker/examples";
import { evaluate } from "../../policies/evaluate";
import { type GraphResource, UNKNOWN } from "../../policies/graph";
import { deployment } from "../../policies/kubernetes/examples";
import type { Example } from "../../policies/rule";
import { graphOf, urnOf, withProperty } from "./program";

const now = new Date("2026-11-21T12:00:00Z");

function copies(count: number): { readonly resources: readonly GraphResource[] } {
  const bases: readonly Example[] = [container(), carrier(), deployment(), bucket(), database()];
  const size = bases.flat().length;
  const resources = Array.from({ length: Math.ceil(count / size) }, (_, index) =>
    bases.flatMap((base) => {
      const { resources } = graphOf(base);
      const moved = (urn: string) => `${urn}-${index}`;
      return resources.map((each) => ({
        ...each,
        urn: moved(each.urn),
        name: moved(each.name),
        dependencies: each.dependencies.map(moved),
        propertyDependencies: Object.fromEntries(
          Object.entries(each.propertyDependencies).map(([key, urns]) => [key, urns.map(moved)]),
        ),
      }));
    }),
  ).flat();
  return { resources: resources.slice(0, count) };
}

function work(count: number): number {
  const graph = copies(count);
  const times = Array.from({ length: 4 }, () => {
    const start = process.cpuUsage();
    evaluate(graph, { environment: "prod", now });
    return process.cpuUsage(start).user;
  });
  return Math.min(...times);
}

test("ten times the resources take about ten times as long, up to 10,000", () => {
  work(500);
  const [thousand, tenThousand] = [work(1_000), work(10_000)];
  expect(tenThousand / thousand).toBeLessThan(25);
});

test("findings are sorted, and the same every time", () => {
  const graph = graphOf([...container({ privileged: true, memory: undefined, readOnly: false })]);
  const found = evaluate(graph, { environment: "prod", now });
  expect(found.map((each) => each.policy)).toEqual([
    "docker-no-privileged",
    "docker-readonly-rootfs",
    "docker-resource-limits",
  ]);
  expect(evaluate({ resources: [...graph.resources].reverse() }, { environment: "prod", now })).toEqual(found);
});

test("an unknown value hides nothing else that the same rule finds", () => {
  const example = container({ networkMode: "host", pidMode: "host" });
  const graph = withProperty(graphOf(example), urnOf(example[0]), ["networkMode"], UNKNOWN);
  const found = evaluate(graph, { environment: "prod", now }).filter(
    (each) => each.policy === "docker-no-host-namespaces",
  );
  expect(found.map((each) => [each.status, each.message])).toEqual([
    ["fail", "pidMode shares the host's namespace"],
    ["undetermined", "networkMode is only known after the update"],
  ]);
});

test("what a critical rule cannot decide blocks, what another one cannot decide does not", () => {
  const example = container();
  const of = (property: string) => {
    const graph = withProperty(graphOf(example), urnOf(example[0]), [property], UNKNOWN);
    return evaluate(graph, { environment: "prod", now }).map((each) => [each.policy, each.level, each.status]);
  };
  expect(of("privileged")).toEqual([["docker-no-privileged", "mandatory", "undetermined"]]);
  expect(of("readOnly")).toEqual([["docker-readonly-rootfs", "advisory", "undetermined"]]);
});

test("the tier decides what blocks", () => {
  const graph = graphOf([{ ...database({ deletionProtection: false })[0] }]);
  const of = (environment: "dev" | "staging" | "prod") =>
    evaluate(graph, { environment, now }).find((each) => each.policy === "aws-rds-deletion-protection")?.level;
  expect([of("dev"), of("staging"), of("prod")]).toEqual([undefined, "advisory", "mandatory"]);
});

test("configuration changes levels and settings, and nothing silently", () => {
  const graph = graphOf(container({ ports: [{ external: 8443, internal: 8443 }] }));
  const of = (config: Parameters<typeof evaluate>[1]["config"]) =>
    evaluate(graph, { environment: "prod", now, ...(config === undefined ? {} : { config }) }).map(
      (each) => each.level,
    );
  expect(of(undefined)).toEqual(["mandatory"]);
  expect(of({ "docker-port-bound-iface": { level: "advisory" } })).toEqual(["advisory"]);
  expect(of({ "docker-port-bound-iface": { publicPorts: [8443] } })).toEqual([]);
  expect(() => of({ "docker-port-bound-ifac": {} })).toThrow("did you mean `docker-port-bound-iface`?");
  expect(() => of({ "docker-port-bound-iface": { publicPort: [1] } })).toThrow("did you mean `publicPorts`?");
  expect(() => of({ "docker-port-bound-iface": { publicPorts: "80" } })).toThrow("a list of numbers");
});

describe("joins", () => {
  const without = (example: Example, name: string) => example.filter((each) => each.name !== name);
  const found = (resources: readonly Example[number][]) => {
    const [first, ...others] = resources;
    if (first === undefined) throw new Error("no resources");
    return evaluate(graphOf([first, ...others]), { environment: "prod", now }).map(
      (each) => `${each.status} ${each.policy}`,
    );
  };

  test("an edge counts more than a name", () => {
    const sides = bucket()
      .slice(1)
      .map((each) => ({ ...each, props: { ...each.props, bucket: "another-name" } }));
    expect(found([bucket()[0], ...sides])).toEqual([]);
  });

  test("the only candidate of the same component is meant when the name is not known", () => {
    const component = { type: "site:index:Archive", name: "footage", custom: false, props: {} };
    const [subject, ...sides] = bucket({}, {}, "name");
    const inside = sides.map((each) => ({ ...each, parent: "footage", props: { ...each.props, bucket: UNKNOWN } }));
    expect(
      found([{ ...subject, parent: "footage", props: { ...subject.props, bucket: UNKNOWN } }, ...inside, component]),
    ).toEqual([]);
  });

  test("a name of another bucket is not mistaken for this one", () => {
    const sides = bucket({}, {}, "name")
      .slice(1)
      .map((each) => ({ ...each, props: { ...each.props, bucket: "another" } }));
    expect(found([bucket()[0], ...sides])).toContain("fail aws-s3-block-public");
  });

  test("a reference that nobody can read yet is undetermined", () => {
    const sides = bucket({}, {}, "name")
      .slice(1)
      .map((each) => ({ ...each, props: { ...each.props, bucket: UNKNOWN } }));
    expect(found([bucket()[0], ...sides])).toContain("undetermined aws-s3-block-public");
  });

  test("an alarm on another store does not count", () => {
    expect(found(without(database(), "alarm"))).toEqual(["fail xs-db-has-alert"]);
  });
});
