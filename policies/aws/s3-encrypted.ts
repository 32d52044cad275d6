import { certain } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { BUCKET, beside } from "./buckets";
import { bucket, TAGS } from "./examples";
import { RESTRICTED, tagOf } from "./tags";

/** Objects are encrypted by default, restricted ones with a key whose use can be withdrawn. */
export const s3Encrypted = rule({
  id: "aws-s3-encrypted",
  title: "Buckets are encrypted",
  severity: "high",
  level: EVERYWHERE,
  types: BUCKET,
  joins: true,
  remedy: 'Add a BucketServerSideEncryptionConfiguration with "aws:kms" and a key.',
  references: ["CKV_AWS_19", "CKV_AWS_145", "TRV AWS-0088", "TRV AWS-0132", "POL-08"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      const inline = resource
        .at("serverSideEncryptionConfiguration", "rule", "applyServerSideEncryptionByDefault", "sseAlgorithm")
        .text();
      const beside_ = inline === undefined ? certain(beside(resource, "encryption", graph)) : [];
      const algorithms = [
        ...(inline === undefined ? [] : [inline]),
        ...beside_.flatMap((each) =>
          each
            .at("rules")
            .list()
            .map((one) => one.at("applyServerSideEncryptionByDefault", "sseAlgorithm").text() ?? ""),
        ),
      ].filter((each) => each !== "");
      if (algorithms.length === 0) return "no default encryption belongs to the bucket";
      const weak = algorithms.some((each) => !each.startsWith("aws:kms"));
      const restricted = weak && RESTRICTED.includes(tagOf(resource, "data-class", graph) ?? "");
      return restricted && "restricted data is not encrypted with a key of its own";
    });
  },
  examples: {
    compliant: [bucket(), bucket({}, { encryption: algorithm("AES256") }), bucket({}, {}, "name")],
    violating: [
      bucket({}, { encryption: null }),
      bucket({ tags: { ...TAGS, "data-class": "footage" } }, { encryption: algorithm("AES256") }),
    ],
  },
});

function algorithm(sseAlgorithm: string) {
  return { rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm } }] };
}
