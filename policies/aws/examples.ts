import { changed } from "../docker/examples";
import type { Example, ExampleResource } from "../rule";

type Changes = Readonly<Record<string, unknown>>;

/** Tags that every resource has. */
export const TAGS: Readonly<Record<string, string>> = {
  owner: "platform",
  "data-class": "internal",
  env: "prod",
  "change-ref": "CHG-1",
};

/** A key of the stack; an example value, not a real one. */
export const KEY_ARN = "arn:aws:kms:eu-west-1:000000000000:key/example";

/** One AWS resource with the tags that all have. */
export function one(token: string, props: Changes, more: Partial<ExampleResource> = {}): ExampleResource {
  const { name = "it", ...rest } = more;
  return { type: `aws:${token}`, name, protect: true, props: changed({ tags: TAGS }, props), ...rest };
}

/** A topic that somebody listens to. */
export const TOPIC: readonly ExampleResource[] = [
  one("sns/topic:Topic", { kmsMasterKeyId: KEY_ARN }, { name: "topic" }),
  one(
    "sns/topicSubscription:TopicSubscription",
    { topic: "arn:topic" },
    { name: "pager", propertyDependencies: { topic: ["topic"] } },
  ),
];

/** An alarm on a store, with the topic it pages. */
export function alarmOn(store: string): readonly ExampleResource[] {
  return [
    one(
      "cloudwatch/metricAlarm:MetricAlarm",
      { alarmActions: ["arn:topic"], dimensions: { Identifier: "it" } },
      { name: "alarm", propertyDependencies: { dimensions: [store], alarmActions: ["topic"] } },
    ),
    ...TOPIC,
  ];
}

/** A backup plan that covers a store: locked vault, copy elsewhere, restore test. */
export function backupOf(store: string): readonly ExampleResource[] {
  return [
    one("backup/vault:Vault", { kmsKeyArn: KEY_ARN }, { name: "vault" }),
    one(
      "backup/vaultLockConfiguration:VaultLockConfiguration",
      { backupVaultName: "v", minRetentionDays: 30 },
      { name: "lock", propertyDependencies: { backupVaultName: ["vault"] } },
    ),
    one(
      "backup/plan:Plan",
      { rules: [{ ruleName: "daily", copyActions: [{ destinationVaultArn: "arn:other" }] }] },
      { name: "plan" },
    ),
    one(
      "backup/selection:Selection",
      { planId: "p", resources: ["arn:store"] },
      { name: "selection", propertyDependencies: { planId: ["plan"], resources: [store] } },
    ),
    one("backup/restoreTestingPlan:RestoreTestingPlan", {}, { name: "restores" }),
  ];
}

const DATABASE: Changes = {
  identifier: "shop",
  engine: "postgres",
  storageEncrypted: true,
  kmsKeyId: KEY_ARN,
  publiclyAccessible: false,
  backupRetentionPeriod: 35,
  deletionProtection: true,
  skipFinalSnapshot: false,
  finalSnapshotIdentifier: "shop-final",
  deleteAutomatedBackups: false,
  multiAz: true,
  parameterGroupName: "shop",
  enabledCloudwatchLogsExports: ["postgresql"],
  manageMasterUserPassword: true,
  autoMinorVersionUpgrade: true,
  dbSubnetGroupName: "shop-data",
};

/** A sound database instance with changes. */
export function database(changes: Changes = {}, more: Partial<ExampleResource> = {}): Example {
  return [one("rds/instance:Instance", changed(DATABASE, changes), { name: "db", ...more }), ...alarmOn("db")];
}

/** A sound Aurora cluster with changes, to the cluster and to its first instance. */
export function cluster(changes: Changes = {}, instance: Changes = {}, members = ["first", "second"]): Example {
  const {
    multiAz: _multiAz,
    parameterGroupName,
    identifier,
    publiclyAccessible,
    autoMinorVersionUpgrade,
    ...rest
  } = DATABASE;
  const own = {
    ...rest,
    clusterIdentifier: identifier,
    engine: "aurora-postgresql",
    dbClusterParameterGroupName: parameterGroupName,
  };
  const member = (name: string, props: Changes) =>
    one(
      "rds/clusterInstance:ClusterInstance",
      changed({ publiclyAccessible, autoMinorVersionUpgrade, clusterIdentifier: "shop" }, props),
      { name, propertyDependencies: { clusterIdentifier: ["db"] } },
    );
  return [
    one("rds/cluster:Cluster", changed(own, changes), { name: "db" }),
    ...members.map((name, index) => member(name, index === 0 ? instance : {})),
    ...alarmOn("db"),
  ];
}

const REDIS: Changes = {
  replicationGroupId: "shop",
  atRestEncryptionEnabled: true,
  transitEncryptionEnabled: true,
  transitEncryptionMode: "required",
  userGroupIds: ["shop"],
  automaticFailoverEnabled: true,
  multiAzEnabled: true,
  snapshotRetentionLimit: 7,
  subnetGroupName: "shop-data",
};

/** A sound replication group with changes. */
export function redis(changes: Changes = {}): Example {
  return [
    one("elasticache/replicationGroup:ReplicationGroup", changed(REDIS, changes), { name: "cache" }),
    ...alarmOn("cache"),
  ];
}

const DENY_PLAIN = {
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: "*",
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    },
  ],
};

const BLOCK: Changes = {
  blockPublicAcls: true,
  blockPublicPolicy: true,
  ignorePublicAcls: true,
  restrictPublicBuckets: true,
};

/** The resources beside a bucket; each may be changed, or left out with `null`. */
export interface BucketSides {
  readonly block?: Changes | null;
  readonly encryption?: Changes | null;
  readonly versioning?: Changes | null;
  readonly policy?: Changes | null;
  readonly logging?: Changes | null;
  readonly lifecycle?: Changes | null;
}

/** A sound bucket with the resources beside it, which refer to it by edge. */
export function bucket(changes: Changes = {}, sides: BucketSides = {}, join: "edge" | "name" = "edge"): Example {
  const side = (kind: string, name: string, base: Changes, change: Changes | null | undefined): ExampleResource[] =>
    change === null
      ? []
      : [
          one(`s3/${kind}`, changed({ ...base, bucket: "shop-footage" }, change ?? {}), {
            name,
            ...(join === "edge" ? { propertyDependencies: { bucket: ["bucket"] } } : {}),
          }),
        ];
  return [
    one("s3/bucket:Bucket", changed({ bucket: "shop-footage", forceDestroy: false }, changes), { name: "bucket" }),
    ...side("bucketPublicAccessBlock:BucketPublicAccessBlock", "block", BLOCK, sides.block),
    ...side(
      "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
      "encryption",
      { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms", kmsMasterKeyId: KEY_ARN } }] },
      sides.encryption,
    ),
    ...side(
      "bucketVersioning:BucketVersioning",
      "versioning",
      { versioningConfiguration: { status: "Enabled" } },
      sides.versioning,
    ),
    ...side("bucketPolicy:BucketPolicy", "policy", { policy: JSON.stringify(DENY_PLAIN) }, sides.policy),
    ...side("bucketLogging:BucketLogging", "logging", { targetBucket: "shop-logs" }, sides.logging),
    ...side(
      "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
      "lifecycle",
      { rules: [{ status: "Enabled", expiration: { days: 30 } }] },
      sides.lifecycle,
    ),
  ];
}

/** A policy document with one statement. */
export function document(statement: Changes): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statement });
}
