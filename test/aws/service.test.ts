import { RedisCache, ServiceDeployment, type ServiceDeploymentArgs } from "../../components";
import { runTask, type Task, type TaskRequest } from "../../components/targets/aws/task-runner";
import { IMAGE, networkOf } from "../contract/shop";
import { type Registered, withMocks } from "../mocks/program";
import { findings, watchedShop } from "./shop-with-alerts";

const service = (args: Partial<ServiceDeploymentArgs>) =>
  withMocks(() => {
    const vpc = networkOf("aws");
    new ServiceDeployment("api", { vpc, image: IMAGE, cpus: 0.5, memory: "1 GiB", ...args });
  });

test("with scaling the number of tasks is ECS's own, and without it the program's (SD-10, X-27)", async () => {
  const scaled = await service({ replicas: 3, scaling: { max: 20 } });
  const api = scaled.one("ecs/service:Service", "api");
  expect(api.ignoreChanges).toEqual(["desiredCount"]);
  expect(scaled.one("appautoscaling/target:Target", "api").inputs).toMatchObject({
    minCapacity: 3,
    maxCapacity: 20,
    scalableDimension: "ecs:service:DesiredCount",
  });
  // 70 % of the reserved half of 0.5 CPUs, and 80 % of the memory, in percent of the task.
  expect(
    scaled
      .ofType("appautoscaling/policy:Policy")
      .map((each) => [
        each.name,
        (each.inputs["targetTrackingScalingPolicyConfiguration"] as { targetValue: number }).targetValue,
      ]),
  ).toEqual([
    ["api-cpu", 35],
    ["api-memory", 80],
  ]);
  const fixed = await service({ replicas: 3 });
  expect(fixed.one("ecs/service:Service", "api").ignoreChanges).toEqual([]);
  expect(fixed.one("ecs/service:Service", "api").inputs["desiredCount"]).toBe(3);
  expect(fixed.ofType("appautoscaling/target:Target")).toEqual([]);
});

test("a share of spot capacity leaves one task on steady capacity", async () => {
  const { inputs } = (await service({ aws: { spotPercent: 60 } })).one("ecs/service:Service", "api");
  expect(inputs["capacityProviderStrategies"]).toEqual([
    { capacityProvider: "FARGATE", base: 1, weight: 40 },
    { capacityProvider: "FARGATE_SPOT", weight: 60 },
  ]);
});

const route = { routes: [{ host: "shop.example.com" }] };

test("without a rollout there is one target group, and Amazon ECS is told nothing of a strategy", async () => {
  const program = await service(route);
  expect(program.ofType("lb/targetGroup:TargetGroup")).toHaveLength(1);
  expect(program.ofType("cloudwatch/metricAlarm:MetricAlarm")).toEqual([]);
  const { inputs } = program.one("ecs/service:Service", "api");
  expect(inputs).not.toHaveProperty("deploymentConfiguration");
  expect(inputs).not.toHaveProperty("alarms");
  expect(program.one("lb/listenerRule:ListenerRule", "api-shop.example.com/").ignoreChanges).toEqual([]);
});

const ROLLOUTS: readonly (readonly [ServiceDeploymentArgs["rollout"], object, string])[] = [
  [{ strategy: "blue-green" }, { strategy: "BLUE_GREEN", bakeTimeInMinutes: "10" }, "40m"],
  [
    { strategy: "canary", percent: 5, watch: "15 minutes", keepOld: "1 hour" },
    {
      strategy: "CANARY",
      bakeTimeInMinutes: "60",
      canaryConfiguration: { canaryPercent: 5, canaryBakeTimeInMinutes: "15" },
    },
    "105m",
  ],
];

test.each(ROLLOUTS)(
  "%j stands two versions side by side, and waits until they are judged",
  async (rollout, said, wait) => {
    const program = await service({ ...route, ...(rollout === undefined ? {} : { rollout }) });
    const api = program.one("ecs/service:Service", "api");
    expect(api.inputs["deploymentConfiguration"]).toEqual(said);
    expect(api.customTimeouts).toMatchObject({ create: wait, update: wait });
    const leads = (property: string) =>
      (api.propertyDependencies[property] ?? [])
        .flatMap((urn) => program.resources.filter((each) => each.urn === urn))
        .map(({ type, name }) => `${type.split(":").at(-1)} ${name}`)
        .sort();
    expect(leads("loadBalancers")).toEqual([
      "ListenerRule api-shop.example.com/",
      "Role api-rollout",
      "TargetGroup api",
      "TargetGroup api-alternate",
    ]);
    expect(leads("alarms")).toEqual(["MetricAlarm api-rollout"]);
    expect(api.inputs["alarms"]).toMatchObject({ enable: true, rollback: true });
    // From then on Amazon ECS moves the weights: another update must not move them back.
    const rule = program.one("lb/listenerRule:ListenerRule", "api-shop.example.com/");
    expect(rule.ignoreChanges).toEqual(["actions"]);
  },
);

