import {
  ManagedPostgres,
  type ManagedPostgresArgs,
  RedisCache,
  type RedisCacheArgs,
  ServiceDeployment,
  type ServiceDeploymentArgs,
  StorageBucket,
  type StorageBucketArgs,
} from "../../components";
import { judge } from "../../ops/change/judge";
import type { Change } from "../../ops/change/model";
import { compare } from "../../ops/change/plans";
import { replacesInPlan } from "../../ops/change/replacing";
import { IMAGE, networkOf } from "../contract/shop";
import { type Program, withMocks } from "../mocks/program";
import { graphOf } from "./shop-with-alerts";

jest.setTimeout(60_000);

/** What a test changes in a stack that is in use. */
interface Stand {
  readonly zones?: readonly string[];
  readonly db?: Partial<ManagedPostgresArgs>;
  readonly cache?: Partial<RedisCacheArgs>;
  readonly recordings?: Partial<StorageBucketArgs>;
  readonly api?: Partial<ServiceDeploymentArgs>;
  readonly second?: boolean;
}

const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];

function stand(changes: Stand): Promise<Program> {
  return withMocks(() => {
    const vpc = networkOf("aws", { environment: "prod", zones: changes.zones ?? ZONES });
    const sizes = { memory: "8 GiB", cpus: 2, storage: "100 GiB" } as const;
    const db = new ManagedPostgres("db", { vpc, databases: { orders: {} }, ...sizes, ...changes.db });
    const cache = new RedisCache("cache", {
      vpc,
      purpose: "session",
      memory: "4 GiB",
      cpus: 1,
      aws: { nodes: 2 },
      ...changes.cache,
    });
    const recordings = new StorageBucket("recordings", { vpc, storage: "1 TiB", ...changes.recordings });
    const links = [db.as({ database: "orders" }), cache, recordings];
    new ServiceDeployment("api", {
      vpc,
      image: IMAGE,
      cpus: 1,
      replicas: 2,
      links,
      secrets: { API_KEY: "hunter2-hunter2" },
      routes: [{ host: "shop.example.com" }],
      ...changes.api,
    });
    if (changes.second === true) {
      new ServiceDeployment("bills", { vpc, image: IMAGE, cpus: 1, links, routes: [{ host: "bills.example.com" }] });
    }
  });
}

const before = stand({});

async function changesBy(changes: Stand): Promise<readonly Change[]> {
  const [base, head] = [await before, await stand(changes)];
  const plan = (program: Program) => ({ stack: "test", resources: graphOf(program) });
  return judge(compare(plan(base), plan(head), "plans"));
}

/**
 * What is made anew by design: another revision of a task, another call of a function, another password. A target group has its port in its name, so
 * the new one stands beside the old one until the service has moved.
 */
const ANEW = /^(aws:(ecs\/taskDefinition|lambda\/invocation|lb\/targetGroup)|random:index\/randomPassword):/;

test.each<[string, Stand]>([
  ["a fourth zone", { zones: [...ZONES, "us-east-1d"] }],
  ["a second service that uses every store", { second: true }],
  ["a replica of the database", { db: { replicas: 1 } }],
  ["a second replica beside the first", { db: { replicas: 2 } }],
  ["another instance class of the database", { db: { aws: { instanceClass: "db.r7g.large" } } }],
  ["more memory for the database", { db: { memory: "32 GiB" } }],
  ["more storage", { db: { storage: "200 GiB" } }],
  ["a minor version of the database", { db: { aws: { engineVersion: "17.6" } } }],
  ["fewer days of backups", { db: { aws: { backupDays: 20 } } }],
  ["other windows", { db: { aws: { backupWindow: "01:00-02:00", maintenanceWindow: "sat:06:00-sat:07:00" } } }],
  [
    "a second database and a role",
    { db: { databases: { orders: {}, bills: {} }, roles: { audit: { database: "orders", access: "readonly" } } } },
  ],
  ["new passwords of the database", { db: { rotation: "2" } }],
  ["another node type of the cache", { cache: { aws: { nodes: 2, nodeType: "cache.r7g.xlarge" } } }],
  ["more memory for the cache", { cache: { memory: "16 GiB" } }],
  ["a replica of the cache", { cache: { aws: { nodes: 3 } } }],
  ["a single node of the cache", { cache: { aws: { nodes: 1 } } }],
  ["more days of snapshots", { cache: { aws: { nodes: 2, snapshotDays: 35 } } }],
  ["a new password of the cache", { cache: { rotation: "2" } }],
  ["expiry of objects", { recordings: { lifecycle: { expireAfter: "400 days" } } }],
  ["a cold tier", { recordings: { aws: { coldAfter: "60 days", coldClass: "GLACIER_IR" } } }],
  ["no versions any more", { recordings: { versioning: false } }],
  ["another image of the service", { api: { image: IMAGE.replace("1.0.0", "1.0.1") } }],
  ["a larger task", { api: { cpus: 4, memory: "8 GiB" } }],
  ["more replicas", { api: { replicas: 5 } }],
  ["scaling", { api: { scaling: { max: 6 } } }],
  ["a share on spot capacity", { api: { aws: { spotPercent: 50 } } }],
  ["a migration", { api: { migration: { command: ["migrate"] } } }],
  ["another host name", { api: { routes: [{ host: "shop.example.com" }, { host: "www.example.com" }] } }],
  ["another port", { api: { port: 9000 } }],
  ["another secret", { api: { secrets: { API_KEY: "hunter2-hunter2", TOKEN: "hunter3-hunter3" } } }],
])("%s creates and updates; it replaces no store and no subnet", async (_, changes) => {
  const made = await changesBy(changes);
  expect(made.length).toBeGreaterThan(0);
  const wrong = made.filter(
    ({ operation, type, stateful }) =>
      !["create", "update"].includes(operation) && (stateful || /^aws:ec2\/(vpc|subnet):/.test(type)),
  );
  expect(wrong.map(({ operation, urn, forcedBy }) => `${operation} ${urn} ${forcedBy.join()}`)).toEqual([]);
  const anew = made.filter(({ operation, type }) => operation === "replace" && !ANEW.test(type));
  expect(anew.map(({ urn, forcedBy }) => `${urn} ${forcedBy.join()}`)).toEqual([]);
});

