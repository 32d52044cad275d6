import type * as pulumi from "@pulumi/pulumi";
import { type AlarmTable, type AlarmTuning, type CloudWatching, cloudAlarms, metricsOf } from "../core/cloud-alarm";

/** What decides which alarms a bucket has. */
export interface BucketSize {
  /** Whether it is replicated to another region. */
  readonly replicated: boolean;
}

/** The filter of the request metrics that the component switches on: the whole bucket. */
export const WHOLE_BUCKET = "EntireBucket";

const DATA = { team: "data" } as const;

/** The alarms of every bucket of Amazon S3. */
export const S3_ALARMS = {
  S3ErrorsHigh: {
    ...DATA,
    severity: "warning",
    group: "bucket-errors",
    metrics: { m: metricsOf("AWS/S3", "BucketName", "FilterId")("5xxErrors") },
    comparison: ">",
    parameters: { ratio: 0.05 },
    for: "5 minutes",
    missing: "notBreaching",
    summary: "more than $ratio of the requests fail",
    description: "Amazon S3 answers with 5xx: it slows the bucket down, or has trouble of its own.",
  },
  S3ReplicationFailing: {
    ...DATA,
    severity: "critical",
    group: "backup-coldtier",
    metrics: { m: metricsOf("AWS/S3", "SourceBucket")("OperationsFailedReplication", "Sum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "5 minutes",
    missing: "notBreaching",
    summary: "objects are not copied to the other region",
    description: "The copy has gaps from here on.",
    when: ({ replicated }) => replicated,
  },
} as const satisfies AlarmTable<BucketSize>;

/** Changes to the alarms of a bucket on AWS. */
export type S3Alerts = AlarmTuning<typeof S3_ALARMS>;

/** How a bucket is watched on AWS. */
export function bucketWatching(
  name: string,
  bucket: pulumi.Input<string>,
  size: BucketSize,
  tuning: S3Alerts = {},
): CloudWatching {
  const dimensions = { BucketName: bucket, FilterId: WHOLE_BUCKET, SourceBucket: bucket };
  return { alarms: cloudAlarms(S3_ALARMS, { about: name, dimensions, size }, tuning), events: [] };
}
