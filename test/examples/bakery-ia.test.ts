import type { ArgumentError } from "../../components/core/errors";
import { PROFILES, type Tenants } from "../../examples/bakery-ia/sizes";
import { bakery, type Settings } from "../../examples/bakery-ia/system";
import { reachOf } from "../../ops/plan/reach";
import { type Program, refused, stopped, withMocks } from "../mocks/program";
import { graphOf, linksOf, mandatory, sizeOfExample } from "./reading";

const SETTINGS: Settings = {
  domain: "bakery-ia.example.com",
  email: "ops-team@example.com",
  registry: "registry.example.com/bakery-ia",
  digest: `sha256:${"b".repeat(64)}`,
  tenants: 10,
  databases: "instances",
  cpus: 8,
  memory: "20 GiB",
  backups: {
    endpoint: "https://s3.example.com",
    bucket: "backups",
    region: "eu",
    accessKey: "backups",
    secretKey: "not-a-real-key-of-any-store",
  },
  passphrase: "a-passphrase-of-thirty-two-signs",
};

const made = new Map<string, Promise<Program>>();

/** The system with some changes, run once for each. */
function plan(changes: Partial<Settings> = {}): Promise<Program> {
  const key = JSON.stringify({ ...SETTINGS, ...changes });
  const known = made.get(key) ?? withMocks(() => void bakery({ ...SETTINGS, ...changes }));
  made.set(key, known);
  return known;
}

function refusal(changes: Partial<Settings>): Promise<ArgumentError> {
  return refused(() => bakery({ ...SETTINGS, ...changes }));
}

test("is written in fewer than 250 lines on the public API", () => {
  const { lines, imports } = sizeOfExample("bakery-ia");
  expect(lines).toBeLessThan(250);
  expect(imports.sort()).toEqual(["@pulumi/pulumi", "bulwark", "bulwark/microk8s"]);
});

test("runs 18 services and 14 databases, each database a server of its own (PG-17, PG-18)", async () => {
  const program = await plan();
  expect(program.ofType("apps/v1:Deployment")).toHaveLength(18);
  const servers = program.ofType("index:ManagedPostgres");
  expect(servers.map((each) => each.name)).toContain("alert-processor-db");
  expect(servers).toHaveLength(14);
  expect(servers.find((each) => each.name === "orders-db")?.inputs["databases"]).toEqual(["orders_db"]);
  expect(program.ofType("index:RedisCache")).toHaveLength(1);
});

test("one argument turns the fourteen servers into one with fourteen databases, and the services do not notice", async () => {
  const [many, one] = [await plan(), await plan({ databases: "shared" })];
  const [server, ...others] = one.ofType("index:ManagedPostgres");
  expect(others).toEqual([]);
  expect(server?.inputs["databases"]).toHaveLength(14);
  const variables = (program: Program) =>
    program.ofType("apps/v1:Deployment").map((each) => {
      const text = JSON.stringify(each.inputs);
      return [
        each.name,
        [...text.matchAll(/"(DB_NAME|DB_USER)","value":"([^"]*)"/g)].map(([, name, value]) => `${name}=${value}`),
      ];
    });
  expect(variables(one)).toEqual(variables(many));
  expect(variables(one)).toContainEqual(["orders-service", ["DB_NAME=orders_db", "DB_USER=orders_user"]]);
});

test("10 tenants fit the node of 8 CPUs and 20 GB, with every replica that autoscaling may add (HOST-01, SD-13, ST-05)", async () => {
  const program = await plan();
  const scalers = program.ofType("autoscaling/v2:HorizontalPodAutoscaler").map((each) => {
    const { minReplicas, maxReplicas } = each.inputs["spec"] as { minReplicas: number; maxReplicas: number };
    return [each.name, minReplicas, maxReplicas];
  });
  expect(scalers).toEqual([
    ["forecasting-service", 1, 3],
    ["notification-service", 1, 3],
    ["orders-service", 1, 3],
  ]);
});

