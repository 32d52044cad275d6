import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { Undetermined } from "../view";
import { cluster, database, one } from "./examples";
import { DATABASES } from "./rds";

const INHERITED = [
  "replicateSourceDb",
  "snapshotIdentifier",
  "restoreToPointInTime",
  "sourceDbClusterIdentifier",
  "replicationSourceIdentifier",
];

/** Disks, snapshots and replicas of a database are encrypted; it cannot be switched on later. */
export const rdsEncrypted = rule({
  id: "aws-rds-encrypted",
  title: "Database storage is encrypted",
  severity: "critical",
  level: EVERYWHERE,
  types: [...DATABASES, ...aws("rds/globalCluster:GlobalCluster")],
  remedy:
    "Set storageEncrypted: true. An existing database is replaced: restore it from an encrypted copy of a snapshot.",
  references: ["FSBP RDS.3", "FSBP RDS.27", "CKV_AWS_16", "CKV_AWS_96", "TRV AWS-0080", "TRV AWS-0079", "POL-06"],
  check(resource, guard) {
    guard.check(() => {
      if (resource.at("storageEncrypted").flag() === true) return undefined;
      const source = INHERITED.find((each) => resource.at(each).present());
      if (source === undefined || resource.at("storageEncrypted").flag() === false)
        return "storageEncrypted is not true";
      throw new Undetermined("storageEncrypted", `is inherited through ${source}`);
    });
  },
  examples: {
    compliant: [database(), cluster(), [one("rds/globalCluster:GlobalCluster", { storageEncrypted: true })]],
    violating: [
      database({ storageEncrypted: undefined }),
      cluster({ storageEncrypted: false }),
      [one("rds/globalCluster:GlobalCluster", {})],
    ],
  },
});
