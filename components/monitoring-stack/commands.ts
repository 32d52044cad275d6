import type { ExporterNeed } from "../core/monitorable";
import type { MonitoringSpec } from "./spec";

/** Arguments of Alertmanager: one of it, under a path of its own. */
export function alertmanagerCommand(domain: string): readonly string[] {
  return [
    "--config.file=/etc/bulwark/alertmanager.yml",
    "--storage.path=/alertmanager",
    "--cluster.listen-address=",
    `--web.external-url=https://${domain}/alertmanager`,
    "--web.route-prefix=/alertmanager",
  ];
}

/** Arguments of Prometheus, under a path of its own. */
export function prometheusCommand(spec: MonitoringSpec): readonly string[] {
  return [
    "--config.file=/etc/bulwark/prometheus.yml",
    "--storage.tsdb.path=/prometheus",
    `--storage.tsdb.retention.time=${spec.retention.days}d`,
    `--storage.tsdb.retention.size=${spec.retention.mebibytes}MiB`,
    `--web.external-url=https://${spec.domain}/prometheus`,
    "--web.route-prefix=/prometheus",
  ];
}

/** Variables of Grafana: nothing is told to the outside, and nobody is let in without a login. */
export function grafanaEnvironment(domain: string): Readonly<Record<string, string>> {
  return {
    GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
    GF_ANALYTICS_REPORTING_ENABLED: "false",
    GF_AUTH_ANONYMOUS_ENABLED: "false",
    GF_PATHS_PROVISIONING: "/etc/bulwark/provisioning",
    GF_SECURITY_ADMIN_PASSWORD__FILE: "/run/secrets/admin-password",
    GF_SECURITY_ADMIN_USER: "admin",
    GF_SECURITY_COOKIE_SECURE: "true",
    GF_SECURITY_DISABLE_GRAVATAR: "true",
    GF_SERVER_ROOT_URL: `https://${domain}/grafana/`,
    GF_SERVER_SERVE_FROM_SUB_PATH: "true",
    GF_SNAPSHOTS_EXTERNAL_ENABLED: "false",
    GF_UNIFIED_ALERTING_ENABLED: "false",
    GF_USERS_ALLOW_SIGN_UP: "false",
  };
}

/** Collectors of postgres_exporter besides its default ones. */
export const POSTGRES_COLLECTORS = [
  "--collector.database_wraparound",
  "--collector.long_running_transactions",
  "--collector.stat_checkpointer",
  "--collector.postmaster",
] as const;

/** Variables of postgres_exporter. */
export function postgresExporterEnvironment(need: ExporterNeed, caFile: string): Readonly<Record<string, string>> {
  return {
    DATA_SOURCE_URI: `${need.host}:${need.port}/${need.database ?? "postgres"}?sslmode=verify-full&sslrootcert=${caFile}`,
    DATA_SOURCE_USER: need.username,
    DATA_SOURCE_PASS_FILE: "/run/secrets/password",
  };
}

/** Variables of redis_exporter. */
export function redisExporterEnvironment(need: ExporterNeed, caFile: string): Readonly<Record<string, string>> {
  return {
    REDIS_ADDR: `rediss://${need.host}:${need.port}`,
    REDIS_USER: need.username,
    REDIS_PASSWORD_FILE: "/run/secrets/passwords.json",
    REDIS_EXPORTER_TLS_CA_CERT_FILE: caFile,
  };
}

/** Key of redis_exporter's file of passwords. */
export function redisAddress(need: ExporterNeed): string {
  return `rediss://${need.username}@${need.host}:${need.port}`;
}
