import { Bucket } from "@pulumi/aws/s3/bucket";
import { BucketOwnershipControls } from "@pulumi/aws/s3/bucketOwnershipControls";
import { BucketPolicy } from "@pulumi/aws/s3/bucketPolicy";
import { BucketPublicAccessBlock } from "@pulumi/aws/s3/bucketPublicAccessBlock";
import { BucketServerSideEncryptionConfiguration } from "@pulumi/aws/s3/bucketServerSideEncryptionConfiguration";
import { BucketVersioning } from "@pulumi/aws/s3/bucketVersioning";
import * as pulumi from "@pulumi/pulumi";
import { partitionOf } from "./account";
import { named, type Owner } from "./children";
import { document, type Statement } from "./documents";

/** A bucket that nobody outside the account can reach, whatever a later policy says. */
export interface ClosedBucketArgs {
  readonly bucketName: string;
  readonly versioning: boolean;
  readonly objectLock: boolean;
  readonly protect: boolean;
  /** Class of the data, where it is another than that of the stack. */
  readonly dataClass?: string;
  /** Key of the objects; without one S3's own, which is all that the delivery of access logs can write with. */
  readonly keyArn?: pulumi.Input<string>;
  /** Statements of the one policy of the bucket, besides the refusal of requests without TLS. */
  readonly statements?: (bucketArn: string) => pulumi.Input<readonly Statement[]>;
}

/** ARN of a bucket, which follows from its name. */
export function bucketArn(owner: Owner, bucketName: string): string {
  return `arn:${partitionOf(owner.target.region)}:s3:::${bucketName}`;
}

/** The bucket with everything that makes it closed, and what must be there before it is used. */
export function closedBucket(
  owner: Owner,
  logicalName: string,
  args: ClosedBucketArgs,
): { readonly bucket: Bucket; readonly versions: BucketVersioning; readonly ready: readonly pulumi.Resource[] } {
  const { parent } = owner;
  const arn = bucketArn(owner, args.bucketName);
  const bucket = new Bucket(
    logicalName,
    {
      bucket: args.bucketName,
      forceDestroy: false,
      objectLockEnabled: args.objectLock,
      tags: {
        ...named(owner, logicalName).tags,
        ...(args.dataClass === undefined ? {} : { "data-class": args.dataClass }),
      },
    },
    { parent, protect: args.protect },
  );
  const block = new BucketPublicAccessBlock(
    logicalName,
    {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    },
    { parent },
  );
  const ownership = new BucketOwnershipControls(
    logicalName,
    { bucket: bucket.id, rule: { objectOwnership: "BucketOwnerEnforced" } },
    { parent },
  );
  const versions = new BucketVersioning(
    logicalName,
    { bucket: bucket.id, versioningConfiguration: { status: args.versioning ? "Enabled" : "Suspended" } },
    { parent },
  );
  const encryption = new BucketServerSideEncryptionConfiguration(
    logicalName,
    {
      bucket: bucket.id,
      rules: [
        {
          applyServerSideEncryptionByDefault:
            args.keyArn === undefined
              ? { sseAlgorithm: "AES256" }
              : { sseAlgorithm: "aws:kms", kmsMasterKeyId: args.keyArn },
          bucketKeyEnabled: args.keyArn !== undefined,
        },
      ],
    },
    { parent },
  );
  const policy = new BucketPolicy(
    logicalName,
    {
      bucket: bucket.id,
      // Made of the name and not of an output, so that the policy can be judged before the bucket is there.
      policy: pulumi.output(args.statements?.(arn) ?? []).apply((more) =>
        document([
          {
            Sid: "OnlyWithTls",
            Effect: "Deny",
            Principal: "*",
            Action: "s3:*",
            Resource: [arn, `${arn}/*`],
            Condition: { Bool: { "aws:SecureTransport": "false" } },
          },
          ...(more as readonly Statement[]),
        ]),
      ),
    },
    { parent, dependsOn: [block] },
  );
  return { bucket, versions, ready: [block, ownership, versions, encryption, policy] };
}
