import { IN_PROD, rule } from "../rule";
import { cluster, database } from "./examples";
import { DATABASES } from "./rds";

/** AWS itself refuses the deletion, whoever asks for it. */
export const rdsDeletionProtection = rule({
  id: "aws-rds-deletion-protection",
  title: "Databases are protected against deletion",
  severity: "high",
  level: IN_PROD,
  types: DATABASES,
  remedy: "Set deletionProtection: true.",
  references: ["FSBP RDS.7", "FSBP RDS.8", "CKV_AWS_139", "CKV_AWS_293", "TRV AWS-0177", "TRV AWS-0343", "POL-06"],
  check(resource, guard) {
    guard.check(() => resource.at("deletionProtection").flag() !== true && "deletionProtection is not true");
  },
  examples: {
    compliant: [database(), cluster()],
    violating: [database({ deletionProtection: undefined }), cluster({ deletionProtection: false })],
  },
});
