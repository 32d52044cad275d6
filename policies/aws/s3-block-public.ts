import { certain } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import type { View } from "../view";
import { BUCKET, beside } from "./buckets";
import { bucket, one } from "./examples";

const FLAGS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];
const ACCOUNT = aws("s3/accountPublicAccessBlock:AccountPublicAccessBlock");

/** No later mistake in an ACL or a policy can publish the bucket. */
export const s3BlockPublic = rule({
  id: "aws-s3-block-public",
  title: "Public access to buckets is blocked",
  severity: "critical",
  level: EVERYWHERE,
  types: BUCKET,
  joins: true,
  exemptable: false,
  remedy: "Add a BucketPublicAccessBlock for the bucket with all four flags true.",
  references: [
    "FSBP S3.8",
    "FSBP S3.1",
    "CKV2_AWS_6",
    "CKV_AWS_53",
    "CKV_AWS_54",
    "CKV_AWS_55",
    "CKV_AWS_56",
    "TRV AWS-0086",
    "POL-08",
  ],
  check(resource, guard, { graph }) {
    const open = (block: View) => FLAGS.filter((flag) => block.at(flag).flag() !== true);
    guard.check(() => {
      if (graph.ofType(ACCOUNT).some((each) => open(each).length === 0)) return undefined;
      const blocks = certain(beside(resource, "block", graph));
      if (blocks.length === 0) return "no BucketPublicAccessBlock belongs to the bucket";
      const flags = blocks.flatMap(open);
      return flags.length > 0 && `its BucketPublicAccessBlock leaves ${[...new Set(flags)].join(", ")} off`;
    });
  },
  examples: {
    compliant: [
      bucket(),
      bucket({}, {}, "name"),
      [
        ...bucket({}, { block: null }),
        one(
          "s3/accountPublicAccessBlock:AccountPublicAccessBlock",
          Object.fromEntries(FLAGS.map((flag) => [flag, true])),
        ),
      ],
    ],
    violating: [bucket({}, { block: null }), ...FLAGS.map((flag) => bucket({}, { block: { [flag]: false } }))],
  },
});
