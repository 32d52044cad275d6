import { personapass, type Settings } from "../../examples/personapass/system";
import { reachOf } from "../../ops/plan/reach";
import { type Program, withMocks } from "../mocks/program";
import { graphOf, linksOf, mandatory, sizeOfExample } from "./reading";

const SETTINGS: Settings = {
  domain: "personapass.example.com",
  email: "ops-team@example.com",
  images: {
    api: `registry.example.com/personapass/api@sha256:${"a".repeat(64)}`,
    web: `registry.example.com/personapass/web@sha256:${"b".repeat(64)}`,
    chain: `registry.example.com/personapass/chain@sha256:${"c".repeat(64)}`,
  },
  jwtSecret: "a-secret-of-thirty-two-characters",
  cpus: 24,
  memory: "64 GiB",
  backups: {
    endpoint: "https://s3.example.com",
    bucket: "backups",
    region: "eu",
    accessKey: "backups",
    secretKey: "not-a-real-key-of-any-store",
  },
  passphrase: "a-passphrase-of-thirty-two-signs",
};

let program: Program;
beforeAll(async () => {
  program = await withMocks(() => void personapass(SETTINGS));
});

test("is written in fewer than 250 lines on the public API", () => {
  const { lines, imports } = sizeOfExample("personapass");
  expect(lines).toBeLessThan(250);
  expect(imports.sort()).toEqual(["@pulumi/pulumi", "bulwark", "bulwark/microk8s"]);
});

test("the validators are the pods personachain-0 to 2, each with a protected volume of its own (X-36)", () => {
  const chain = program.one("apps/v1:StatefulSet", "personachain");
  expect(chain.protect).toBe(true);
  expect(chain.inputs["spec"]).toMatchObject({
    replicas: 3,
    serviceName: "personachain-peers",
    podManagementPolicy: "Parallel",
    volumeClaimTemplates: [{ metadata: { name: "data" } }],
  });
  const volumes = program.ofType("PersistentVolumeClaim").filter((each) => each.name.includes("personachain"));
  expect(volumes.map((each) => each.name)).toEqual([0, 1, 2].map((number) => `data-personachain-${number}`));
  for (const { protect, retainOnDelete, inputs } of volumes) {
    expect({ protect, retainOnDelete }).toEqual({ protect: true, retainOnDelete: true });
    expect(inputs["spec"]).toMatchObject({ resources: { requests: { storage: "102400Mi" } } });
  }
  expect(JSON.stringify(chain.inputs)).toContain(
    [0, 1, 2].map((number) => `personachain-${number}.personachain-peers.personapass.svc:26656`).join(","),
  );
});

test("the API scales from 3 to 20, fast up and slowly down (SD-12), and its number is left to the autoscaler", () => {
  const scaler = program.one("HorizontalPodAutoscaler", "personapass-api");
  const use = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  const pace = (stabilizationWindowSeconds: number, value: number, periodSeconds: number) => ({
    stabilizationWindowSeconds,
    selectPolicy: "Max",
    policies: [{ type: "Percent", value, periodSeconds }],
  });
  expect(scaler.inputs["spec"]).toEqual({
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "personapass-api" },
    minReplicas: 3,
    maxReplicas: 20,
    metrics: [use("cpu", 70), use("memory", 80)],
    behavior: { scaleUp: pace(60, 100, 15), scaleDown: pace(300, 10, 60) },
  });
  expect(program.one("apps/v1:Deployment", "personapass-api").ignoreChanges).toEqual(["spec.replicas"]);
  expect(program.one("apps/v1:Deployment", "personapass-web").ignoreChanges).toEqual([]);
});

