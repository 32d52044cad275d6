import type { TargetKind } from "../../components/targets/target";
import type { Program } from "../mocks/program";
import { isOpen } from "./reach";
import { isStateful, texts, variablesOf } from "./read";
import { KINDS } from "./shop";
import { type Changes, freshWholeShop, ROUTES, TOKENS, wholeShop } from "./whole-shop";

/** Variables of a link whose names are the same on every target, and which of them are only referred to. */
const VARIABLES = [
  ...["DB_HOST", "DB_NAME", "DB_PASSWORD*", "DB_PORT", "DB_SSLMODE", "DB_USER"],
  ...[
    "REDIS_DB",
    "REDIS_HOST",
    "REDIS_MAX_CONNECTIONS",
    "REDIS_PASSWORD*",
    "REDIS_PORT",
    "REDIS_TLS",
    "REDIS_USERNAME",
  ],
  ...["S3_BUCKET", "S3_ENDPOINT", "S3_FORCE_PATH_STYLE", "S3_REGION"],
];
/** What a target has beside them: a CA of its own, and keys where the platform gives a task none. */
const OWN = ["DB_CA", "REDIS_CA", "S3_ACCESS_KEY", "S3_CA", "S3_SECRET_KEY*"];

const urns = (program: Program): string[] => program.resources.map((each) => each.urn);

async function gone(kind: TargetKind, changes: Changes): Promise<string[]> {
  const after = new Set(urns(await wholeShop(kind, changes)));
  return urns(await wholeShop(kind)).filter((urn) => !after.has(urn));
}

/** The servers of the stores as they run, by their own resources alone. */
function stores(kind: TargetKind, program: Program): unknown[] {
  const types: Readonly<Record<TargetKind, RegExp>> = {
    compose: /container:Container$/,
    microk8s: /(StatefulSet|PersistentVolumeClaim)$/,
    aws: /(rds\/instance:Instance|replicationGroup:ReplicationGroup|s3\/bucket:Bucket)$/,
  };
  return program.resources
    .filter((each) => types[kind].test(each.type) && ["db", "cache", "photos"].includes(each.name))
    .map((each) => [each.urn, each.inputs]);
}

