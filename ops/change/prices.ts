import { isFields } from "./not-understood";

/** What the figures below are: whoever mends one mends the date. */
export const BASIS = {
  currency: "USD",
  region: "us-east-1",
  date: "2026-06",
  source: "AWS public list prices, on demand, Linux, without discounts and taxes (aws.amazon.com/pricing)",
} as const;

/** Other regions are dearer by up to this much, the dearest of all (São Paulo) aside. */
export const DEAREST = 1.3;

const HOURS = 730;

/** What a resource costs a month, as far as it can be said without knowing its use. */
export type Price =
  | {
      readonly known: true;
      /** A month of 730 hours, in the region of {@link BASIS}. */
      readonly monthly: number;
      /** What is paid for by use besides. */
      readonly usage?: string;
    }
  | { readonly known: false; readonly why: string };

type Inputs = Readonly<Record<string, unknown>>;

const fixed = (monthly: number, usage?: string): Price => ({
  known: true,
  monthly,
  ...(usage === undefined ? {} : { usage }),
});
const byUse = (usage: string): Price => fixed(0, usage);
const unknown = (why: string): Price => ({ known: false, why });

/** An hour of the smallest size of a family, and how its sizes grow. */
const INSTANCES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "db.t4g": sizes({ micro: 0.016, small: 0.032, medium: 0.065, large: 0.129 }, 0.258),
  "db.m6g": sizes({ large: 0.159 }, 0.318),
  "db.m7g": sizes({ large: 0.168 }, 0.337),
  "db.r6g": sizes({ large: 0.225 }, 0.45),
  "db.r7g": sizes({ large: 0.239 }, 0.478),
  "cache.t4g": sizes({ micro: 0.016, small: 0.032, medium: 0.065 }),
  "cache.m6g": sizes({ large: 0.149 }, 0.297),
  "cache.m7g": sizes({ large: 0.158 }, 0.315),
  "cache.r6g": sizes({ large: 0.206 }, 0.411),
  "cache.r7g": sizes({ large: 0.219 }, 0.437),
};
/** Nodes with Valkey cost a fifth less. */
const VALKEY = 0.8;
/** Gigabyte-months of database storage. */
const STORAGE: Readonly<Record<string, number>> = { gp2: 0.115, gp3: 0.115, io1: 0.125, io2: 0.125, standard: 0.1 };
const FARGATE = { X86_64: { cpu: 0.04048, memory: 0.004445 }, ARM64: { cpu: 0.03238, memory: 0.00356 } } as const;

const PRICES: Readonly<Record<string, (inputs: Inputs) => Price>> = {
  "aws:ec2/natGateway:NatGateway": () => fixed(0.045 * HOURS, "data through NAT gateways: 0.045 per GB"),
  "aws:ec2/eip:Eip": () => fixed(0.005 * HOURS),
  "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
  "aws:ec2/vpnConnection:VpnConnection": () => fixed(0.05 * HOURS, "data out through VPN: 0.09 per GB"),
  "aws:ec2/flowLog:FlowLog": () => byUse("flow logs: 0.25 to 0.50 per GB"),
  "aws:lb/loadBalancer:LoadBalancer": () => fixed(0.0225 * HOURS, "load balancer capacity units: 0.008 per hour each"),
  "aws:rds/instance:Instance": database,
  "aws:elasticache/replicationGroup:ReplicationGroup": cache,
  "aws:ecs/taskDefinition:TaskDefinition": () => fixed(0),
  "aws:ecs/service:Service": () => unknown("its price is that of its tasks, which its task definition sizes"),
  "aws:s3/bucket:Bucket": () => byUse("S3: 0.023 per GB-month and 0.005 per 1,000 writes"),
  "aws:kms/key:Key": () => fixed(1, "KMS: 0.03 per 10,000 requests"),
  "aws:secretsmanager/secret:Secret": () => fixed(0.4),
  "aws:cloudwatch/logGroup:LogGroup": () => byUse("logs: 0.50 per GB taken in, 0.03 per GB-month kept"),
  "aws:cloudwatch/metricAlarm:MetricAlarm": () => fixed(0.1),
  "aws:cloudwatch/compositeAlarm:CompositeAlarm": () => fixed(0.5),
  "aws:cloudwatch/dashboard:Dashboard": () => fixed(3),
  "aws:cloudwatch/eventApiDestination:EventApiDestination": () => byUse("API destinations: 0.20 per million calls"),
  "aws:lambda/function:Function": () => byUse("Lambda: 0.20 per million calls and 0.0000133334 per GB-second"),
  "aws:scheduler/schedule:Schedule": () => byUse("EventBridge Scheduler: 1.00 per million calls"),
  "aws:sns/topic:Topic": () => byUse("SNS: 0.50 per million messages, more by telephone"),
  "aws:sqs/queue:Queue": () => byUse("SQS: 0.40 per million requests"),
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": () => fixed(0.5),
  "aws:servicediscovery/service:Service": () => byUse("service discovery: 0.10 per registered task"),
  "aws:amp/workspace:Workspace": () => byUse("managed Prometheus: 0.90 per 10 million samples"),
  "aws:backup/vault:Vault": () => byUse("backups: 0.05 per GB-month warm, 0.01 cold"),
  "aws:ecr/repository:Repository": () => byUse("images: 0.10 per GB-month"),
  "aws:efs/fileSystem:FileSystem": () => byUse("EFS: 0.30 per GB-month"),
};

