import {
  type AlertRule,
  type RecordingRule,
  type RuleSource,
  type RuleTable,
  type Tuning,
  tuned,
} from "../core/monitorable";
import type { RdsAlerts } from "./cloud-alarms";

const CONNECTIONS =
  "100 * sum by (instance) (pg_stat_activity_count{$job}) / on (instance) (max by (instance) (pg_settings_max_connections{$job}) - max by (instance) (pg_settings_superuser_reserved_connections{$job}))";

/** What is watched of a PostgreSQL server (postgres_exporter 0.15 and later). */
export const POSTGRES_RULES = {
  PostgresDown: {
    expr: "pg_up{$job} == 0",
    parameters: {},
    for: "1 minute",
    severity: "critical",
    team: "data",
    group: "postgres-availability",
    summary: "PostgreSQL {{ $labels.instance }} does not answer",
    description: "The exporter runs but cannot log in to the server.",
    dashboard: "postgres",
  },
  PostgresConnectionsHigh: {
    expr: `${CONNECTIONS} > $percent`,
    parameters: { percent: 80 },
    for: "5 minutes",
    severity: "warning",
    team: "data",
    group: "postgres-connections",
    summary: "PostgreSQL {{ $labels.instance }} uses more than $percent % of its connections",
    description: '{{ $value | printf "%.0f" }} % of the connections that ordinary roles may open are in use.',
    dashboard: "postgres",
  },
  PostgresConnectionsExhausted: {
    expr: `${CONNECTIONS} > $percent`,
    parameters: { percent: 95 },
    for: "2 minutes",
    severity: "critical",
    team: "data",
    group: "postgres-connections",
    summary: "PostgreSQL {{ $labels.instance }} is about to refuse connections",
    description: '{{ $value | printf "%.0f" }} % of the connections that ordinary roles may open are in use.',
    dashboard: "postgres",
  },
  PostgresLongTransaction: {
    expr: 'max by (instance, datname) (pg_stat_activity_max_tx_duration{$job,state=~"active|idle in transaction.*",usename!~".*(backup|replic).*"}) > $seconds',
    parameters: { seconds: 900 },
    for: "5 minutes",
    severity: "warning",
    team: "data",
    group: "postgres-transactions",
    summary: "A transaction in {{ $labels.datname }} has been open for more than $seconds s",
    description:
      "It holds back VACUUM and may hold locks. Transactions of backup and replication roles are not counted.",
    dashboard: "postgres",
  },
  PostgresDeadlocks: {
    expr: 'increase(pg_stat_database_deadlocks{$job,datname!~"template.*"}[10m]) > $count',
    parameters: { count: 3 },
    for: "0 minutes",
    severity: "warning",
    team: "data",
    group: "postgres-locks",
    summary: "Deadlocks in {{ $labels.datname }}",
    description: '{{ $value | printf "%.0f" }} deadlocks in ten minutes.',
    dashboard: "postgres",
  },
  PostgresReplicationLag: {
    expr: "pg_replication_lag_seconds{$job} > $seconds and on (instance) pg_replication_is_replica{$job} == 1",
    parameters: { seconds: 60 },
    for: "5 minutes",
    severity: "warning",
    team: "data",
    group: "postgres-replication",
    summary: "Replica {{ $labels.instance }} is more than $seconds s behind",
    description: 'It is {{ $value | printf "%.0f" }} s behind its primary.',
    dashboard: "postgres",
  },
  PostgresReplicationSlotInactive: {
    expr: "pg_replication_slots_active{$job} == 0",
    parameters: {},
    for: "30 minutes",
    severity: "warning",
    team: "data",
    group: "postgres-replication",
    summary: "Replication slot {{ $labels.slot_name }} has no reader",
    description: "The server keeps all WAL since the slot was read last; the disk fills.",
    dashboard: "postgres",
  },
  PostgresWalArchiveFailing: {
    expr: "increase(pg_stat_archiver_failed_count{$job}[15m]) > 0",
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "data",
    group: "backup-wal",
    summary: "PostgreSQL {{ $labels.instance }} cannot archive its WAL",
    description: "Point-in-time recovery ends where the archive ends.",
    dashboard: "backups",
  },
  PostgresWalArchiveStale: {
    expr: "pg_stat_archiver_last_archive_age{$job} > $seconds",
    parameters: { seconds: 1800 },
    for: "5 minutes",
    severity: "critical",
    team: "data",
    group: "backup-wal",
    summary: "PostgreSQL {{ $labels.instance }} has archived no WAL for more than $seconds s",
    description: "An outage of the archive shows here first: the server's own failure counter stays 0 for long.",
    dashboard: "backups",
  },
  PostgresXidWraparound: {
    expr: "max by (instance, datname) (pg_database_wraparound_age_datfrozenxid_seconds{$job}) > $transactions",
    parameters: { transactions: 1_200_000_000 },
    for: "5 minutes",
    severity: "critical",
    team: "data",
    group: "postgres-vacuum",
    summary: "{{ $labels.datname }} nears transaction id wraparound",
    description: "{{ $value | humanize }} transactions since the oldest unfrozen row; at 2.1 billion the server stops.",
    dashboard: "postgres",
  },
  PostgresCacheHitLow: {
    expr: '100 * sum by (instance, datname) (rate(pg_stat_database_blks_hit{$job,datname!~"template.*"}[15m])) / (sum by (instance, datname) (rate(pg_stat_database_blks_hit{$job,datname!~"template.*"}[15m])) + sum by (instance, datname) (rate(pg_stat_database_blks_read{$job,datname!~"template.*"}[15m])) > $floor) < $percent',
    parameters: { percent: 80, floor: 100 },
    for: "30 minutes",
    severity: "info",
    team: "data",
    group: "postgres-cache",
    summary: "{{ $labels.datname }} reads more than it should from disk",
    description: 'Only {{ $value | printf "%.0f" }} % of the blocks came from memory.',
    dashboard: "postgres",
  },
  PostgresExporterErrors: {
    expr: "pg_exporter_last_scrape_error{$job} == 1 or pg_scrape_collector_success{$job} == 0",
    parameters: {},
    for: "15 minutes",
    severity: "warning",
    team: "data",
    group: "monitoring-exporters",
    summary: "Part of what is watched of PostgreSQL {{ $labels.instance }} is missing",
    description: "The exporter reports errors{{ with $labels.collector }} in its collector {{ . }}{{ end }}.",
    dashboard: "postgres",
  },
} as const satisfies RuleTable;

/** Changes to the alerts of a PostgreSQL server. */
export type PostgresAlerts = Tuning<typeof POSTGRES_RULES> & RdsAlerts;

/** Names that other guides use for the same series. */
const RECORDS: readonly RecordingRule[] = [{ record: "postgres_up", expr: "pg_up" }];

/** The rules of one server. */
export function postgresRules(job: string, tuning: PostgresAlerts = {}): RuleSource {
  return {
    kind: "postgres",
    jobs: [job],
    tuning,
    rules: (scope): readonly AlertRule[] => tuned(POSTGRES_RULES, tuning, scope),
    records: RECORDS,
  };
}
