import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import { BucketLogging } from "@pulumi/aws/s3/bucketLogging";
import { BucketMetric } from "@pulumi/aws/s3/bucketMetric";
import { BucketObjectLockConfiguration } from "@pulumi/aws/s3/bucketObjectLockConfiguration";
import { BucketReplicationConfig } from "@pulumi/aws/s3/bucketReplicationConfig";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { bucketArn, closedBucket } from "../targets/aws/bucket";
import { named, type Owner } from "../targets/aws/children";
import { allow, documentOf, trusts } from "../targets/aws/documents";
import type { AwsNetwork } from "../targets/network";
import type { ReplicaArgs } from "./args";
import { bucketWatching, WHOLE_BUCKET } from "./cloud-alarms";
import type { BucketOutput } from "./output";
import { lifecycleRule, objectActions } from "./s3";
import type { BucketSpec } from "./spec";

/**
 * An S3 bucket with the stack's key, closed to the public, with an access log. Consumers have no keys: the role of their tasks may use the bucket.
 */
export function buildOnAws(name: string, spec: BucketSpec, network: AwsNetwork, parent: pulumi.Resource): BucketOutput {
  const { target, keyArn } = network;
  const owner: Owner = { target, parent };
  const { bucket, versions, ready } = closedBucket(owner, name, {
    bucketName: spec.bucketName,
    versioning: spec.versioning,
    objectLock: spec.objectLock,
    protect: spec.protect,
    keyArn,
  });
  new BucketLogging(
    name,
    { bucket: bucket.id, targetBucket: network.accessLogs.bucketName, targetPrefix: `buckets/${spec.bucketName}/` },
    { parent, dependsOn: [...network.accessLogs.ready] },
  );
  new BucketLifecycleConfiguration(
    name,
    { bucket: bucket.id, rules: [lifecycleRule(spec)] },
    { parent, dependsOn: [versions] },
  );
  // Failing requests are counted only where a filter asks for it.
  new BucketMetric(name, { bucket: bucket.id, name: WHOLE_BUCKET }, { parent });
  if (spec.objectLock) {
    new BucketObjectLockConfiguration(
      name,
      {
        bucket: bucket.id,
        ...(spec.lockDays > 0
          ? { rule: { defaultRetention: { mode: spec.lockMode.toUpperCase(), days: spec.lockDays } } }
          : {}),
      },
      { parent, dependsOn: [versions] },
    );
  }
  if (spec.replica !== undefined) replicate(owner, name, spec, spec.replica, keyArn, versions);
  return {
    endpoint: pulumi.output(`https://s3.${target.region}.amazonaws.com`),
    bucketName: spec.bucketName,
    region: target.region,
    pathStyle: false,
    path: { kind: "endpoint" },
    after: ready,
    grant: (_, access) => ({
      permissions: pulumi.all([bucketArn(owner, spec.bucketName), keyArn]).apply(([arn, key]) => [
        allow(["s3:GetBucketLocation", "s3:ListBucket"], [arn]),
        allow(objectActions(access), [`${arn}/*`]),
        allow(access === "read" ? ["kms:Decrypt"] : ["kms:Decrypt", "kms:GenerateDataKey"], [key], {
          StringEquals: { "kms:ViaService": `s3.${target.region}.amazonaws.com` },
        }),
      ]),
    }),
    bucketArn: bucket.arn,
    watching: (tuning) => bucketWatching(name, bucket.id, { replicated: spec.replica !== undefined }, tuning),
  };
}

/** Copies every new version to a bucket elsewhere; deletions are not copied, so that they cannot follow. */
function replicate(
  owner: Owner,
  name: string,
  spec: BucketSpec,
  replica: ReplicaArgs,
  keyArn: pulumi.Output<string>,
  versions: pulumi.Resource,
): void {
  const { parent, target } = owner;
  const role = new Role(
    `${name}-replication`,
    {
      name: physicalName("iamRole", target.prefix, name, "replication"),
      description: `Copies ${name} to its second bucket`,
      assumeRolePolicy: trusts("s3.amazonaws.com"),
      ...named(owner, name, "replication"),
    },
    { parent },
  );
  const policy = new RolePolicy(
    `${name}-replication`,
    {
      name: "replicate",
      role: role.name,
      policy: documentOf(
        { from: bucketArn(owner, spec.bucketName), key: keyArn, to: replica.bucketArn, otherKey: replica.keyArn },
        ({ from, key, to, otherKey }) => [
          allow(["s3:GetReplicationConfiguration", "s3:ListBucket"], [from]),
          allow(
            [
              "s3:GetObjectLegalHold",
              "s3:GetObjectRetention",
              "s3:GetObjectVersionAcl",
              "s3:GetObjectVersionForReplication",
              "s3:GetObjectVersionTagging",
            ],
            [`${from}/*`],
          ),
          allow(["s3:ReplicateObject", "s3:ReplicateTags"], [`${to}/*`]),
          allow(["kms:Decrypt"], [key]),
          allow(["kms:Encrypt", "kms:GenerateDataKey"], [otherKey]),
        ],
      ),
    },
    { parent },
  );
  new BucketReplicationConfig(
    name,
    {
      bucket: spec.bucketName,
      role: role.arn,
      rules: [
        {
          id: "everything",
          priority: 1,
          status: "Enabled",
          filter: { prefix: "" },
          deleteMarkerReplication: { status: "Disabled" },
          sourceSelectionCriteria: { sseKmsEncryptedObjects: { status: "Enabled" } },
          destination: {
            bucket: replica.bucketArn,
            encryptionConfiguration: { replicaKmsKeyId: replica.keyArn },
            storageClass: "STANDARD_IA",
          },
        },
      ],
    },
    { parent, dependsOn: [policy, versions] },
  );
}
