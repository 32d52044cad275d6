import type { Program } from "../mocks/program";
import { serverOf } from "./read";
import { type Changes, freshShop, KINDS, shop } from "./shop";

function urns(program: Program): string[] {
  return program.resources.map((each) => each.urn);
}

/** URNs that are gone after a change: each would be a deletion. */
async function gone(kind: (typeof KINDS)[number], changes: Changes): Promise<string[]> {
  const after = new Set(urns(await shop(kind, changes)));
  return urns(await shop(kind)).filter((urn) => !after.has(urn));
}

describe.each(KINDS)("on %s", (kind) => {
  test.each<[string, Changes]>([
    ["memory", { db: { memory: "2 GiB" }, api: { memory: "1 GiB" } }],
    ["image", { api: { image: "123456789012.dkr.ecr.us-east-1.amazonaws.com/api:2.0.0" } }],
    ["a variable", { api: { environment: { LOG_LEVEL: "DEBUG" } } }],
    ["a secret", { api: { secrets: { API_KEY: "another" } } }],
    ["tuning", { db: { maxConnections: 300, parameters: { work_mem: "16MB" } } }],
  ])("another %s keeps every URN", async (_, changes) => {
    expect(urns(await shop(kind, changes))).toEqual(urns(await shop(kind)));
  });

  test.each<[string, Changes]>([
    ["replica of a service", { api: { replicas: 3 } }],
    ["route", { api: { routes: [{ host: "shop.example.com" }, { host: "shop.example.com", path: "/v2" }] } }],
    ["route before the others", { api: { routes: [{ host: "a.example.com" }, { host: "shop.example.com" }] } }],
    ["link", { strangerLinks: true }],
  ])("one more %s only adds", async (_, changes) => {
    expect(await gone(kind, changes)).toEqual([]);
  });

  test("another route leaves the routes there are as they are", async () => {
    const routes = [{ host: "a.example.com" }, { host: "shop.example.com" }];
    const after = new Map((await shop(kind, { api: { routes } })).resources.map((each) => [each.urn, each.inputs]));
    const before = (await shop(kind)).resources.filter((each) => /(ListenerRule|Ingress|Certificate)$/.test(each.type));
    expect(before.length).toBeGreaterThanOrEqual(kind === "compose" ? 0 : 1);
    for (const { urn, inputs } of before) expect(after.get(urn)).toEqual(inputs);
  });

  test("a new consumer leaves the database as it is", async () => {
    const [before, after] = [await shop(kind), await shop(kind, { strangerLinks: true })];
    expect(serverOf(kind, after, "db").inputs).toEqual(serverOf(kind, before, "db").inputs);
  });

  test("the same program twice gives the same graph", async () => {
    expect((await freshShop(kind)).resources).toEqual((await shop(kind)).resources);
  });
});

describe.each(KINDS)("on %s", (kind) => {
  test.each<[string, Changes]>([
    ...(kind === "aws" ? [] : [["replica", { db: { replicas: 1 } }] satisfies [string, Changes]]),
    ["database", { db: { databases: { orders: {}, invoices: {} } } }],
    ["role", { db: { roles: { reporting: { database: "orders", access: "readonly" } } } }],
  ])("one more %s of a database server only adds, and does not restart the server", async (_, changes) => {
    expect(await gone(kind, changes)).toEqual([]);
    expect(serverOf(kind, await shop(kind, changes), "db").inputs).toEqual(
      serverOf(kind, await shop(kind), "db").inputs,
    );
  });
});

test("one more zone on aws only adds, and moves no subnet", async () => {
  const more = { zones: ["us-east-1a", "us-east-1b", "us-east-1c"] };
  expect(await gone("aws", more)).toEqual([]);
  const blocks = (program: Program) =>
    new Map(program.ofType("ec2/subnet:Subnet").map((each) => [each.name, each.inputs["cidrBlock"]]));
  const [before, after] = [blocks(await shop("aws")), blocks(await shop("aws", more))];
  expect(before.size).toBe(6);
  expect([...before].filter(([name, block]) => after.get(name) !== block)).toEqual([]);
});

test.each<[string, Changes]>([
  ["memory", { api: { memory: "1 GiB", migration: { command: ["migrate"] } } }],
  ["image", { api: { image: "example.com/api:2.0.0", migration: { command: ["migrate"] } } }],
])("a job on microk8s gets another physical name with another %s, and keeps its URN", async (_, changes) => {
  const nameOf = async (each: Changes) => {
    const job = (await shop("microk8s", each)).one("batch/v1:Job", "api-migration");
    return [job.urn, (job.inputs["metadata"] as { name: string }).name] as const;
  };
  const [before, after] = [await nameOf({ api: { migration: { command: ["migrate"] } } }), await nameOf(changes)];
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
});
