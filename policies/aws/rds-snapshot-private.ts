import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { one } from "./examples";

/** A public snapshot is a published database. */
export const rdsSnapshotPrivate = rule({
  id: "aws-rds-snapshot-private",
  title: "Snapshots are not shared with everybody",
  severity: "critical",
  level: EVERYWHERE,
  types: [...aws("rds/snapshot:Snapshot"), ...aws("rds/clusterSnapshot:ClusterSnapshot")],
  exemptable: false,
  remedy: 'Remove "all" from sharedAccounts; name the accounts.',
  references: ["FSBP RDS.1", "CKV_AWS_302"],
  check(resource, guard) {
    guard.each(resource.at("sharedAccounts"), (each) => each.text() === "all" && `${each.path} is everybody`);
  },
  examples: {
    compliant: [[one("rds/snapshot:Snapshot", { sharedAccounts: ["000000000000"] })]],
    violating: [
      [one("rds/snapshot:Snapshot", { sharedAccounts: ["all"] })],
      [one("rds/clusterSnapshot:ClusterSnapshot", { sharedAccounts: ["all"] })],
    ],
  },
});
