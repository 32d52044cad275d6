import { EVERYWHERE, rule } from "../rule";
import { number } from "../setting";
import { cluster, database } from "./examples";
import { DATABASES, replica } from "./rds";
import { RESTRICTED, tagOf } from "./tags";

/** A mistake that is noticed after a week must still be mendable. */
export const rdsBackup = rule({
  id: "aws-rds-backup",
  title: "Automatic backups are kept long enough",
  severity: "high",
  level: EVERYWHERE,
  types: DATABASES,
  settings: {
    days: number(7, "days of automatic backups"),
    restrictedDays: number(35, "days of automatic backups of restricted data, such as identities"),
  },
  remedy: "Set backupRetentionPeriod to 7 or more, 35 for identities.",
  references: ["FSBP RDS.11", "CKV_AWS_133", "TRV AWS-0077", "POL-06", "POL-13"],
  check(resource, guard, { graph, settings }) {
    guard.check(() => {
      if (replica(resource)) return undefined;
      const restricted = RESTRICTED.includes(tagOf(resource, "data-class", graph) ?? "");
      const days = restricted ? settings.restrictedDays : settings.days;
      return (
        (resource.at("backupRetentionPeriod").number() ?? 0) < days && `backupRetentionPeriod is below ${days} days`
      );
    });
  },
  examples: {
    compliant: [database(), cluster({ backupRetentionPeriod: 7 })],
    violating: [
      database({ backupRetentionPeriod: 3 }),
      cluster({ backupRetentionPeriod: 6 }),
      database({
        backupRetentionPeriod: 7,
        tags: { owner: "platform", "data-class": "identity", env: "prod", "change-ref": "CHG-1" },
      }),
    ],
  },
});