/** Kinds that are not paid for, or whose price is part of what they belong to. */
const FREE =
  /^aws:(iam\/|ec2\/(vpc|subnet|routeTable|route|routeTableAssociation|vpcEndpointRouteTableAssociation|internetGateway|customerGateway|vpnGateway|vpnGatewayRoutePropagation|vpnConnectionRoute|securityGroup|securityGroupRule|defaultSecurityGroup|networkAcl|networkAclRule|egressOnlyInternetGateway):|vpc\/|acm\/|kms\/(alias|keyPolicy|grant):|s3\/bucket[A-Z]|lb\/(listener|listenerRule|targetGroup|targetGroupAttachment):|rds\/(subnetGroup|parameterGroup|optionGroup):|elasticache\/(subnetGroup|parameterGroup|user|userGroup|userGroupAssociation):|ecs\/(cluster|clusterCapacityProviders):|ecr\/(lifecyclePolicy|repositoryPolicy):|secretsmanager\/secret[A-Z]|cloudwatch\/(alarmMuteRule|eventRule|eventTarget|eventConnection|logMetricFilter|logResourcePolicy):|sns\/topic[A-Z]|sqs\/queue[A-Z]|lambda\/(permission|invocation):|appautoscaling\/|autoscaling\/|backup\/(plan|selection|vaultPolicy|vaultLockConfiguration|regionSettings|globalSettings|restoreTestingPlan|restoreTestingSelection):|chatbot\/|ssm\/parameter:|cloudwatch\/eventBus:)/;

/** What a resource costs; nothing for kinds that are not paid for by the month anywhere, because they are not in AWS. */
export function priceOf(type: string, inputs: Inputs): Price | undefined {
  if (!type.startsWith("aws:")) return undefined;
  const price = PRICES[type.replace(/V2$/, "").replace("bucketV2", "bucket").replace("aws:alb/", "aws:lb/")];
  if (price !== undefined) return price(inputs);
  return FREE.test(type) ? fixed(0) : unknown("its kind is not in the price table");
}

/** What one task costs a month, from the definition that sizes it. */
export function taskPrice(definition: Inputs): Price {
  const cpu = Number(definition["cpu"]) / 1024;
  const memory = Number(definition["memory"]) / 1024;
  if (!(cpu > 0) || !(memory > 0)) return unknown("the size of its tasks is not known");
  const platform = isFields(definition["runtimePlatform"])
    ? definition["runtimePlatform"]["cpuArchitecture"]
    : undefined;
  const rate = platform === "ARM64" ? FARGATE.ARM64 : FARGATE.X86_64;
  return fixed((cpu * rate.cpu + memory * rate.memory) * HOURS);
}

function sizes(small: Readonly<Record<string, number>>, xlarge?: number): Readonly<Record<string, number>> {
  if (xlarge === undefined) return small;
  const steps = [1, 2, 4, 8, 12, 16].map((count) => [count === 1 ? "xlarge" : `${count}xlarge`, xlarge * count]);
  return { ...small, ...Object.fromEntries(steps) };
}

function hourly(name: unknown): number | undefined {
  const [, family = "", size = ""] = /^((?:db|cache)\.\w+)\.(\w+)$/.exec(String(name)) ?? [];
  return INSTANCES[family]?.[size];
}

function database(inputs: Inputs): Price {
  const hour = hourly(inputs["instanceClass"]);
  if (hour === undefined) return unknown("its instance class is not in the price table");
  if (!/^postgres/.test(String(inputs["engine"] ?? "postgres"))) return unknown("its engine is not in the price table");
  const storage = STORAGE[String(inputs["storageType"] ?? "gp3")];
  const size = Number(inputs["allocatedStorage"] ?? 0);
  if (storage === undefined || !Number.isFinite(size)) return unknown("its storage is not in the price table");
  return fixed((hour * HOURS + size * storage) * (inputs["multiAz"] === true ? 2 : 1), BACKUPS);
}

const BACKUPS = "database backups beyond the size of the database: 0.095 per GB-month";

function cache(inputs: Inputs): Price {
  const hour = hourly(inputs["nodeType"]);
  if (hour === undefined) return unknown("its node type is not in the price table");
  const groups = Number(inputs["numNodeGroups"] ?? 0);
  const nodes = groups > 0 ? groups * (Number(inputs["replicasPerNodeGroup"] ?? 0) + 1) : inputs["numCacheClusters"];
  const count = Number(nodes ?? 1);
  if (!Number.isFinite(count)) return unknown("how many nodes it has is not known");
  return fixed(hour * HOURS * count * (inputs["engine"] === "valkey" ? VALKEY : 1));
}

function endpoint(inputs: Inputs): Price {
  if ((inputs["vpcEndpointType"] ?? "Gateway") === "Gateway") return fixed(0);
  const subnets = inputs["subnetIds"];
  if (!Array.isArray(subnets)) return unknown("in how many zones it is, is not known");
  return fixed(0.01 * HOURS * subnets.length, "data through endpoints: 0.01 per GB");
}
