import { ManagedPostgres, RedisCache, ServiceDeployment, StorageBucket, SurveillanceVpc } from "../../components";
import { AwsRegion } from "../../components/targets/aws-region";
import { type Changes, IMAGE, shop } from "../contract/shop";
import { type Program, withMocks } from "../mocks/program";

/** Greatest lengths of physical names, from the documentation of each service, and what they are made of. */
const LIMITS: readonly (readonly [string, string, number, RegExp])[] = [
  ["rds/instance:Instance", "identifier", 63, /^[a-z](-?[a-z0-9])*$/],
  ["rds/instance:Instance", "finalSnapshotIdentifier", 255, /^[a-z](-?[a-z0-9])*$/],
  ["rds/subnetGroup:SubnetGroup", "name", 255, /^[a-z0-9._-]+$/],
  ["rds/parameterGroup:ParameterGroup", "name", 255, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/replicationGroup:ReplicationGroup", "replicationGroupId", 40, /^[a-z](-?[a-z0-9])*$/],
  ["elasticache/replicationGroup:ReplicationGroup", "finalSnapshotIdentifier", 255, /^[a-z](-?[a-z0-9])*$/],
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
];

function everything(prefix: string): Promise<Program> {
  return withMocks(() => {
    const target = new AwsRegion("region", {
      environment: "prod",
      region: "us-east-1",
      zones: ["us-east-1a", "us-east-1b"],
      allowedAccountIds: ["123456789012"],
      prefix,
    });
    const vpc = new SurveillanceVpc("network", {
      target,
      certificates: { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" },
    });
    const sizes = { memory: "8 GiB", cpus: 2, storage: "100 GiB" } as const;
    const db = new ManagedPostgres("main-database", { vpc, databases: { orders: {} }, replicas: 1, ...sizes });
    const cache = new RedisCache("session-cache", { vpc, purpose: "session", memory: "4 GiB", cpus: 2 });
    const recordings = new StorageBucket("recordings", { vpc, storage: "1 TiB" });
    new ServiceDeployment("detection-service-of-the-entrance-hall", {
      vpc,
      image: IMAGE,
      cpus: 1,
      links: [db, cache, recordings],
      linkable: true,
      routes: [{ host: "shop.example.com" }],
      migration: { command: ["migrate"], links: [db] },
      secrets: { API_KEY: "hunter2-hunter2-hunter2" },
    });
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
  const shared = one.filter(
    (each) => two.has(each) && !each.startsWith("ecs/service") && !each.startsWith("servicediscovery"),
  );
  expect(shared).toEqual([]);
});

/** Inputs that AWS cannot change in place, of what holds data and of subnets. */
const FIXED: Readonly<Record<string, readonly string[]>> = {
  "ec2/vpc:Vpc": ["cidrBlock"],
  "ec2/subnet:Subnet": ["availabilityZone", "cidrBlock", "vpcId"],
  "rds/instance:Instance": [
    "dbName",
    "dbSubnetGroupName",
    "engine",
    "identifier",
    "kmsKeyId",
    "storageEncrypted",
    "username",
  ],
  "rds/subnetGroup:SubnetGroup": ["name"],
  "kms/key:Key": ["customerMasterKeySpec"],
  "s3/bucket:Bucket": ["bucket", "objectLockEnabled"],
  "secretsmanager/secret:Secret": ["name"],
};

test.each<[string, Changes]>([
  ["a fourth zone", { zones: ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"] }],
  ["a second service that uses the database", { strangerLinks: true }],
  ["a replica of the database", { db: { replicas: 1 } }],
  ["another instance class", { db: { aws: { instanceClass: "db.r7g.large" } } }],
  ["more storage", { db: { storage: "200 GiB" } }],
  [
    "a second database and a role",
    { db: { databases: { orders: {}, bills: {} }, roles: { audit: { database: "orders", access: "readonly" } } } },
  ],
  ["a canary", { api: { rollout: { strategy: "canary" } } }],
  ["a migration", { api: { migration: { command: ["migrate"] } } }],
])("%s creates and updates, and replaces no store and no subnet", async (_, changes) => {
  const zones = ["us-east-1a", "us-east-1b", "us-east-1c"];
  const [before, after] = [await shop("aws", { zones }), await shop("aws", { zones, ...changes })];
  const known = new Map(after.resources.map((each) => [each.urn, each]));
  let compared = 0;
  for (const [type, properties] of Object.entries(FIXED)) {
    for (const old of before.ofType(type)) {
      const now = known.get(old.urn);
      expect([old.urn, now === undefined ? "gone" : "kept"]).toEqual([old.urn, "kept"]);
      for (const property of properties)
        expect([property, now?.inputs[property]]).toEqual([property, old.inputs[property]]);
      compared++;
    }
  }
  expect(compared).toBeGreaterThan(12);
});
