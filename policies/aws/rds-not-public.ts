import { EVERYWHERE, rule } from "../rule";
import { cluster, database } from "./examples";
import { RDS_CLUSTER_INSTANCE, RDS_INSTANCE } from "./rds";

/** A database with a public address is one open security group away from the internet. */
export const rdsNotPublic = rule({
  id: "aws-rds-not-public",
  title: "Databases have no public address",
  severity: "critical",
  level: EVERYWHERE,
  types: [...RDS_INSTANCE, ...RDS_CLUSTER_INSTANCE],
  exemptable: false,
  remedy: "Set publiclyAccessible: false and reach it from inside the network.",
  references: ["FSBP RDS.2", "CKV_AWS_17", "TRV AWS-0180"],
  check(resource, guard) {
    guard.check(() => resource.at("publiclyAccessible").flag() === true && "publiclyAccessible is true");
  },
  examples: {
    compliant: [database(), cluster()],
    violating: [database({ publiclyAccessible: true }), cluster({}, { publiclyAccessible: true })],
  },
});
