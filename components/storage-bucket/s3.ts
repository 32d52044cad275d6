import type { Access } from "./output";
import type { BucketSpec } from "./spec";

const READ = ["s3:GetObject", "s3:GetObjectVersion"];
const WRITE = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:PutObject"];

/** What a consumer may do with objects: never delete a version. */
export function objectActions(access: Access): readonly string[] {
  return access === "read" ? READ : [...READ, ...WRITE].sort();
}

/** One rule for the whole bucket: colder classes, expiry, and the end of uploads that were never finished. */
export function lifecycleRule(spec: BucketSpec) {
  return {
    id: "age",
    status: "Enabled",
    filter: { prefix: "" },
    abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    ...(spec.coldDays > 0 ? { transitions: [{ days: spec.coldDays, storageClass: spec.coldClass }] } : {}),
    ...(spec.expireDays > 0 ? { expiration: { days: spec.expireDays } } : {}),
    ...(spec.expireOldVersionsDays > 0
      ? { noncurrentVersionExpiration: { noncurrentDays: spec.expireOldVersionsDays } }
      : {}),
  };
}
