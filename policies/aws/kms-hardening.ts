import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { eachStatement, forEverybody } from "./documents";
import { document, one } from "./examples";

/** A lost key is lost data; a key that everybody may use protects nothing. */
export const kmsHardening = rule({
  id: "aws-kms-hardening",
  title: "Keys rotate, are not for everybody, and cannot be lost in a week",
  severity: "medium",
  level: EVERYWHERE,
  types: aws("kms/key:Key"),
  remedy: "Set enableKeyRotation: true, leave deletionWindowInDays at 30, and name the principals.",
  references: ["FSBP KMS.3", "FSBP KMS.5", "CKV_AWS_7", "CKV_AWS_33", "CKV_AWS_227"],
  check(resource, guard, { environment }) {
    guard.check(() => {
      const spec = resource.at("customerMasterKeySpec").text() ?? "SYMMETRIC_DEFAULT";
      return (
        spec === "SYMMETRIC_DEFAULT" &&
        resource.at("enableKeyRotation").flag() !== true &&
        "enableKeyRotation is not true"
      );
    });
    guard.check(() => {
      const short = (resource.at("deletionWindowInDays").number() ?? 30) < 30;
      return short && { message: "deletionWindowInDays is below 30", advisory: environment !== "prod" };
    });
    eachStatement(resource.at("policy"), guard, (each) => forEverybody(each) && `${each.path} allows everybody`);
  },
  examples: {
    compliant: [
      [one("kms/key:Key", { enableKeyRotation: true })],
      [one("kms/key:Key", { customerMasterKeySpec: "ECC_NIST_P256" })],
    ],
    violating: [
      [one("kms/key:Key", {})],
      [one("kms/key:Key", { enableKeyRotation: true, deletionWindowInDays: 7 })],
      [
        one("kms/key:Key", {
          enableKeyRotation: true,
          policy: document({ Effect: "Allow", Principal: { AWS: "*" }, Action: "kms:*" }),
        }),
      ],
    ],
  },
});
