import { type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";
import type { S3Alerts } from "./cloud-alarms";

/** What is watched of a bucket besides its endpoint. */
export const BUCKET_RULES = {
  ColdTierSyncTooOld: {
    expr: "time() - max by (environment, bucket) (coldsync_last_success_timestamp_seconds{$bucket}) > $hours * 3600",
    parameters: { hours: 26 },
    for: "5 minutes",
    severity: "warning",
    team: "data",
    group: "backup-coldtier",
    summary: "Bucket {{ $labels.bucket }} was not copied to its second store for more than $hours h",
    description: "The last whole copy is {{ $value | humanizeDuration }} old.",
    dashboard: "backups",
  },
} as const satisfies RuleTable;

/** Changes to the alerts of a bucket. */
export type BucketAlerts = Tuning<typeof BUCKET_RULES> & S3Alerts;

/** The rules of one bucket. */
export function bucketRules(job: string, tuning: BucketAlerts = {}): RuleSource {
  return { kind: "bucket", jobs: [job], tuning, rules: (scope) => tuned(BUCKET_RULES, tuning, scope) };
}
