import { BucketLifecycleConfiguration } from "@pulumi/aws/s3/bucketLifecycleConfiguration";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { closedBucket } from "../targets/aws/bucket";
import type { Owner } from "../targets/aws/children";
import type { Statement } from "../targets/aws/documents";
import { LOG_DAYS } from "../targets/aws/logs";

/** The bucket into which the load balancer and the other buckets write who asked them for what. Its objects expire. */
export function buildAccessLogs(
  owner: Owner,
  name: string,
  account: pulumi.Output<string>,
  protect: boolean,
): { readonly bucketName: pulumi.Output<string>; readonly ready: readonly pulumi.Resource[] } {
  const { target, parent } = owner;
  const made = closedBucket(owner, `${name}-access-logs`, {
    bucketName: physicalName("bucket", target.prefix, "access-logs", ...target.accountIds, target.region),
    versioning: true,
    objectLock: false,
    protect,
    dataClass: "logs",
    statements: (arn) =>
      account.apply((id): readonly Statement[] => [
        {
          Sid: "LoadBalancer",
          Effect: "Allow",
          Principal: { Service: "logdelivery.elasticloadbalancing.amazonaws.com" },
          Action: "s3:PutObject",
          Resource: `${arn}/${EDGE_PREFIX}/AWSLogs/${id}/*`,
        },
        {
          Sid: "Buckets",
          Effect: "Allow",
          Principal: { Service: "logging.s3.amazonaws.com" },
          Action: "s3:PutObject",
          Resource: `${arn}/*`,
          Condition: { StringEquals: { "aws:SourceAccount": id } },
        },
      ]),
  });
  const days = LOG_DAYS[target.environment];
  new BucketLifecycleConfiguration(
    `${name}-access-logs`,
    {
      bucket: made.bucket.id,
      rules: [
        {
          id: "expire",
          status: "Enabled",
          filter: { prefix: "" },
          expiration: { days },
          noncurrentVersionExpiration: { noncurrentDays: 7 },
          abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
        },
      ],
    },
    { parent, dependsOn: [made.versions] },
  );
  return { bucketName: made.bucket.id, ready: made.ready };
}

/** Folder of the load balancer's log. */
export const EDGE_PREFIX = "edge";
