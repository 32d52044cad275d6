import { certain } from "../join";
import { EVERYWHERE, rule } from "../rule";
import type { View } from "../view";
import { BUCKET, beside } from "./buckets";
import { bucket, document } from "./examples";

function deniesPlain(statement: View): boolean {
  if (statement.at("Effect").text() !== "Deny") return false;
  const condition = statement.at("Condition", "Bool", "aws:SecureTransport");
  return condition.items().some((each) => each.flag() === false);
}

/** Requests without TLS are refused. */
export const s3TlsOnly = rule({
  id: "aws-s3-tls-only",
  title: "Buckets refuse requests without TLS",
  severity: "medium",
  level: EVERYWHERE,
  types: BUCKET,
  joins: true,
  remedy: "Add a statement to the bucket policy that denies everybody every action when aws:SecureTransport is false.",
  references: ["FSBP S3.5", "CKV_AWS_379", "POL-05"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      const policies = [resource, ...certain(beside(resource, "policy", graph))];
      const denied = policies.some((each) => each.at("policy").json().at("Statement").items().some(deniesPlain));
      return !denied && "no policy of the bucket denies requests without TLS";
    });
  },
  examples: {
    compliant: [bucket(), bucket({}, {}, "name")],
    violating: [
      bucket({}, { policy: null }),
      bucket({}, { policy: { policy: document({ Effect: "Deny", Principal: "*", Action: "s3:DeleteBucket" }) } }),
    ],
  },
});
