import type { PostgresSpec } from "./spec";
import type { Settings } from "./tuning";

/** Folder of the data in the container; a level below the volume, so that a fresh volume's `lost+found` does not stop initdb. */
export const PGDATA = "/var/lib/postgresql/data/pgdata";

/** What the image's entrypoint is told. */
export const SERVER_ENVIRONMENT = {
  PGDATA,
  POSTGRES_DB: "postgres",
  POSTGRES_INITDB_ARGS: "--data-checksums --auth-local=peer --auth-host=scram-sha-256",
  // The superuser gets a password that nobody knows: it logs in through the socket alone.
  POSTGRES_PASSWORD_FILE: "/proc/sys/kernel/random/uuid",
  POSTGRES_USER: "postgres",
} as const;

/** Settings that every server has, whatever its size. */
const FIXED: Settings = {
  listen_addresses: "*",
  port: "5432",
  unix_socket_directories: "/run/postgresql",
  password_encryption: "scram-sha-256",
  ssl: "on",
  ssl_cert_file: "/tls/tls.crt",
  ssl_key_file: "/tls/tls.key",
  ssl_min_protocol_version: "TLSv1.2",
  wal_level: "replica",
  max_wal_senders: "10",
  max_replication_slots: "10",
  wal_keep_size: "1GB",
  max_slot_wal_keep_size: "4GB",
  hot_standby: "on",
  hot_standby_feedback: "on",
  "pg_stat_statements.track": "all",
  log_destination: "stderr",
  logging_collector: "off",
  log_checkpoints: "on",
  log_connections: "on",
  log_disconnections: "on",
  log_lock_waits: "on",
  log_min_duration_statement: "1000",
  log_line_prefix: "%m [%p] %q%u@%d ",
  log_timezone: "UTC",
  timezone: "UTC",
};

/** Mount point of the data. */
export const DATA = "/var/lib/postgresql/data";

/** Folder of the server's socket. */
export const SOCKET = "/run/postgresql";

/** Where pgBackRest finds its configuration, in the server's container and in the backup runner's. */
export const PGBACKREST_CONF = "/etc/bulwark/pgbackrest.conf";

/** Where pgBackRest keeps, in memory, what it is about to send. */
export const SPOOL = "/var/spool/pgbackrest";

/** Makes the server hand each WAL file to pgBackRest, and close one that is not full after so many seconds. */
export function archiveSettings(stanza: string, timeout: number): Settings {
  return {
    archive_mode: "on",
    archive_command: `pgbackrest --config=${PGBACKREST_CONF} --stanza=${stanza} archive-push %p`,
    archive_timeout: String(timeout),
  };
}

/** The whole `postgresql.conf`. */
export function postgresqlConf(spec: PostgresSpec, archiving: Settings = {}): string {
  const all: Settings = {
    ...FIXED,
    max_connections: String(spec.maxConnections),
    shared_preload_libraries: spec.preload.join(","),
    ...spec.settings,
    ...archiving,
  };
  return `${Object.entries(all)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([key, value]) => `${key} = ${quoted(value)}`)
    .join("\n")}\n`;
}

/**
 * Who may connect, and how: the superuser only through the socket of the server's own container, everyone else only over TLS with a password.
 */
export function pgHba(): string {
  return [
    "local   all          postgres                peer",
    "local   all          all                     reject",
    "host    all          postgres    all         reject",
    "hostssl replication  replicator  all         scram-sha-256",
    "hostssl all          replicator  all         reject",
    "hostssl all          all         all         scram-sha-256",
    "",
  ].join("\n");
}

/** Starts the primary. It tells the server to read its certificate again when that was renewed. */
export function servePrimary(): string {
  return script([WATCH_CERTIFICATE, SERVE]);
}

/** Starts a replica: copies the primary into an empty volume first, by a name that only a whole copy gets. */
export function serveReplica(primary: string, slot: string, caFile: string): string {
  const conninfo = `host=${primary} port=5432 user=replicator passfile=/run/secrets/replication.pgpass sslmode=verify-full sslrootcert=${caFile} application_name=${slot}`;
  return script([
    'if [ ! -s "$PGDATA/PG_VERSION" ]; then',
    '  rm -rf "$PGDATA.part"',
    `  until pg_basebackup -D "$PGDATA.part" -R -X stream -S ${slot} -d "${conninfo}"; do rm -rf "$PGDATA.part"; sleep 5; done`,
    '  mv "$PGDATA.part" "$PGDATA"',
    "fi",
    WATCH_CERTIFICATE,
    SERVE,
  ]);
}

const WATCH_CERTIFICATE = [
  "touch /tmp/certificate-loaded",
  "(while sleep 60; do",
  '  if [ /tls/tls.crt -nt /tmp/certificate-loaded ] && [ -s "$PGDATA/postmaster.pid" ]; then',
  "    touch /tmp/certificate-loaded",
  '    kill -HUP "$(head -n 1 "$PGDATA/postmaster.pid")"',
  "  fi",
  "done) &",
].join("\n");

const SERVE = [
  "rm -f /run/postgresql/.s.PGSQL.5432 /run/postgresql/.s.PGSQL.5432.lock",
  "exec docker-entrypoint.sh postgres -c config_file=/etc/bulwark/postgresql.conf -c hba_file=/etc/bulwark/pg_hba.conf",
].join("\n");

function script(parts: readonly string[]): string {
  return ["#!/bin/sh", "set -eu", ...parts, ""].join("\n");
}

function quoted(value: string): string {
  return /^-?\d+(\.\d+)?$|^(on|off)$/.test(value) ? value : `'${value.replace(/'/g, "''")}'`;
}