test("a drained node takes one replica at a time of everything that has more than one", () => {
  const budgets = program.ofType("PodDisruptionBudget");
  expect(budgets.map((each) => each.name)).toEqual(["personachain", "personapass-api", "personapass-web"]);
  for (const { inputs } of budgets)
    expect(inputs["spec"]).toMatchObject({ maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow" });
});

test("data stores are evicted last, jobs first", () => {
  const classes = new Map(
    program
      .ofType("PriorityClass")
      .map((each) => [(each.inputs["metadata"] as { name: string }).name, each.inputs["value"]]),
  );
  const priorityOf = (type: string, name: string): number => {
    const { template } = program.one(type, name).inputs["spec"] as {
      template: { spec: { priorityClassName?: string } };
    };
    const { priorityClassName } = template.spec;
    return priorityClassName === undefined ? 0 : Number(classes.get(priorityClassName));
  };
  const [store, cache] = [priorityOf("apps/v1:StatefulSet", "postgres"), priorityOf("apps/v1:StatefulSet", "redis-1")];
  const [service, job] = [
    priorityOf("apps/v1:Deployment", "personapass-api"),
    priorityOf("batch/v1:Job", "personapass-api-migration"),
  ];
  expect(store).toBe(cache);
  expect(store).toBeGreaterThan(service);
  expect(service).toBeGreaterThan(job);
});

test("who reaches whom is exactly what the services were given; only the API and backups leave the cluster", () => {
  const { ways, halves, pods } = reachOf(graphOf(program));
  expect(halves).toEqual([]);
  const inside = ways
    .filter(({ from, to }) => pods.includes(from) && pods.includes(to) && !isBackup(from))
    .map(({ from, to }) => `${from} -> ${to}`);
  expect(inside.sort()).toEqual([...linksOf(program), "postgres-replica-1 -> postgres"].sort());
  const out = new Set(ways.filter(({ from, to }) => to === "internet" && !isBackup(from)).map(({ from }) => from));
  expect([...out]).toEqual(["personapass-api", "personapass-api-migration", "postgres"]);
  const copied = ways.filter(({ from, port }) => isBackup(from) && !port.startsWith("53"));
  expect(new Set(copied.map(({ to, port }) => `${to}:${port}`))).toEqual(new Set(["internet:443", "redis-1:6379"]));
  // The server's own pod sends its WAL, to the port of the store alone.
  expect(ways.filter(({ from, to }) => from === "postgres" && to === "internet").map(({ port }) => port)).toEqual([
    "443",
  ]);
});

test("has no mandatory finding of the policies", () => {
  expect(mandatory(program)).toEqual([]);
});

test("has base backups and WAL for a loss of an hour at most, dumps for seven years, and the validators' folders (BK-12 to BK-15, BK-25)", () => {
  const jobs = new Map(
    program.ofType("batch/v1:CronJob").map((each) => [each.name, each.inputs["spec"] as Record<string, unknown>]),
  );
  const times = Object.fromEntries([...jobs].map(([name, spec]) => [name, spec["schedule"]]));
  expect(times).toMatchObject({
    "backups-full-postgres": "0 2 * * *",
    "backups-incremental-postgres": "0 8,14,20 * * *",
    "backups-dump-postgres-personapass": "0 1 * * *",
    "chain-backups-copy-data-personachain-0": "0 4 * * *",
    "chain-backups-copy-data-personachain-2": "0 4 * * *",
  });
  for (const spec of jobs.values()) expect(spec).toMatchObject({ concurrencyPolicy: "Forbid", timeZone: "UTC" });
  expect(
    program.ofType("index:BackupSchedule").map((each) => [each.name, each.inputs["rpo"], each.inputs["yearly"]]),
  ).toEqual([
    ["backups", 3600, 7],
    ["chain-backups", 86_400, 7],
  ]);
  const conf = program.ofType("ConfigMap").find((each) => each.name === "postgres-configuration");
  expect(JSON.stringify(conf?.inputs)).toMatch(/archive_mode = on.*archive_timeout = 300/);
});

const isBackup = (name: string): boolean => /^(chain-)?backups/.test(name);
