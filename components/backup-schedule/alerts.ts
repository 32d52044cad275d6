import { type AlertRule, type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";
import type { VaultAlerts } from "./cloud-alarms";

/** What is watched of backups and restore drills, by the metrics that the jobs write themselves. */
export const BACKUP_RULES = {
  BackupTooOld: {
    expr: "time() - max by (environment, database, kind) (backup_last_success_timestamp_seconds) > on (environment, database, kind) max by (environment, database, kind) (backup_max_age_seconds)",
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "data",
    group: "backup-age",
    summary: "The last good {{ $labels.kind }} backup of {{ $labels.database }} is too old",
    description: "It is {{ $value | humanizeDuration }} old, older than the job itself allows.",
    dashboard: "backups",
  },
  BackupFailed: {
    expr: "backup_last_exit_code != 0",
    parameters: {},
    for: "0 minutes",
    severity: "warning",
    team: "data",
    group: "backup-age",
    summary: "The last {{ $labels.kind }} backup of {{ $labels.database }} failed",
    description: "It ended with exit code {{ $value }}.",
    dashboard: "backups",
  },
  BackupSizeAnomaly: {
    expr: "backup_last_size_bytes < $share * avg_over_time(backup_last_size_bytes[7d]) and backup_last_size_bytes > 0",
    parameters: { share: 0.5 },
    for: "10 minutes",
    severity: "warning",
    team: "data",
    group: "backup-size",
    summary: "The {{ $labels.kind }} backup of {{ $labels.database }} is much smaller than usual",
    description: "It has {{ $value | humanize1024 }}B: a table may be lost, or the database empty.",
    dashboard: "backups",
  },
  BackupVerifyTooOld: {
    expr: "time() - max by (environment, database) (backup_last_verify_success_timestamp_seconds) > $days * 86400",
    parameters: { days: 8 },
    for: "1 hour",
    severity: "warning",
    team: "data",
    group: "backup-verify",
    summary: "No backup of {{ $labels.database }} was read back for more than $days days",
    description: "The last complete check was {{ $value | humanizeDuration }} ago.",
    dashboard: "backups",
  },
  RestoreDrillTooOld: {
    expr: "time() - max by (environment, database) (restore_drill_last_success_timestamp_seconds) > $days * 86400",
    parameters: { days: 35 },
    for: "1 hour",
    severity: "critical",
    team: "data",
    group: "backup-drill",
    summary: "No restore of {{ $labels.database }} was rehearsed for more than $days days",
    description: "The last good drill was {{ $value | humanizeDuration }} ago.",
    dashboard: "backups",
  },
  RestoreDrillMissedObjective: {
    expr: "restore_drill_last_duration_seconds > on (environment, database) restore_drill_rto_seconds or restore_drill_last_data_age_seconds > on (environment, database) restore_drill_rpo_seconds",
    parameters: {},
    for: "0 minutes",
    severity: "warning",
    team: "data",
    group: "backup-drill",
    summary: "The restore drill of {{ $labels.database }} missed its objective",
    description: "It took longer than the RTO, or the data was older than the RPO: {{ $value | humanizeDuration }}.",
    dashboard: "backups",
  },
} as const satisfies RuleTable;

/** Changes to the alerts about backups. */
export type BackupAlerts = Tuning<typeof BACKUP_RULES> & Tuning<typeof ABSENT> & VaultAlerts;

/** A backup that must exist. */
export interface DeclaredBackup {
  readonly environment: string;
  /** Database, bucket or volume. */
  readonly database: string;
  /** `full`, `incremental`, `wal`, `archive`… as the job writes it. */
  readonly kind: string;
}

const ABSENT = {
  BackupMetricAbsent: {
    expr: "absent(backup_last_success_timestamp_seconds{$of})",
    parameters: {},
    for: "30 minutes",
    severity: "critical",
    team: "data",
    group: "backup-age",
    summary: "No {{ $labels.kind }} backup of {{ $labels.database }} is known",
    description: "The backup is declared, but it never reported success: it never ran, or its metrics are lost.",
    dashboard: "backups",
  },
} as const satisfies RuleTable;

/** The rules for the declared backups; a backup that never ran alerts as well. */
export function backupRules(
  schedule: string,
  backups: readonly DeclaredBackup[],
  tuning: BackupAlerts = {},
): readonly RuleSource[] {
  const absent: RuleSource = {
    kind: `backup-absent-${schedule}`,
    jobs: [],
    tuning: {},
    rules: (): readonly AlertRule[] =>
      backups.flatMap((backup) => {
        const labels = `environment="${backup.environment}",database="${backup.database}",kind="${backup.kind}"`;
        return tuned(ABSENT, tuning, {}).map((rule) => ({
          ...rule,
          expr: rule.expr.replace("$of", () => labels),
          labels: { environment: backup.environment, database: backup.database, kind: backup.kind },
        }));
      }),
  };
  return [
    { kind: "backup", jobs: [], tuning, rules: (scope) => tuned(BACKUP_RULES, tuning, scope) },
    ...(backups.length > 0 ? [absent] : []),
  ];
}