/** The nodes that the guide names for each number of tenants. */
const NODES: readonly (readonly [Tenants, Settings["databases"], number, Settings["memory"]])[] = [
  [10, "instances", 8, "20 GiB"],
  [10, "shared", 8, "20 GiB"],
  [20, "instances", 8, "20 GiB"],
  [30, "instances", 12, "32 GiB"],
  [50, "instances", 12, "32 GiB"],
  [75, "instances", 16, "48 GiB"],
  [75, "shared", 16, "48 GiB"],
];

test.each(NODES)(
  "%d tenants with databases as %s fit %d CPUs and %s (ST-05, ST-06)",
  async (tenants, databases, cpus, memory) => {
    await stopped(() => void bakery({ ...SETTINGS, tenants, cpus, memory, databases }));
    expect([...new Set(NODES.map(([known]) => String(known)))]).toEqual(Object.keys(PROFILES));
  },
);

test("30 tenants on the node for 10 are refused, with the sum and every part of it (ST-05)", async () => {
  const { message, problems } = await refusal({ tenants: 30 });
  expect(problems.map((each) => each.path)).toEqual(["memory"]);
  expect(message).toMatch(/auth-db 512 MiB \+ .* \+ 768 MiB for an update of [a-z-]+ = \d+ MiB/);
  expect(message).toContain('19 GiB (20 GiB of cluster "node" less 1 GiB for the system)');
  expect(message).toContain("describe a larger host");
});

test.each(["instances", "shared"] as const)(
  "who reaches whom is exactly what the services were given (%s)",
  async (databases) => {
    const program = await plan({ databases });
    const { ways, halves, pods } = reachOf(graphOf(program));
    expect(halves).toEqual([]);
    const inside = ways
      .filter(({ from, to }) => pods.includes(from) && pods.includes(to) && !isBackup(from))
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(inside.sort()).toEqual(linksOf(program));
    expect(inside.length).toBeGreaterThan(60);
    const outside = ways
      .filter(({ to, from }) => (to === "internet" && !isBackup(from)) || !pods.includes(from))
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(outside.sort()).toEqual([
      "external-service -> internet",
      "external-service-migration -> internet",
      "namespace ingress -> gateway",
      "notification-service -> internet",
      "notification-service-migration -> internet",
    ]);
    const copied = ways.filter(({ from, port }) => isBackup(from) && !port.startsWith("53"));
    expect(new Set(copied.map(({ to, port }) => `${to}:${port}`))).toEqual(new Set(["internet:443", "redis:6379"]));
  },
);

test("has no mandatory finding of the policies", async () => {
  expect(mandatory(await plan())).toEqual([]);
});

test("dumps each of the fourteen databases once a day for 30 days, and rehearses each restore once a month (BK-19, BK-20, BK-28)", async () => {
  for (const databases of ["instances", "shared"] as const) {
    const program = await plan({ databases });
    const jobs = program.ofType("batch/v1:CronJob");
    const at = (kind: string) =>
      jobs
        .filter((each) => each.name.startsWith(`backups-${kind}-`))
        .map((each) => (each.inputs["spec"] as { schedule: string }).schedule);
    expect(at("dump")).toEqual(Array(14).fill("0 2 * * *"));
    expect(at("drill")).toEqual(Array(databases === "instances" ? 14 : 1).fill("0 5 1 * *"));
    expect(at("full")).toEqual([]);
    expect(program.ofType("index:BackupSchedule")[0]?.inputs).toMatchObject({ rpo: 86_400, rto: 14_400, daily: 30 });
    // One runner reads all sockets; no job reads the data.
    const runners = program.ofType("apps/v1:StatefulSet").filter((each) => isBackup(each.name));
    expect(runners.map((each) => each.name)).toEqual(["backups"]);
    expect(JSON.stringify(runners[0]?.inputs)).not.toContain("-db-data");
  }
});

const isBackup = (name: string): boolean => name.startsWith("backups");
