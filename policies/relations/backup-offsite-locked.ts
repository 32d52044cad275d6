import { one } from "../aws/examples";
import { ADVICE_FROM_STAGING, rule } from "../rule";
import { aws } from "../tokens";

const PLAN = aws("backup/plan:Plan");
const RESTORES = aws("backup/restoreTestingPlan:RestoreTestingPlan");
const COPIED = { rules: [{ ruleName: "daily", copyActions: [{ destinationVaultArn: "arn:other" }] }] };
const REHEARSED = one("backup/restoreTestingPlan:RestoreTestingPlan", {}, { name: "restores" });

/** A backup that burns with the house, or that was never restored, is a hope. The lock of the vault is looked at by aws-backup-vault. */
export const backupOffsiteLocked = rule({
  id: "xs-backup-offsite-locked",
  title: "Backups are copied elsewhere, and restoring is rehearsed",
  severity: "medium",
  level: ADVICE_FROM_STAGING,
  types: PLAN,
  joins: true,
  remedy: "Add copyActions to another region or account, and a RestoreTestingPlan.",
  references: ["Bulwark"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      const copies = resource
        .at("rules")
        .list()
        .some((each) => each.at("copyActions").present());
      return !copies && "no rule of the plan copies its backups elsewhere";
    });
    guard.check(() => graph.ofType(RESTORES).length === 0 && "the program has no RestoreTestingPlan");
  },
  examples: {
    compliant: [[one("backup/plan:Plan", COPIED), REHEARSED]],
    violating: [
      [one("backup/plan:Plan", { rules: [{ ruleName: "daily" }] }), REHEARSED],
      [one("backup/plan:Plan", COPIED)],
    ],
  },
});