describe.each(KINDS)("the whole shop on %s", (kind) => {
  test("has a component of each kind, every child under its own and with an explicit provider", async () => {
    const { resources } = await wholeShop(kind);
    const components = resources.filter((each) => !each.custom);
    expect(components.map((each) => `${each.type.split(":").at(-1)} ${each.name}`).sort()).toEqual([
      "AlertRouting alerts",
      "BackupSchedule backups",
      "ManagedPostgres db",
      "MonitoringStack monitoring",
      "RedisCache cache",
      "ServiceDeployment api",
      "ServiceDeployment worker",
      "StorageBucket photos",
      "SurveillanceVpc network",
    ]);
    const known = new Set(components.map((each) => each.urn));
    expect(resources.filter((each) => each.parent !== "" && !known.has(each.parent))).toEqual([]);
    const providers = new Set(
      resources.filter((each) => each.type.startsWith("pulumi:providers:")).map((each) => each.urn),
    );
    const children = resources.filter((each) => each.custom && !providers.has(each.urn));
    expect(children.filter((each) => !providers.has(each.provider)).map((each) => each.urn)).toEqual([]);
  });

  test("links to a database, a cache and a bucket give variables of the same names, secrets by reference", async () => {
    const program = await wholeShop(kind);
    const given = variablesOf(kind, program, "api").map((each) => `${each.name}${each.byReference ? "*" : ""}`);
    expect(given.filter((each) => !OWN.includes(each)).sort()).toEqual([...VARIABLES].sort());
    expect(variablesOf(kind, program, "api").filter((each) => each.value === undefined)).toEqual([]);
    expect(variablesOf(kind, program, "worker")).toEqual([]);
  });

  test("no secret is in clear in any input, the addresses of receivers among them (SEC-06)", async () => {
    const { resources } = await wholeShop(kind);
    const hidden = (text: string) =>
      TOKENS.some((token) => text.includes(token)) || text.includes("generated-password-of-");
    const held = resources.flatMap((each) => texts(each.inputs).filter(({ text }) => hidden(text)));
    expect(held.length).toBeGreaterThan(0);
    const leaks = resources.flatMap((each) =>
      texts(each.inputs)
        .filter(({ text }) => hidden(text))
        .filter(({ path }) => !each.secrets.some((secret) => path === secret || path.startsWith(`${secret}.`)))
        .map(({ path }) => `${each.urn} ${path}`),
    );
    expect(leaks).toEqual([]);
  });

  test.each(["out", "in"] as const)("a way %s to a store exists exactly where a link does (VPC-13)", async (half) => {
    const ways = (program: Program) =>
      ["api", "worker"].flatMap((from) =>
        Object.entries({ db: 5432, cache: 6379, ...(kind === "aws" ? {} : { photos: 7070 }) })
          .filter(([to, port]) => isOpen(half, kind, program, from, to, port))
          .map(([to]) => `${from} -> ${to}`),
      );
    const all = kind === "aws" ? ["db", "cache"] : ["db", "cache", "photos"];
    expect(ways(await wholeShop(kind))).toEqual(all.map((each) => `api -> ${each}`));
    expect(ways(await wholeShop(kind, { workerLinks: true }))).toEqual(
      ["api", "worker"].flatMap((from) => all.map((each) => `${from} -> ${each}`)),
    );
  });

  test("data of every store is protected", async () => {
    const stateful = (await wholeShop(kind)).resources.filter(isStateful);
    expect(stateful.length).toBeGreaterThan(2);
    expect(stateful.filter((each) => !each.protect).map((each) => each.urn)).toEqual([]);
  });

  test.each<[string, Changes]>([
    ["memory of the cache", { cache: { memory: "2 GiB" } }],
    ["size of the bucket", { bucket: { storage: "40 GiB" } }],
    ...(kind === "aws"
      ? []
      : [["time between two scrapes", { monitoring: { interval: "30 seconds" } }] satisfies [string, Changes]]),
  ])("another %s keeps every URN", async (_, changes) => {
    expect(urns(await wholeShop(kind, changes))).toEqual(urns(await wholeShop(kind)));
  });

  test.each<[string, Changes]>([
    ["consumer of all stores", { workerLinks: true }],
    ["watched service", { workerWatched: true }],
    [
      "route to a receiver",
      { routing: { routes: [...ROUTES, { severity: "info", team: "app", receivers: ["second"] }] } },
    ],
  ])("one more %s ends nothing, and leaves every store as it is", async (_, changes) => {
    expect(await gone(kind, changes)).toEqual([]);
    const [before, after] = [await wholeShop(kind), await wholeShop(kind, changes)];
    expect(stores(kind, before).length).toBeGreaterThan(2);
    expect(stores(kind, after)).toEqual(stores(kind, before));
  });

  test("the same program twice gives the same graph", async () => {
    expect((await freshWholeShop(kind)).resources).toEqual((await wholeShop(kind)).resources);
  });
});

test.each(["compose", "microk8s"] as const)(
  "on %s only a service that sends traces has a way to their collector, and is told where it is",
  async (kind) => {
    const reaches = async (changes: Changes) => {
      const program = await wholeShop(kind, changes);
      return (["out", "in"] as const).map((half) => isOpen(half, kind, program, "worker", "jaeger", 4317));
    };
    const traced = { workerWatched: true, worker: { tracing: true } };
    expect(await reaches({ workerWatched: true })).toEqual([false, false]);
    expect(await reaches(traced)).toEqual([true, true]);
    const given = variablesOf(kind, await wholeShop(kind, traced), "worker");
    expect(given.map(({ name, value }) => [name, value])).toEqual([
      ["OTEL_EXPORTER_OTLP_ENDPOINT", `http://${{ compose: "jaeger", microk8s: "jaeger.monitoring.svc" }[kind]}:4317`],
      ["OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"],
      ["OTEL_SERVICE_NAME", "worker"],
    ]);
  },
);

/** Names of the rules that Prometheus is given. */
function rules(program: Program): string[] {
  const found = program.resources
    .flatMap((each) => texts(each.inputs))
    .flatMap(({ text }) => [...text.matchAll(/^\s*- alert: "?(\w+)/gm)].map((match) => match[1] ?? ""));
  return [...new Set(found)].sort();
}

test("compose and microk8s are watched by the same rules, but for what runs the containers", async () => {
  const own = /^(Host|Container|Kube|Image)/;
  const [compose, microk8s] = [rules(await wholeShop("compose")), rules(await wholeShop("microk8s"))];
  expect(compose.length).toBeGreaterThan(30);
  expect(microk8s.filter((each) => !own.test(each))).toEqual(compose.filter((each) => !own.test(each)));
  expect(microk8s.filter((each) => each.startsWith("Kube")).length).toBeGreaterThan(3);
});
