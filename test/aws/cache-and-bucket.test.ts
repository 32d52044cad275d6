import { RedisCache, ServiceDeployment, StorageBucket } from "../../components";
import { overlap, windowMinutes } from "../../components/core/window";
import { knownNodeType, nodeType } from "../../components/redis-cache/elasticache";
import { rotateUser } from "../../components/redis-cache/keeper";
import { type Login, newPassword, type Secrets } from "../../components/targets/aws/rotation";
import { IMAGE, networkOf } from "../contract/shop";
import { withMocks } from "../mocks/program";

const made = withMocks(() => {
  const vpc = networkOf("aws", { environment: "prod" });
  const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "4 GiB", cpus: 1 });
  const recordings = new StorageBucket("recordings", {
    vpc,
    storage: "1 TiB",
    objectLock: true,
    lifecycle: { expireAfter: "365 days" },
    aws: { coldAfter: "30 days", lockFor: "7 days" },
  });
  new ServiceDeployment("reader", { vpc, image: IMAGE, cpus: 0.5, links: [cache, recordings.as({ access: "read" })] });
});

test("a cache in prod has two nodes, TLS, a login, its own parameters and snapshots (RC-02, RC-03, X-06, X-07)", async () => {
  const { inputs, protect } = (await made).one("elasticache/replicationGroup:ReplicationGroup", "cache");
  expect(inputs).toMatchObject({
    automaticFailoverEnabled: true,
    atRestEncryptionEnabled: true,
    kmsKeyId: "arn:aws:mock:::network-key",
    multiAzEnabled: true,
    nodeType: "cache.m7g.large",
    snapshotRetentionLimit: 30,
    snapshotWindow: "03:00-05:00",
    transitEncryptionEnabled: true,
    transitEncryptionMode: "required",
  });
  expect(protect).toBe(true);
  const parameters = (await made).one("elasticache/parameterGroup:ParameterGroup", "cache-valkey8").inputs[
    "parameters"
  ];
  expect(parameters).toContainEqual({ name: "maxmemory-policy", value: "volatile-lru" });
});

test("the login of a cache may not stop or empty it, and lies in a secret that rotates (X-16, SEC-15)", async () => {
  const program = await made;
  const user = program.one("elasticache/user:User", "cache");
  expect(user.inputs["accessString"]).toBe("on ~* &* +@all -@admin -@dangerous +info +sort +sort_ro");
  expect(user.secrets).toEqual(["authenticationMode.passwords.0"]);
  expect(program.one("secretRotation:SecretRotation", "cache-password").inputs).toMatchObject({
    rotationLambdaArn: "arn:aws:mock:::cache-keeper",
    rotationRules: { automaticallyAfterDays: 90 },
  });
});

test("a bucket is closed, versioned, encrypted, logged, refuses plain requests and ages (SB-01, SB-03, SB-09)", async () => {
  const program = await made;
  const one = (kind: string) => program.one(`s3/${kind}`, "recordings").inputs;
  expect(one("bucket:Bucket")).toMatchObject({
    bucket: "shop-test-recordings-123456789012-us-east-1",
    forceDestroy: false,
    objectLockEnabled: true,
  });
  expect(
    Object.values(one("bucketPublicAccessBlock:BucketPublicAccessBlock")).filter((each) => each === true),
  ).toHaveLength(4);
  expect(one("bucketVersioning:BucketVersioning")["versioningConfiguration"]).toEqual({ status: "Enabled" });
  expect(JSON.parse(String(one("bucketPolicy:BucketPolicy")["policy"])).Statement).toMatchObject([
    { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
  ]);
  expect(one("bucketLifecycleConfiguration:BucketLifecycleConfiguration")["rules"]).toMatchObject([
    { transitions: [{ days: 30, storageClass: "GLACIER" }], expiration: { days: 365 } },
  ]);
  expect(one("bucketObjectLockConfiguration:BucketObjectLockConfiguration")["rule"]).toEqual({
    defaultRetention: { mode: "GOVERNANCE", days: 7 },
  });
});

test("a reader's role may read that bucket and no more, and the task has no key of S3", async () => {
  const program = await made;
  const policy = JSON.parse(String(program.one("iam/rolePolicy:RolePolicy", "reader-recordings").inputs["policy"]));
  const actions = policy.Statement.flatMap((each: { Action: string[] }) => each.Action);
  expect(actions.sort()).toEqual([
    "kms:Decrypt",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
  ]);
  const task = String(program.one("ecs/taskDefinition:TaskDefinition", "reader").inputs["containerDefinitions"]);
  expect(task).not.toMatch(/S3_(ACCESS|SECRET)_KEY/);
  expect(task).toContain("https://s3.us-east-1.amazonaws.com");
});

test("nodes hold the data that is asked for: 4 GB do not fit on a cache.t3.medium (X-06)", () => {
  expect(knownNodeType("cache.t3.medium")?.memory).toBeLessThan(4096);
  expect(nodeType("dev", "cache", 2000)?.name).toBe("cache.t4g.medium");
  expect(nodeType("prod", "cache", 2000)?.name).toBe("cache.m7g.large");
  expect(nodeType("prod", "queue", 1_000_000)).toBeUndefined();
});

test("windows know their length, and when they meet, past midnight and past the week's end", () => {
  expect(windowMinutes("23:30-00:30")).toBe(60);
  expect(windowMinutes("sat:23:30-sun:00:30")).toBe(60);
  expect(overlap("03:00-04:00", "sun:04:00-sun:05:00")).toBe(false);
  expect(overlap("03:00-04:00", "sun:03:59-sun:05:00")).toBe(true);
  expect(overlap("23:30-00:30", "sun:00:15-sun:01:15")).toBe(true);
  expect(overlap("00:00-01:00", "sat:23:30-sun:00:30")).toBe(true);
});

test("a rotation gives a second password first, and takes the new one as current at its end", async () => {
  const versions = new Map<string, Login>([["old", { username: "app", password: "before" }]]);
  let current = "old";
  const secrets: Secrets = {
    read: async (_, stage, version) => versions.get(stage === "AWSCURRENT" ? current : (version ?? "")),
    write: async (_, version, __, login) => void versions.set(version, login),
    promote: async (_, version) => {
      current = version;
    },
  };
  const set: (readonly string[])[] = [];
  const users = {
    setPasswords: async (_: string, given: readonly string[]) => void set.push(given),
    active: async () => true,
  };
  const step = (Step: "createSecret" | "setSecret" | "testSecret" | "finishSecret") =>
    rotateUser({ Step, SecretId: "id", ClientRequestToken: "new" }, "user", "app", secrets, users, 0);
  await step("createSecret");
  const pending = versions.get("new")?.password ?? "";
  await step("createSecret");
  expect(versions.get("new")?.password).toBe(pending);
  expect(pending).toMatch(/^[A-Za-z0-9]{40}$/);
  await step("setSecret");
  expect(set).toEqual([["before", pending]]);
  await step("testSecret");
  expect(current).toBe("old");
  await step("finishSecret");
  expect(current).toBe("new");
  expect(newPassword()).not.toBe(newPassword());
});
