import type { DashboardName } from "../core/monitorable";
import { REAL_FILE_SYSTEMS } from "./host-alerts";

/** A panel: what it asks, and from where on its values are yellow and red. */
export interface PanelSpec {
  readonly title: string;
  readonly kind: "timeseries" | "stat" | "table";
  readonly unit: "short" | "percent" | "percentunit" | "s" | "bytes" | "Bps" | "reqps" | "bool" | "d";
  readonly queries: readonly (readonly [expr: string, legend: string])[];
  readonly yellow?: number;
  readonly red?: number;
}

/** A dashboard. */
export interface BoardSpec {
  readonly name: DashboardName;
  readonly title: string;
  readonly panels: readonly PanelSpec[];
}

const line = (title: string, unit: PanelSpec["unit"], expr: string, legend: string, red?: number): PanelSpec => ({
  title,
  kind: "timeseries",
  unit,
  queries: [[expr, legend]],
  ...(red === undefined ? {} : { red }),
});
const number = (title: string, unit: PanelSpec["unit"], expr: string, red?: number): PanelSpec => ({
  ...line(title, unit, expr, "", red),
  kind: "stat",
});
const table = (title: string, unit: PanelSpec["unit"], expr: string): PanelSpec => ({
  ...line(title, unit, expr, ""),
  kind: "table",
});

const FS = REAL_FILE_SYSTEMS;
const QUANTILE = (share: number) =>
  `histogram_quantile(${share}, sum by (service, le) (rate(http_request_duration_seconds_bucket[5m])))`;

