import { change, type Declared, edit, type Situation, type System } from "./declared";

const canary = "canary-Bn5rZt81cGdY6hJf";
const tags = { Environment: "prod", Owner: "shop", "data-class": "internal", Service: "shop", ManagedBy: "pulumi" };

const on = (each: Declared): Declared => ({ provider: "region", ...each });

/** A shop on AWS. */
export const CLOUD: System = [
  { name: "region", type: "pulumi:providers:aws", props: { region: "us-east-1" } },
  on({
    name: "key",
    type: "aws:kms/key:Key",
    props: { enableKeyRotation: true, deletionWindowInDays: 30, tags },
    outputs: ["arn"],
  }),
  on({
    name: "db",
    type: "aws:rds/instance:Instance",
    outputs: ["endpoint"],
    props: {
      identifier: "shop-db",
      engine: "postgres",
      engineVersion: "17.5",
      instanceClass: "db.m7g.large",
      allocatedStorage: 100,
      maxAllocatedStorage: 200,
      storageType: "gp3",
      username: "shop",
      manageMasterUserPassword: true,
      storageEncrypted: true,
      kmsKeyId: { from: "key", output: "arn" },
      multiAz: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: "shop-db-final",
      backupRetentionPeriod: 35,
      copyTagsToSnapshot: true,
      publiclyAccessible: false,
      applyImmediately: true,
      tags,
    },
  }),
  on({
    name: "recordings",
    type: "aws:s3/bucket:Bucket",
    props: { bucket: "shop-recordings", forceDestroy: false, tags },
  }),
  on({
    name: "recordings-versioning",
    type: "aws:s3/bucketVersioning:BucketVersioning",
    props: { bucket: "shop-recordings", versioningConfiguration: { status: "Enabled" } },
  }),
  on({
    name: "recordings-lifecycle",
    type: "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    props: { bucket: "shop-recordings", rules: [{ id: "old", status: "Enabled", expiration: { days: 90 } }] },
  }),
  on({
    name: "logs",
    type: "aws:cloudwatch/logGroup:LogGroup",
    props: { name: "/shop/web", retentionInDays: 365, kmsKeyId: { from: "key", output: "arn" }, tags },
  }),
  on({
    name: "web-in",
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    props: { securityGroupId: "sg-1", ipProtocol: "tcp", fromPort: 8080, toPort: 8080, cidrIpv4: "10.0.0.0/16", tags },
  }),
  on({
    name: "web",
    type: "aws:ecs/service:Service",
    props: { name: "web", desiredCount: 3, taskDefinition: "web:1", deploymentMinimumHealthyPercent: 100, tags },
  }),
  on({
    name: "task",
    type: "aws:ecs/taskDefinition:TaskDefinition",
    props: {
      family: "web",
      containerDefinitions: JSON.stringify([
        { name: "web", environment: [{ name: "API_TOKEN", value: `${canary}-old` }] },
      ]),
      tags,
    },
  }),
  on({
    name: "web-role",
    type: "aws:iam/rolePolicy:RolePolicy",
    props: {
      role: "web",
      policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::shop-recordings/*" }],
      }),
    },
  }),
  on({
    name: "edge",
    type: "aws:lb/loadBalancer:LoadBalancer",
    props: { name: "edge", internal: false, loadBalancerType: "application", enableDeletionProtection: true, tags },
  }),
];

const complete = { ...tags, env: "prod", owner: "shop", "change-ref": "CHG-1" };
const FIRST = change(
  CLOUD.filter(({ name }) => ["region", "key", "logs"].includes(name)),
  "key",
  (key) => ({ protect: true, props: { ...key.props, tags: complete } }),
);

const situation = (name: string, after: System, exit: number, ...reasons: string[]): Situation => ({
  name,
  before: CLOUD,
  after,
  exit,
  reasons,
});

const widened = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:GetObject", "s3:PutObject"], Resource: "arn:aws:s3:::shop-recordings/*" },
  ],
});

/** What an operator of an AWS stack meets. */
export const CLOUD_SITUATIONS: readonly Situation[] = [
  {
    name: "first-deploy-with-unknowns",
    before: [],
    after: FIRST,
    exit: 0,
  },
  situation(
    "deletion-protection-off",
    edit(CLOUD, "db", { deletionProtection: false }),
    21,
    "deletion-protection-off db",
  ),
  situation(
    "engine-upgrade",
    edit(CLOUD, "db", { engineVersion: "18.1", allowMajorVersionUpgrade: true }),
    20,
    "engine-upgrade db",
  ),
  situation("retention-shortened", edit(CLOUD, "db", { backupRetentionPeriod: 30 }), 21, "retention-shortened db"),
  situation("final-snapshot-skipped", edit(CLOUD, "db", { skipFinalSnapshot: true }), 21, "final-snapshot-skipped db"),
  situation(
    "instance-class-raised",
    edit(CLOUD, "db", { instanceClass: "db.m7g.xlarge" }),
    20,
    "instance-class db",
    "size-changed db",
  ),
  situation("database-replaced", edit(CLOUD, "db", { username: "other" }), 21, "stateful-replaced db"),
  situation(
    "bucket-versioning-off",
    edit(CLOUD, "recordings-versioning", { versioningConfiguration: { status: "Suspended" } }),
    21,
    "versioning-off recordings-versioning",
  ),
  situation("force-destroy-on", edit(CLOUD, "recordings", { forceDestroy: true }), 21, "force-destroy-on recordings"),
  situation(
    "bucket-renamed",
    edit(CLOUD, "recordings", { bucket: "shop-recordings-2" }),
    21,
    "stateful-replaced recordings",
  ),
  situation(
    "lifecycle-shortened",
    edit(CLOUD, "recordings-lifecycle", { rules: [{ id: "old", status: "Enabled", expiration: { days: 30 } }] }),
    21,
    "retention-shortened recordings-lifecycle",
  ),
  situation("log-retention-shortened", edit(CLOUD, "logs", { retentionInDays: 180 }), 21, "retention-shortened logs"),
  situation("key-window-shortened", edit(CLOUD, "key", { deletionWindowInDays: 7 }), 21, "retention-shortened key"),
  situation("port-opened-to-more", edit(CLOUD, "web-in", { cidrIpv4: "10.0.0.0/8" }), 20, "network-rule web-in"),
  situation("service-stopped", edit(CLOUD, "web", { desiredCount: 0 }), 20, "scaled-to-zero web"),
  situation("policy-widened", edit(CLOUD, "web-role", { policy: widened }), 20, "rights-changed web-role"),
  situation(
    "secret-in-task",
    edit(CLOUD, "task", {
      containerDefinitions: JSON.stringify([
        { name: "web", environment: [{ name: "API_TOKEN", value: `${canary}-new` }] },
      ]),
    }),
    0,
  ),
  situation(
    "nat-gateway-added",
    [...CLOUD, on({ name: "nat", type: "aws:ec2/natGateway:NatGateway", props: { subnetId: "subnet-1", tags } })],
    20,
    "priced-created nat",
  ),
  situation("balancer-replaced", edit(CLOUD, "edge", { name: "edge-2" }), 20, "entry-replaced edge"),
  situation(
    "another-region",
    edit(CLOUD, "region", { region: "eu-central-1" }),
    21,
    "provider-replaced region",
    "stateful-replaced db",
  ),
  {
    name: "import-that-fails",
    before: CLOUD,
    after: [
      ...CLOUD,
      on({ name: "old", type: "aws:s3/bucket:Bucket", importId: "shop-old", props: { bucket: "shop-old", tags } }),
    ],
    exit: 25,
  },
  {
    name: "database-unprotected",
    before: change(CLOUD, "db", () => ({ protect: true })),
    after: CLOUD,
    exit: 21,
    reasons: ["protect-off db"],
  },
];
