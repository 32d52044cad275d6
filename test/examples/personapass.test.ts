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

test("who reaches whom is exactly what the services were given; only the API leaves the cluster", () => {
  const { ways, halves, pods } = reachOf(graphOf(program));
  expect(halves).toEqual([]);
  const inside = ways
    .filter(({ from, to }) => pods.includes(from) && pods.includes(to))
    .map(({ from, to }) => `${from} -> ${to}`);
  expect(inside.sort()).toEqual([...linksOf(program), "postgres-replica-1 -> postgres"].sort());
  const out = new Set(ways.filter(({ to }) => to === "internet").map(({ from }) => from));
  expect([...out]).toEqual(["personapass-api", "personapass-api-migration"]);
});

test("has no mandatory finding of the policies but what is listed here", () => {
  // A BackupSchedule on MicroK8s ends the list.
  expect(mandatory(program)).toEqual(["xs-db-has-backup"]);
});
