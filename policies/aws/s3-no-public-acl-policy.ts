import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { BUCKET } from "./buckets";
import { eachStatement, forEverybody } from "./documents";
import { bucket, document, one } from "./examples";

const POLICY = aws("s3/bucketPolicy:BucketPolicy");
const ACL = aws("s3/bucketAcl:BucketAcl");
const GROUPS = /\/(AllUsers|AuthenticatedUsers)$/;

/** Nothing in the bucket is given to everybody. */
export const s3NoPublicAclPolicy = rule({
  id: "aws-s3-no-public-acl-policy",
  title: "No ACL or policy publishes a bucket",
  severity: "critical",
  level: EVERYWHERE,
  types: [...BUCKET, ...ACL, ...POLICY],
  exemptable: false,
  remedy: "Name the principals that may read, or put a distribution with its own identity in front.",
  references: [
    "FSBP S3.2",
    "FSBP S3.3",
    "FSBP S3.6",
    "CKV_AWS_20",
    "CKV_AWS_57",
    "CKV_AWS_70",
    "TRV AWS-0092",
    "POL-08",
  ],
  check(resource, guard) {
    const acl = resource.at("acl");
    guard.check(
      () => /^(public-read|public-read-write|authenticated-read)$/.test(acl.text() ?? "") && `${acl.path} is public`,
    );
    eachStatement(resource.at("policy"), guard, (each) => forEverybody(each) && `${each.path} allows everybody`);
    for (const grants of [resource.at("grants"), resource.at("accessControlPolicy", "grants")]) {
      guard.each(grants, (each) => {
        const uri = each.at("uri").text() ?? each.at("grantee", "uri").text() ?? "";
        return GROUPS.test(uri) && `${each.path} is for everybody`;
      });
    }
  },
  examples: {
    compliant: [bucket(), [one("s3/bucketAcl:BucketAcl", { acl: "private" })]],
    violating: [
      bucket({ acl: "public-read" }),
      [one("s3/bucketAcl:BucketAcl", { acl: "public-read" })],
      [
        one("s3/bucketPolicy:BucketPolicy", {
          policy: document({ Effect: "Allow", Principal: "*", Action: "s3:GetObject" }),
        }),
      ],
      [
        one("s3/bucketPolicy:BucketPolicy", {
          policy: { Statement: [{ Effect: "Allow", Principal: { AWS: ["*"] }, Action: "s3:GetObject" }] },
        }),
      ],
      bucket({ grants: [{ uri: "http://acs.amazonaws.com/groups/global/AllUsers", permissions: ["READ"] }] }),
    ],
  },
});
