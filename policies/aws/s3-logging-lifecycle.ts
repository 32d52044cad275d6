import { certain } from "../join";
import { ADVICE, rule } from "../rule";
import { BUCKET, beside, receivesLogs } from "./buckets";
import { bucket } from "./examples";

/** Who read what is known, and nothing is kept for ever by accident. */
export const s3LoggingLifecycle = rule({
  id: "aws-s3-logging-lifecycle",
  title: "Buckets log access and have a lifecycle",
  severity: "low",
  level: ADVICE,
  types: BUCKET,
  joins: true,
  remedy: "Add a BucketLogging to another bucket and a BucketLifecycleConfiguration.",
  references: ["FSBP S3.9", "FSBP S3.13", "CKV_AWS_18", "CKV2_AWS_61", "TRV AWS-0089"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (resource.at("logging").present()) return undefined;
      const logging = beside(resource, "logging", graph);
      if (logging.found.length > 0 || receivesLogs(resource, graph)) return undefined;
      return certain(logging).length === 0 && "no access log belongs to the bucket";
    });
    guard.check(() => {
      if (resource.at("lifecycleRules").present()) return undefined;
      return certain(beside(resource, "lifecycle", graph)).length === 0 && "no lifecycle belongs to the bucket";
    });
  },
  examples: {
    compliant: [bucket(), bucket({ lifecycleRules: [{ enabled: true }] }, { lifecycle: null })],
    violating: [bucket({}, { logging: null }), bucket({}, { lifecycle: null })],
  },
});