test.each<[string, Stand, RegExp]>([
  ["another name of the bucket", { recordings: { bucketName: "elsewhere" } }, /s3\/bucket:/],
  ["a lock on the objects", { recordings: { objectLock: true } }, /s3\/bucket:/],
  ["Redis in place of Valkey", { cache: { aws: { nodes: 2, engine: "redis" } } }, /replicationGroup:/],
])("%s is seen as the replacement that it is", async (_, changes, type) => {
  const replaced = (await changesBy(changes)).filter(({ operation }) => operation === "replace");
  expect(replaced.filter((each) => type.test(each.type) && each.stateful)).toHaveLength(1);
});

test.each<[string, readonly string[], readonly string[]]>([
  [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    [
      ...["nodeType", "numCacheClusters", "engineVersion", "automaticFailoverEnabled", "multiAzEnabled"],
      ...["snapshotRetentionLimit", "snapshotWindow", "maintenanceWindow", "parameterGroupName", "userGroupIds[0]"],
      ...["securityGroupIds[0]", "logDeliveryConfigurations[0].destination", "applyImmediately"],
    ],
    [
      ...["replicationGroupId", "subnetGroupName", "port", "kmsKeyId", "atRestEncryptionEnabled", "networkType"],
      ...["engine", "globalReplicationGroupId", "snapshotName", "dataTieringEnabled"],
    ],
  ],
  ["aws:s3/bucket:Bucket", ["forceDestroy", "tags.owner"], ["bucket", "bucketPrefix", "objectLockEnabled"]],
  ["aws:s3/bucketVersioning:BucketVersioning", ["versioningConfiguration.status"], ["bucket"]],
  ["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", ["rules[0].expiration.days"], ["bucket"]],
  ["aws:s3/bucketPolicy:BucketPolicy", ["policy"], ["bucket"]],
  [
    "aws:ecs/service:Service",
    [
      ...["desiredCount", "taskDefinition", "deploymentCircuitBreaker.rollback", "healthCheckGracePeriodSeconds"],
      ...["capacityProviderStrategies[0].weight", "loadBalancers[0].targetGroupArn", "networkConfiguration.subnets[0]"],
    ],
    ["name", "cluster", "launchType", "schedulingStrategy"],
  ],
  ["aws:ecs/cluster:Cluster", ["settings[0].value", "configuration.executeCommandConfiguration.logging"], ["name"]],
  ["aws:ecs/taskDefinition:TaskDefinition", ["tags.owner"], ["containerDefinitions", "family", "cpu", "memory"]],
  [
    "aws:rds/instance:Instance",
    ["instanceClass", "allocatedStorage", "multiAz", "engineVersion", "backupRetentionPeriod", "parameterGroupName"],
    ["engine", "kmsKeyId", "storageEncrypted", "username", "dbName"],
  ],
  ["aws:ec2/subnet:Subnet", ["tags.Name", "mapPublicIpOnLaunch"], ["cidrBlock", "availabilityZone", "vpcId"]],
])("what replaces a %s, and what does not", (type, inPlace, replacing) => {
  expect(inPlace.filter((path) => replacesInPlan(type, path))).toEqual([]);
  expect(replacing.filter((path) => !replacesInPlan(type, path))).toEqual([]);
});
