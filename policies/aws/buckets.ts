import { certain, type Graph, type Joined, type Subject } from "../join";
import { aws } from "../tokens";

/** A bucket. */
export const BUCKET: readonly string[] = aws("s3/bucket:Bucket");

const SIDES = {
  block: aws("s3/bucketPublicAccessBlock:BucketPublicAccessBlock"),
  encryption: aws("s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"),
  versioning: aws("s3/bucketVersioning:BucketVersioning"),
  policy: aws("s3/bucketPolicy:BucketPolicy"),
  logging: aws("s3/bucketLogging:BucketLogging"),
  lifecycle: aws("s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration"),
} as const;

/** The resources of one kind beside a bucket. */
export function beside(bucket: Subject, kind: keyof typeof SIDES, graph: Graph): Joined {
  return graph.sides(bucket, "bucket", SIDES[kind], BUCKET);
}

/** Whether other buckets write their access logs into this one. */
export function receivesLogs(bucket: Subject, graph: Graph): boolean {
  return certain(graph.sides(bucket, "targetBucket", SIDES.logging, BUCKET)).length > 0;
}
