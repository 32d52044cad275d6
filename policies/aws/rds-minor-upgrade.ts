import { EVERYWHERE, rule } from "../rule";
import { cluster, database } from "./examples";
import { RDS_CLUSTER_INSTANCE, RDS_INSTANCE } from "./rds";

/** Security fixes of the database come without anybody thinking of them. */
export const rdsMinorUpgrade = rule({
  id: "aws-rds-minor-upgrade",
  title: "Minor versions are upgraded automatically",
  severity: "medium",
  level: EVERYWHERE,
  types: [...RDS_INSTANCE, ...RDS_CLUSTER_INSTANCE],
  remedy: "Remove autoMinorVersionUpgrade: false, and choose a maintenance window.",
  references: ["FSBP RDS.13", "CKV_AWS_226"],
  check(resource, guard) {
    guard.check(() => resource.at("autoMinorVersionUpgrade").flag() === false && "autoMinorVersionUpgrade is false");
  },
  examples: {
    compliant: [database(), cluster()],
    violating: [database({ autoMinorVersionUpgrade: false }), cluster({}, { autoMinorVersionUpgrade: false })],
  },
});