test("the alarm of a rollout looks at each version by itself, and every alarm of the service at both", async () => {
  const program = await watchedShop({ api: { rollout: { strategy: "canary", errorPercent: 2 } } });
  expect(findings(program)).toEqual([]);
  const about = (alarm: Registered) =>
    ((alarm.inputs["metricQueries"] ?? []) as { metric?: { dimensions: Record<string, string> } }[]).map(
      ({ metric }) => metric?.dimensions["TargetGroup"],
    );
  const alarms = program.ofType("cloudwatch/metricAlarm:MetricAlarm");
  const rollout = alarms.find((each) => each.name === "api-rollout");
  expect(rollout?.inputs).toMatchObject({ threshold: 2, treatMissingData: "notBreaching" });
  expect(rollout?.inputs["metricQueries"]).toContainEqual(
    expect.objectContaining({
      expression:
        "MAX([IF(requests > 10, 100 * FILL(errors, 0) / requests, 0), IF(requests2 > 10, 100 * FILL(errors2, 0) / requests2, 0)])",
    }),
  );
  const down = alarms.find((each) => each.name === "monitoring-api-ServiceDown");
  expect(down?.inputs["metricQueries"]).toContainEqual(expect.objectContaining({ expression: "MAX([m, m2])" }));
  const errors = alarms.find((each) => each.name === "monitoring-api-HighErrorRate");
  expect(errors?.inputs["metricQueries"]).toContainEqual(
    expect.objectContaining({
      expression:
        "IF(SUM([requests, requests2]) > 60 * 0.1, FILL(SUM([errors, errors2]), 0) / SUM([requests, requests2]), 0)",
    }),
  );
  for (const each of [rollout, down, errors]) expect(new Set(each === undefined ? [] : about(each)).size).toBe(3);
});

test("another password of a cache starts new tasks, though they name no version of the secret (SEC-15)", async () => {
  const labels = async (rotation: string) => {
    const program = await withMocks(() => {
      const vpc = networkOf("aws");
      const cache = new RedisCache("cache", { vpc, purpose: "cache", memory: "512 MiB", cpus: 1, rotation });
      new ServiceDeployment("api", { vpc, image: IMAGE, cpus: 0.5, links: [cache] });
    });
    const task = program.one("ecs/taskDefinition:TaskDefinition", "api");
    const [container] = JSON.parse(String(task.inputs["containerDefinitions"])) as {
      secrets: { valueFrom: string }[];
      dockerLabels: Record<string, string>;
    }[];
    expect(container?.secrets.map((each) => each.valueFrom)).toEqual(["arn:aws:mock:::cache-password:password::"]);
    return container?.dockerLabels;
  };
  expect(await labels("1")).toEqual({ "io.bulwark.secret.REDIS_PASSWORD": "version-of-cache-password" });
});

describe("the function that runs a task to its end", () => {
  const request: TaskRequest = {
    cluster: "cluster",
    taskDefinition: "task:3",
    subnets: ["subnet"],
    securityGroup: "group",
    container: "api-migration",
    token: "token",
    platformVersion: "1.4.0",
  };
  const running: Task = { taskArn: "task", lastStatus: "RUNNING" };
  const ended = (exitCode?: number): Task => ({
    taskArn: "task",
    lastStatus: "STOPPED",
    stoppedReason: "Essential container in task exited",
    containers: [{ name: "api-migration", ...(exitCode === undefined ? {} : { exitCode }) }],
  });
  const run = (...answers: (Task | undefined)[]) =>
    runTask(request, { run: async () => running, describe: async () => answers.shift() }, 0);

  test("waits for the end of the task, also when it cannot be seen at first", async () => {
    await expect(run(undefined, running, ended(0))).resolves.toEqual({ taskArn: "task" });
  });

  test("fails when the migration failed, and says how", async () => {
    await expect(run(ended(1))).rejects.toThrow(
      "api-migration ended with exit code 1: Essential container in task exited",
    );
    await expect(run(ended())).rejects.toThrow("api-migration did not start");
  });
});
