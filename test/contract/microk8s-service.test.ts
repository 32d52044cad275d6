import type { Program } from "../mocks/program";
import { type Changes, shop } from "./shop";

const VOLUMES = { data: { path: "/data", size: "10 GiB" } } as const;

/** Identities of a program's resources: a URN that is gone is a deletion. */
async function gone(before: Changes, after: Changes): Promise<string[]> {
  const there = new Set((await shop("microk8s", after)).resources.map((each) => each.urn));
  return (await shop("microk8s", before)).resources.map((each) => each.urn).filter((urn) => !there.has(urn));
}

function specOf(program: Program, type: string, name: string): Record<string, unknown> {
  return program.one(type, name).inputs["spec"] as Record<string, unknown>;
}

test("autoscaling without figures keeps CPU at 70 and memory at 80 percent (SD-10), fast up and slowly down (SD-11)", async () => {
  const program = await shop("microk8s", { api: { replicas: 3, scaling: { max: 10 } } });
  const use = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  const pace = (stabilizationWindowSeconds: number, value: number, periodSeconds: number) => ({
    stabilizationWindowSeconds,
    selectPolicy: "Max",
    policies: [{ type: "Percent", value, periodSeconds }],
  });
  expect(specOf(program, "HorizontalPodAutoscaler", "api")).toEqual({
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "api" },
    minReplicas: 3,
    maxReplicas: 10,
    metrics: [use("cpu", 70), use("memory", 80)],
    behavior: { scaleUp: pace(0, 100, 30), scaleDown: pace(300, 50, 60) },
  });
});

test("the number of replicas is the autoscaler's exactly where there is one", async () => {
  const ignored = async (changes: Changes) =>
    (await shop("microk8s", changes)).one("apps/v1:Deployment", "api").ignoreChanges;
  expect(await ignored({ api: { scaling: { max: 10 } } })).toEqual(["spec.replicas"]);
  expect(await ignored({})).toEqual([]);
});

test.each<[string, Changes, Changes]>([
  ["autoscaling", {}, { api: { scaling: { max: 10 } } }],
  ["a second replica", { api: { replicas: 1 } }, { api: { replicas: 2 } }],
  ["a replica with a volume", { api: { replicas: 2, volumes: VOLUMES } }, { api: { replicas: 3, volumes: VOLUMES } }],
  [
    "a second volume",
    { api: { volumes: VOLUMES } },
    { api: { volumes: { ...VOLUMES, logs: { path: "/logs", size: "1 GiB" } } } },
  ],
])("%s more only adds", async (_, before, after) => {
  expect(await gone(before, after)).toEqual([]);
});

test("the Service has named ports for requests and metrics, and Prometheus is told which (X-31)", async () => {
  const program = await shop("microk8s", { api: { metrics: { port: 9090, path: "/m" } } });
  expect(specOf(program, "core/v1:Service", "api")).toMatchObject({
    type: "ClusterIP",
    ports: [
      { name: "http", port: 8000, targetPort: "http" },
      { name: "metrics", port: 9090, targetPort: "metrics" },
    ],
  });
  const { template } = specOf(program, "apps/v1:Deployment", "api") as {
    template: { spec: { containers: { ports: unknown }[] } };
  };
  expect(template.spec.containers[0]?.ports).toEqual([
    { name: "http", containerPort: 8000, protocol: "TCP" },
    { name: "metrics", containerPort: 9090, protocol: "TCP" },
  ]);
});

test("the three probes are three, and ask the port by its name (SD-29)", async () => {
  const { template } = specOf(await shop("microk8s"), "apps/v1:Deployment", "api") as {
    template: { spec: { containers: Record<string, { httpGet: unknown }>[] } };
  };
  const [container] = template.spec.containers;
  const asked = ["startupProbe", "livenessProbe", "readinessProbe"].map((probe) => container?.[probe]?.httpGet);
  expect(asked).toEqual(
    ["/health/startup", "/health/live", "/health/ready"].map((path) => ({ path, port: "http", scheme: "HTTP" })),
  );
});

test("the namespace takes no more than the node was said to have, and opens no port of it", async () => {
  const program = await shop("microk8s");
  expect(specOf(program, "ResourceQuota", "network")).toEqual({
    hard: {
      "limits.memory": `${63 * 1024}Mi`,
      "requests.cpu": "64000m",
      "requests.memory": `${63 * 1024}Mi`,
      "services.loadbalancers": "0",
      "services.nodeports": "0",
    },
  });
});

test("replicas with volumes are told apart: a name, a volume and a way to each other, and to nobody else", async () => {
  const api = { replicas: 2, volumes: VOLUMES, peers: { port: 7000 } };
  const program = await shop("microk8s", { api });
  expect(specOf(program, "apps/v1:StatefulSet", "api")).toMatchObject({
    serviceName: "api-peers",
    podManagementPolicy: "Parallel",
  });
  expect(specOf(program, "core/v1:Service", "api-peers")).toMatchObject({
    clusterIP: "None",
    publishNotReadyAddresses: true,
  });
  const claims = program.ofType("PersistentVolumeClaim").filter((each) => each.name.includes("api"));
  expect(claims.map(({ name, protect }) => [name, protect])).toEqual([
    ["data-api-0", true],
    ["data-api-1", true],
  ]);
  const open = await shop("microk8s", { api: { ...api, protect: false } });
  expect(open.one("PersistentVolumeClaim", "data-api-0").protect).toBe(false);
});

test("a replica that goes answers until nobody sends it requests any more, and then gets its time to end", async () => {
  const { template } = specOf(
    await shop("microk8s", { api: { stopWithin: "30 seconds" } }),
    "apps/v1:Deployment",
    "api",
  ) as {
    template: { spec: { terminationGracePeriodSeconds: number; containers: { lifecycle: unknown }[] } };
  };
  expect(template.spec.terminationGracePeriodSeconds).toBe(35);
  expect(template.spec.containers[0]?.lifecycle).toEqual({ preStop: { sleep: { seconds: 5 } } });
});

test("an update waits as long as the pods may take to start one after another, and never less than ten minutes", async () => {
  const patience = async (api: NonNullable<Changes["api"]>) =>
    (await shop("microk8s", { api })).one("apps/v1:Deployment", "api").customTimeouts.create;
  expect(await patience({ replicas: 1 })).toBe("10m");
  expect(await patience({ replicas: 2, probes: { startWithin: "15 minutes" }, stopWithin: "60 seconds" })).toBe("38m");
});

test("an update waits for a migration as long as that may take, and runs a failed one again (SD-19)", async () => {
  const program = await shop("microk8s", { api: { migration: { command: ["migrate"] } } });
  const job = program.one("batch/v1:Job", "api-migration");
  expect(specOf(program, "batch/v1:Job", "api-migration")["activeDeadlineSeconds"]).toBe(1800);
  expect(job.customTimeouts.create).toBe("31m");
  expect(job.inputs["metadata"]).toMatchObject({ annotations: { "pulumi.com/replaceUnready": "true" } });
});

test("an update does not wait for what only answers once others are there", async () => {
  const program = await shop("microk8s");
  for (const each of [program.one("core/v1:Service", "api"), ...program.ofType("networking.k8s.io/v1:Ingress")])
    expect(each.inputs["metadata"]).toMatchObject({ annotations: { "pulumi.com/skipAwait": "true" } });
});