/** The dashboards of MS-10 to MS-18, one for each thing that is watched. */
export const BOARDS: readonly BoardSpec[] = [
  {
    name: "overview",
    title: "System overview",
    panels: [
      table("Up", "bool", "min by (job, instance) (up)"),
      line("Requests a second", "reqps", "sum by (service) (rate(http_requests_total[5m]))", "{{service}}"),
      line("Failing share", "percentunit", "service:http_error_ratio:rate5m", "{{service}}", 0.05),
      line("95th percentile", "s", "service:http_request_duration_seconds:p95_5m", "{{service}}", 3),
      number("Active users", "short", "sum(active_users_total)"),
      number("Alerts firing", "short", 'count(ALERTS{alertstate="firing",severity!="none"}) or vector(0)', 1),
    ],
  },
  {
    name: "services",
    title: "Services",
    panels: [
      line(
        "Requests a second",
        "reqps",
        "sum by (service, method) (rate(http_requests_total[5m]))",
        "{{service}} {{method}}",
      ),
      line("Failing share", "percentunit", "service:http_error_ratio:rate5m", "{{service}}", 0.05),
      line("95th percentile", "s", QUANTILE(0.95), "{{service}}", 3),
      line("99th percentile", "s", QUANTILE(0.99), "{{service}}", 3),
      line("Error budget: failing share of 1 h", "percentunit", "service:http_error_ratio:rate1h", "{{service}}"),
      line("Error budget: failing share of 3 d", "percentunit", "service:http_error_ratio:rate3d", "{{service}}"),
      line(
        "Credential operations",
        "reqps",
        "sum by (operation) (rate(personapass_credential_operations_total[5m]))",
        "{{operation}}",
      ),
      line(
        "Proof generation, 95th percentile",
        "s",
        "histogram_quantile(0.95, sum by (circuit_type, le) (rate(personapass_zk_proof_generation_seconds_bucket[5m])))",
        "{{circuit_type}}",
      ),
      number("Active users of credentials", "short", "sum(personapass_active_users)"),
      number("Active tenants", "short", "sum(active_tenants)"),
      line("Trainings by result", "short", "sum by (status) (increase(ml_training_runs_total[1h]))", "{{status}}"),
      line("Forecasts an hour", "short", "sum(increase(forecast_requests_total[1h]))", "forecasts"),
    ],
  },
  {
    name: "security",
    title: "Security",
    panels: [
      line(
        "Failed logins an hour",
        "short",
        'sum by (service) (increase(login_attempts_total{status="failed"}[1h]))',
        "{{service}}",
        10,
      ),
      line(
        "Refused authentication",
        "reqps",
        "sum by (reason) (rate(personapass_auth_failures_total[5m]))",
        "{{reason}}",
      ),
      number("Requests over the limit", "short", "sum(increase(personapass_rate_limit_exceeded_total[1h]))"),
      line(
        "Security events",
        "reqps",
        "sum by (event_type) (rate(personapass_security_events_total[5m]))",
        "{{event_type}}",
      ),
      table("Certificates: days left", "d", "min by (instance) (probe_ssl_earliest_cert_expiry - time()) / 86400"),
      number("Security updates waiting", "short", 'sum(apt_upgrades_pending{origin=~".*[Ss]ecurity.*"})', 1),
      table("Images: age in days", "d", "(time() - bulwark_image_created_timestamp_seconds) / 86400"),
    ],
  },
  {
    name: "postgres",
    title: "PostgreSQL",
    panels: [
      number("Up", "bool", "min(pg_up)"),
      line("Connections by database", "short", "sum by (instance, datname) (pg_stat_activity_count)", "{{datname}}"),
      line(
        "Connections in use",
        "percent",
        "100 * sum by (instance) (pg_stat_activity_count) / sum by (instance) (pg_settings_max_connections)",
        "{{instance}}",
        80,
      ),
      line(
        "Cache hits",
        "percentunit",
        "sum by (datname) (rate(pg_stat_database_blks_hit[5m])) / (sum by (datname) (rate(pg_stat_database_blks_hit[5m])) + sum by (datname) (rate(pg_stat_database_blks_read[5m])))",
        "{{datname}}",
      ),
      line(
        "Transactions a second",
        "reqps",
        "sum by (datname) (rate(pg_stat_database_xact_commit[5m]) + rate(pg_stat_database_xact_rollback[5m]))",
        "{{datname}}",
      ),
      line("Longest transaction", "s", "max by (datname) (pg_stat_activity_max_tx_duration)", "{{datname}}", 900),
      line("Replication lag", "s", "pg_replication_lag_seconds", "{{instance}}", 60),
      line("Locks", "short", "sum by (datname, mode) (pg_locks_count)", "{{datname}} {{mode}}"),
      line("Size", "bytes", "pg_database_size_bytes", "{{datname}}"),
    ],
  },
  {
    name: "redis",
    title: "Cache",
    panels: [
      number("Up", "bool", "min(redis_up)"),
      line(
        "Memory in use",
        "percent",
        "100 * redis_memory_used_bytes / (redis_memory_max_bytes > 0)",
        "{{instance}}",
        90,
      ),
      line(
        "Hits",
        "percentunit",
        "rate(redis_keyspace_hits_total[5m]) / (rate(redis_keyspace_hits_total[5m]) + rate(redis_keyspace_misses_total[5m]))",
        "{{instance}}",
      ),
      line("Commands a second", "reqps", "rate(redis_commands_processed_total[5m])", "{{instance}}"),
      line("Clients", "short", "redis_connected_clients", "{{instance}}"),
      line("Evictions", "reqps", "rate(redis_evicted_keys_total[5m])", "{{instance}}"),
    ],
  },
  {
    name: "host",
    title: "Host",
    panels: [
      line(
        "CPU busy",
        "percent",
        '100 * (1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m])))',
        "{{instance}}",
        85,
      ),
      line("Load", "short", "node_load1", "{{instance}}"),
      line(
        "Memory in use",
        "percent",
        "100 * (1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes)",
        "{{instance}}",
        90,
      ),
      line("Swap in use", "bytes", "node_memory_SwapTotal_bytes - node_memory_SwapFree_bytes", "{{instance}}", 1),
      line(
        "Disk free",
        "percent",
        `100 * node_filesystem_avail_bytes${FS} / node_filesystem_size_bytes${FS}`,
        "{{mountpoint}}",
      ),
      line(
        "Disk latency",
        "s",
        "rate(node_disk_read_time_seconds_total[5m]) / rate(node_disk_reads_completed_total[5m])",
        "{{device}}",
        0.1,
      ),
      line("Network in", "Bps", 'rate(node_network_receive_bytes_total{device!="lo"}[5m])', "{{device}}"),
      line("Network out", "Bps", 'rate(node_network_transmit_bytes_total{device!="lo"}[5m])', "{{device}}"),
    ],
  },
  {
    name: "containers",
    title: "Containers",
    panels: [
      line("CPU", "short", 'sum by (name) (rate(container_cpu_usage_seconds_total{name!=""}[5m]))', "{{name}}"),
      line("Memory", "bytes", 'container_memory_working_set_bytes{name!=""}', "{{name}}"),
      line(
        "Memory of its limit",
        "percent",
        '100 * container_memory_working_set_bytes{name!=""} / (container_spec_memory_limit_bytes{name!=""} > 0)',
        "{{name}}",
        90,
      ),
      line(
        "Restarts an hour",
        "short",
        'sum by (name) (changes(container_start_time_seconds{name!=""}[1h]))',
        "{{name}}",
        3,
      ),
    ],
  },
  {
    name: "kubernetes",
    title: "Kubernetes",
    panels: [
      line("Replicas available", "short", "kube_deployment_status_replicas_available", "{{namespace}}/{{deployment}}"),
      line(
        "Restarts an hour",
        "short",
        "sum by (namespace, pod) (increase(kube_pod_container_status_restarts_total[1h]))",
        "{{namespace}}/{{pod}}",
        3,
      ),
      line(
        "Volumes free",
        "percent",
        "100 * kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes",
        "{{persistentvolumeclaim}}",
      ),
    ],
  },
  {
    name: "backups",
    title: "Backups and drills",
    panels: [
      table(
        "Age of the last good backup",
        "s",
        "time() - max by (database, kind) (backup_last_success_timestamp_seconds)",
      ),
      line("Size", "bytes", "backup_last_size_bytes", "{{database}} {{kind}}"),
      line("Duration", "s", "backup_last_duration_seconds", "{{database}} {{kind}}"),
      table("Last result", "short", "backup_last_exit_code"),
      table("Age of the last drill", "s", "time() - max by (database) (restore_drill_last_success_timestamp_seconds)"),
      line("Drill: time to restore", "s", "restore_drill_last_duration_seconds", "{{database}}"),
      line("Drill: age of the data", "s", "restore_drill_last_data_age_seconds", "{{database}}"),
    ],
  },
  {
    name: "edge",
    title: "Edge and certificates",
    panels: [
      table("Reachable", "bool", "min by (job, instance) (probe_success)"),
      line("Time to answer", "s", "probe_duration_seconds", "{{instance}}", 2),
      table("Certificates: days left", "d", "(probe_ssl_earliest_cert_expiry - time()) / 86400"),
    ],
  },
  {
    name: "alerts",
    title: "Alerts",
    panels: [
      table("Firing now", "short", 'ALERTS{alertstate="firing",severity!="none"}'),
      line(
        "Firing by severity",
        "short",
        'sum by (severity) (ALERTS{alertstate="firing",severity!="none"})',
        "{{severity}}",
      ),
      line(
        "Notifications",
        "reqps",
        "sum by (integration) (rate(alertmanager_notifications_total[5m]))",
        "{{integration}}",
      ),
      line(
        "Failed notifications",
        "reqps",
        "sum by (integration) (rate(alertmanager_notifications_failed_total[5m]))",
        "{{integration}}",
        0.01,
      ),
    ],
  },
];
