import { appears, type Cases, crosses, quiet, speeds } from "./case";

const PG = 'instance="db:9187"';
const RD = 'instance="cache:9121"';
const BACKUP = 'environment="prod",database="app",kind="full"';

const connections = (orders: readonly [number, number], wait: number) =>
  crosses(
    wait,
    { [`pg_stat_activity_count{${PG},datname="orders"}`]: orders },
    {
      [`pg_stat_activity_count{${PG},datname="billing"}`]: 40,
      [`pg_settings_max_connections{${PG}}`]: 100,
      [`pg_settings_superuser_reserved_connections{${PG}}`]: 3,
    },
  );

/** PostgreSQL, Redis, backups. */
export const DATA_CASES: Cases = {
  PostgresDown: [crosses(1, { [`pg_up{${PG}}`]: [1, 0] })],
  PostgresConnectionsHigh: [connections([30, 42], 5)],
  PostgresConnectionsExhausted: [connections([42, 55], 2)],
  PostgresLongTransaction: [
    crosses(5, { [`pg_stat_activity_max_tx_duration{${PG},datname="o",usename="app",state="active"}`]: [10, 1000] }),
    quiet(30, { [`pg_stat_activity_max_tx_duration{${PG},datname="o",usename="backup",state="active"}`]: 9000 }),
    quiet(30, { [`pg_stat_activity_max_tx_duration{${PG},datname="o",usename="app",state="idle"}`]: 9000 }),
  ],
  PostgresDeadlocks: [
    speeds(0, 4, { [`pg_stat_database_deadlocks{${PG},datname="orders"}`]: [0, 1] }),
    quiet(30, { [`pg_stat_database_deadlocks{${PG},datname="orders"}`]: 900 }),
  ],
  PostgresReplicationLag: [
    crosses(5, { [`pg_replication_lag_seconds{${PG}}`]: [0, 120] }, { [`pg_replication_is_replica{${PG}}`]: 1 }),
    quiet(30, { [`pg_replication_lag_seconds{${PG}}`]: 120, [`pg_replication_is_replica{${PG}}`]: 0 }),
  ],
  PostgresReplicationSlotInactive: [crosses(30, { [`pg_replication_slots_active{${PG},slot_name="r"}`]: [1, 0] })],
  PostgresWalArchiveFailing: [
    speeds(5, 1, { [`pg_stat_archiver_failed_count{${PG}}`]: [0, 0.2] }),
    quiet(30, { [`pg_stat_archiver_failed_count{${PG}}`]: 40 }),
  ],
  PostgresWalArchiveStale: [crosses(5, { [`pg_stat_archiver_last_archive_age{${PG}}`]: [100, 2000] })],
  PostgresXidWraparound: [
    crosses(5, { [`pg_database_wraparound_age_datfrozenxid_seconds{${PG},datname="o"}`]: [1e8, 1.5e9] }),
  ],
  PostgresCacheHitLow: [
    speeds(30, 12, {
      [`pg_stat_database_blks_hit{${PG},datname="orders"}`]: [60_000, 6000],
      [`pg_stat_database_blks_read{${PG},datname="orders"}`]: [600, 6000],
    }),
    {
      series: {
        [`pg_stat_database_blks_hit{${PG},datname="orders"}`]: "0+600x90",
        [`pg_stat_database_blks_read{${PG},datname="orders"}`]: "0+600x90",
      },
      checks: [[80, 0]],
    },
  ],
  PostgresExporterErrors: [
    crosses(15, { [`pg_exporter_last_scrape_error{${PG}}`]: [0, 1] }),
    crosses(15, { [`pg_scrape_collector_success{${PG},collector="locks"}`]: [1, 0] }),
  ],
  RedisDown: [crosses(1, { [`redis_up{${RD}}`]: [1, 0] })],
  RedisMemoryHigh: [
    crosses(5, { [`redis_memory_used_bytes{${RD}}`]: [4, 7.6] }, { [`redis_memory_max_bytes{${RD}}`]: 8 }),
    quiet(30, { [`redis_memory_used_bytes{${RD}}`]: 500, [`redis_memory_max_bytes{${RD}}`]: 0 }),
  ],
  RedisConnectionsHigh: [
    crosses(5, { [`redis_connected_clients{${RD}}`]: [4, 7.6] }, { [`redis_max_clients{${RD}}`]: 8 }),
    quiet(30, { [`redis_connected_clients{${RD}}`]: 500, [`redis_max_clients{${RD}}`]: 0 }),
  ],
  RedisRejectedConnections: [
    speeds(0, 1, { [`redis_rejected_connections_total{${RD}}`]: [0, 0.2] }),
    quiet(30, { [`redis_rejected_connections_total{${RD}}`]: 12 }),
  ],
  RedisPersistenceFailing: [
    crosses(5, { [`redis_rdb_last_bgsave_status{${RD}}`]: [1, 0] }),
    crosses(5, { [`redis_aof_last_write_status{${RD}}`]: [1, 0] }),
  ],
  RedisHitRateLow: [
    speeds(30, 8, {
      [`redis_keyspace_hits_total{${RD}}`]: [3000, 300],
      [`redis_keyspace_misses_total{${RD}}`]: [300, 3000],
    }),
    {
      series: {
        [`redis_keyspace_hits_total{${RD}}`]: "0+6x90",
        [`redis_keyspace_misses_total{${RD}}`]: "0+60x90",
      },
      checks: [[80, 0]],
    },
  ],
  BackupTooOld: [
    crosses(
      5,
      { [`backup_last_success_timestamp_seconds{${BACKUP}}`]: [-3600, -100_000] },
      { [`backup_max_age_seconds{${BACKUP}}`]: 90_000 },
    ),
  ],
  BackupMetricAbsent: [
    appears(30, `backup_last_success_timestamp_seconds{${BACKUP}}`),
    {
      series: { 'backup_last_success_timestamp_seconds{environment="prod",database="app",kind="wal"}': "1x40" },
      checks: [[35, 1]],
    },
  ],
  BackupFailed: [crosses(0, { [`backup_last_exit_code{${BACKUP}}`]: [0, 1] })],
  BackupSizeAnomaly: [
    {
      series: { [`backup_last_size_bytes{${BACKUP}}`]: "10x200 4x40" },
      checks: [
        [199, 0],
        [206, 0],
        [216, 1],
      ],
    },
    quiet(60, { [`backup_last_size_bytes{${BACKUP}}`]: 4 }),
  ],
  BackupVerifyTooOld: [
    crosses(60, { [`backup_last_verify_success_timestamp_seconds{${BACKUP}}`]: [-86_400, -800_000] }),
  ],
  RestoreDrillTooOld: [
    crosses(60, { [`restore_drill_last_success_timestamp_seconds{${BACKUP}}`]: [-86_400, -3_110_400] }),
  ],
  RestoreDrillMissedObjective: [
    crosses(
      0,
      { [`restore_drill_last_duration_seconds{${BACKUP}}`]: [100, 1000] },
      { [`restore_drill_rto_seconds{${BACKUP}}`]: 900 },
    ),
    crosses(
      0,
      { [`restore_drill_last_data_age_seconds{${BACKUP}}`]: [100, 5000] },
      { [`restore_drill_rpo_seconds{${BACKUP}}`]: 3600 },
    ),
  ],
  ColdTierSyncTooOld: [
    crosses(5, { 'coldsync_last_success_timestamp_seconds{environment="prod",bucket="r"}': [-3600, -100_000] }),
  ],
};
