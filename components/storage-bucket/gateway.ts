import type { Access } from "./output";
import type { BucketSpec } from "./spec";

/** User of the gateway's process in Bulwark's own image. */
export const USER = "10907:10907";

/** Port of the gateway. */
export const PORT = 7070;

/** S3 clients want a region; the gateway takes any, as long as all say the same. */
export const REGION = "us-east-1";

/** A key in clear. */
export interface PlainKey {
  readonly id: string;
  readonly secret: string;
  readonly access: Access;
}

/** Name of a consumer's key: it begins with the bucket's, by which the gateway's keys are told apart. */
export function keyId(spec: BucketSpec, consumer: string): string {
  return `${spec.bucketName}-${consumer}`;
}

/** The file with all keys of a bucket, one a line. */
export function keysFile(keys: readonly PlainKey[]): string {
  return keys
    .map((key) => `${key.id} ${key.secret} ${key.access}\n`)
    .sort()
    .join("");
}

/** The file that says what the bucket shall be. */
export function bucketFile(spec: BucketSpec): string {
  return [
    `bucket=${spec.bucketName}`,
    `versioning=${spec.versioning ? "enabled" : "suspended"}`,
    `objectLock=${spec.objectLock}`,
    "",
  ].join("\n");
}

/** Variables of the process that removes what has expired. */
export function prunerEnvironment(spec: BucketSpec, endpoint: string): Readonly<Record<string, string>> {
  return {
    EXPIRE_DAYS: String(spec.expireDays),
    EXPIRE_OLD_VERSIONS_DAYS: String(spec.expireOldVersionsDays),
    S3_BUCKET: spec.bucketName,
    S3_ENDPOINT: endpoint,
    S3_REGION: REGION,
  };
}
