import { certain } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { BUCKET, beside } from "./buckets";
import { bucket, TAGS } from "./examples";
import { tagOf } from "./tags";

/** What is overwritten or deleted can be had back; evidence cannot be changed at all. */
export const s3Versioned = rule({
  id: "aws-s3-versioned",
  title: "Buckets keep old versions",
  severity: "medium",
  level: EVERYWHERE,
  types: BUCKET,
  joins: true,
  remedy: "Add a BucketVersioning with status Enabled, and objectLockEnabled for evidence.",
  references: ["CKV_AWS_21", "FSBP S3.14", "FSBP S3.15", "TRV AWS-0090", "POL-08"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (resource.at("versioning", "enabled").flag() === true) return undefined;
      const beside_ = certain(beside(resource, "versioning", graph));
      const on = beside_.some((each) => each.at("versioningConfiguration", "status").text() === "Enabled");
      return !on && "versioning is not enabled";
    });
    guard.check(() => {
      const evidence = tagOf(resource, "purpose", graph) === "evidence";
      return (
        evidence && resource.at("objectLockEnabled").flag() !== true && "objectLockEnabled is not true for evidence"
      );
    });
  },
  examples: {
    compliant: [bucket(), bucket({ versioning: { enabled: true } }, { versioning: null })],
    violating: [
      bucket({}, { versioning: null }),
      bucket({}, { versioning: { versioningConfiguration: { status: "Suspended" } } }),
      bucket({ tags: { ...TAGS, purpose: "evidence" } }),
    ],
  },
});
