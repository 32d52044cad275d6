import {
  AlertRouting,
  BackupSchedule,
  ManagedPostgres,
  MonitoringStack,
  RedisCache,
  ServiceDeployment,
  StorageBucket,
  SurveillanceVpc,
} from "../../components";
import { AwsRegion } from "../../components/targets/aws-region";
import { IMAGE } from "../contract/shop";
import { type Program, withMocks } from "../mocks/program";

/** Greatest lengths of physical names, from the documentation of each service, and what they are made of. */
const LIMITS: readonly (readonly [string, string, number, RegExp])[] = [
  ["rds/instance:Instance", "identifier", 63, /^[a-z](-?[a-z0-9])*$/],
  ["rds/instance:Instance", "finalSnapshotIdentifier", 255, /^[a-z](-?[a-z0-9])*$/],
  ["rds/subnetGroup:SubnetGroup", "name", 255, /^[a-z0-9._-]+$/],
  ["rds/parameterGroup:ParameterGroup", "name", 255, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/replicationGroup:ReplicationGroup", "replicationGroupId", 40, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/replicationGroup:ReplicationGroup", "finalSnapshotIdentifier", 255, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/subnetGroup:SubnetGroup", "name", 255, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/user:User", "userId", 40, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/userGroup:UserGroup", "userGroupId", 40, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/parameterGroup:ParameterGroup", "name", 255, /^[a-z](-?[a-z0-9])*$/],
  ["lb/loadBalancer:LoadBalancer", "name", 32, /^(?!internal-)[a-zA-Z0-9](-?[a-zA-Z0-9])*$/],
  ["lb/targetGroup:TargetGroup", "name", 32, /^[a-zA-Z0-9](-?[a-zA-Z0-9])*$/],
  ["s3/bucket:Bucket", "bucket", 63, /^[a-z0-9](-?[a-z0-9])*$/],
  ["iam/role:Role", "name", 64, /^[\w+=,.@-]+$/],
  ["iam/rolePolicy:RolePolicy", "name", 128, /^[\w+=,.@-]+$/],
  ["lambda/function:Function", "name", 64, /^[a-zA-Z0-9_-]+$/],
  ["ecs/cluster:Cluster", "name", 255, /^[a-zA-Z0-9_-]+$/],
  ["ecs/service:Service", "name", 255, /^[a-zA-Z0-9_-]+$/],
  ["ecs/taskDefinition:TaskDefinition", "family", 255, /^[a-zA-Z0-9_-]+$/],
  ["ec2/securityGroup:SecurityGroup", "name", 255, /^(?!sg-)[\w ._\-:/()#,@[\]+=&;{}!$*]+$/],
  ["secretsmanager/secret:Secret", "name", 512, /^[\w/+=.@-]+$/],
  ["cloudwatch/logGroup:LogGroup", "name", 512, /^[\w\-/.#]+$/],
  ["kms/alias:Alias", "name", 256, /^alias\/[\w/-]+$/],
  ["cloudwatch/metricAlarm:MetricAlarm", "name", 255, /^[\w-]+$/],
  ["wafv2/webAcl:WebAcl", "name", 128, /^[\w-]+$/],
  ["servicediscovery/service:Service", "name", 63, /^[a-z0-9-]+$/],
  ["servicediscovery/privateDnsNamespace:PrivateDnsNamespace", "name", 253, /^[a-z0-9-]{1,63}\.internal$/],
  ["sns/topic:Topic", "name", 256, /^[\w-]+$/],
  ["sqs/queue:Queue", "name", 80, /^[\w-]+$/],
  ["cloudwatch/metricAlarm:MetricAlarm", "name", 255, /^[\w-]+$/],
  ["cloudwatch/compositeAlarm:CompositeAlarm", "alarmName", 255, /^[\w-]+$/],
  ["cloudwatch/alarmMuteRule:AlarmMuteRule", "name", 255, /^[\w-]+$/],
  ["cloudwatch/dashboard:Dashboard", "dashboardName", 255, /^[\w-]+$/],
  ["cloudwatch/eventRule:EventRule", "name", 64, /^[\w.-]+$/],
  ["cloudwatch/eventConnection:EventConnection", "name", 64, /^[\w.-]+$/],
  ["cloudwatch/eventApiDestination:EventApiDestination", "name", 64, /^[\w.-]+$/],
  ["scheduler/schedule:Schedule", "name", 64, /^[\w.-]+$/],
  ["chatbot/slackChannelConfiguration:SlackChannelConfiguration", "configurationName", 128, /^[\w-]+$/],
  ["backup/vault:Vault", "name", 50, /^[\w-]+$/],
  ["backup/plan:Plan", "name", 50, /^[\w-]+$/],
  ["backup/selection:Selection", "name", 50, /^[\w-]+$/],
  ["backup/restoreTestingPlan:RestoreTestingPlan", "name", 50, /^\w+$/],
  ["backup/restoreTestingSelection:RestoreTestingSelection", "name", 50, /^\w+$/],
  ["sfn/stateMachine:StateMachine", "name", 80, /^[\w-]+$/],
];

/** Inputs that hold a name of the resource itself. */
const NAMES =
  /^(name|(alarm|dashboard|configuration)Name|bucket|family|identifier|(user|userGroup|replicationGroup)Id|.*[sS]napshotIdentifier)$/;
/** Names within something else, which no other stack can have, or of the thing that is set up. */
const WITHIN =
  /^(elasticache|rds)\/parameterGroup:ParameterGroup family$|^s3\/bucket[A-Z]\w+:\w+ bucket$|^s3\/bucketMetric:BucketMetric name$/;

function everything(prefix: string): Promise<Program> {
  return withMocks(() => {
    const target = new AwsRegion("region", {
      environment: "prod",
      region: "us-east-1",
      zones: ["us-east-1a", "us-east-1b"],
      allowedAccountIds: ["123456789012"],
      prefix,
    });
    const copyTo = new AwsRegion("second", {
      environment: "prod",
      region: "us-west-2",
      zones: ["us-west-2a", "us-west-2b"],
      allowedAccountIds: ["123456789012"],
      prefix,
    });
    const vpc = new SurveillanceVpc("network", {
      target,
      cameras: ["192.168.50.0/24"],
      site: { address: "203.0.113.7" },
      certificates: { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" },
    });
    const sizes = { memory: "8 GiB", cpus: 2, storage: "100 GiB" } as const;
    const db = new ManagedPostgres("main-database", { vpc, databases: { orders: {} }, replicas: 1, ...sizes });
    const cache = new RedisCache("session-cache", { vpc, purpose: "session", memory: "4 GiB", cpus: 2 });
    const recordings = new StorageBucket("recordings", { vpc, storage: "1 TiB" });
    const api = new ServiceDeployment("detection-service-of-the-entrance-hall", {
      vpc,
      image: IMAGE,
      cpus: 1,
      links: [db, cache, recordings],
      linkable: true,
      routes: [{ host: "shop.example.com" }],
      migration: { command: ["migrate"], links: [db] },
      secrets: { API_KEY: "hunter2-hunter2-hunter2" },
    });
    const routing = new AlertRouting("alerts-of-the-whole-platform", {
      vpc,
      receivers: {
        pager: { kind: "pagerduty", routingKey: "pager-key" },
        "chat-of-the-people-on-call": {
          kind: "slack",
          channel: "#alerts",
          workspace: { team: "T0123456789", channel: "C0123456789" },
        },
        heartbeat: { kind: "webhook", url: "https://ping.example.com/token" },
      },
      routes: [
        { severity: "critical", receivers: ["pager"] },
        { severity: "warning", receivers: ["chat-of-the-people-on-call"] },
      ],
      default: "chat-of-the-people-on-call",
      heartbeat: { receiver: "heartbeat" },
      selfMonitoring: { receivers: ["chat-of-the-people-on-call"] },
      mute: [
        {
          window: { name: "sunday-night-of-the-platform", days: ["sunday"], from: "22:00", to: "23:00" },
          severities: ["critical", "warning"],
        },
        { window: { name: "the-move", start: "2026-12-05T20:00", end: "2026-12-06T04:00" } },
      ],
    });
    const watches = [db, cache, recordings, api];
    new MonitoringStack("monitoring-of-the-whole-platform", { vpc, watches, routing });
    new BackupSchedule("backups-of-the-whole-platform", { vpc, sources: [db, recordings], copyTo });
    new ServiceDeployment("web-service-of-the-entrance-hall", {
      vpc,
      image: IMAGE,
      cpus: 1,
      routes: [{ host: "www.example.com" }],
      rollout: { strategy: "canary" },
    });
  });
}

const LONG = `bulwark-${"s".repeat(36)}-one`;

test.each(["shop-test", LONG])("every physical name of a stack %s is one that AWS takes", async (prefix) => {
  const program = await everything(prefix);
  const wrong = LIMITS.flatMap(([type, property, most, form]) => {
    const found = program.ofType(type);
    if (found.length === 0) return [`nothing of type ${type}`];
    return found
      .map((each) => each.inputs[property])
      .filter((name): name is string => name !== undefined)
      .filter((name) => name.length > most || !form.test(name))
      .map((name) => `${type} ${property}: ${name}`);
  });
  expect(wrong).toEqual([]);
});

test("every input that names a resource is in the table of limits, or known to be a name within another", async () => {
  const program = await everything("shop-test");
  const listed = new Set(LIMITS.map(([type, property]) => `${type} ${property}`));
  const found = program.resources
    .filter((each) => each.type.startsWith("aws:"))
    .flatMap(({ type, inputs }) =>
      Object.entries(inputs)
        .filter(([key, value]) => NAMES.test(key) && typeof value === "string")
        .map(([key]) => `${type.slice("aws:".length)} ${key}`),
    );
  expect([...new Set(found)].filter((each) => !listed.has(each) && !WITHIN.test(each)).sort()).toEqual([]);
});

/** What is named within a cluster, a namespace, or a plan, which has the name of the stack. */
const OF_AN_OWNER = /^(ecs\/service|servicediscovery\/service|backup\/selection|backup\/restoreTestingSelection):/;

test("stacks whose names differ in their last letters alone share no physical name", async () => {
  const names = async (prefix: string) => {
    const program = await everything(prefix);
    return LIMITS.filter(([type, property]) => type !== "iam/rolePolicy:RolePolicy" && property !== "none").flatMap(
      ([type, property]) =>
        program
          .ofType(type)
          .flatMap(({ inputs }) => (inputs[property] === undefined ? [] : [`${type} ${inputs[property]}`])),
    );
  };
  const [one, two] = [await names(LONG), new Set(await names(LONG.replace("-one", "-two")))];
  const shared = one.filter((each) => two.has(each) && !OF_AN_OWNER.test(each));
  expect(shared).toEqual([]);
});
