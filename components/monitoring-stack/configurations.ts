import { stringify } from "yaml";
import type { MonitoringSpec } from "./spec";

/** Answers that show an edge at work: a page may want a login, and the root of a host need not hold one. */
const ANSWERED = [200, 204, 301, 302, 307, 308, 401, 403, 404, 405];

/** The blackbox exporter's modules: HTTP with a public certificate, two that trust the stack's own CA, and two for the host names of an edge. */
export function blackboxConfig(caFile: string): string {
  const own = { ca_file: caFile };
  const edge = (more: object) => ({
    prober: "http",
    timeout: "5s",
    http: {
      preferred_ip_protocol: "ip4",
      fail_if_not_ssl: true,
      follow_redirects: false,
      valid_status_codes: ANSWERED,
      ...more,
    },
  });
  return stringify({
    modules: {
      http_2xx: { prober: "http", timeout: "5s", http: { preferred_ip_protocol: "ip4", fail_if_not_ssl: true } },
      https_own_ca: { prober: "http", timeout: "5s", http: { preferred_ip_protocol: "ip4", tls_config: own } },
      edge_public: edge({}),
      // The edge's own authority is known to nobody.
      edge_internal: edge({ tls_config: { insecure_skip_verify: true } }),
      tcp_own_ca: { prober: "tcp", timeout: "5s", tcp: { preferred_ip_protocol: "ip4", tls: true, tls_config: own } },
    },
  });
}

/** Loki on one disk, with a retention for each stream (MS-45). */
export function lokiConfig(spec: MonitoringSpec): string {
  const hours = (days: number) => `${days * 24}h`;
  return stringify({
    auth_enabled: false,
    server: { http_listen_port: 3100, grpc_listen_port: 9096, log_level: "warn" },
    common: {
      path_prefix: "/loki",
      replication_factor: 1,
      ring: { kvstore: { store: "inmemory" }, instance_addr: "127.0.0.1" },
      storage: { filesystem: { chunks_directory: "/loki/chunks", rules_directory: "/loki/rules" } },
    },
    schema_config: {
      configs: [
        {
          from: "2026-01-01",
          store: "tsdb",
          object_store: "filesystem",
          schema: "v13",
          index: { prefix: "index_", period: "24h" },
        },
      ],
    },
    compactor: {
      working_directory: "/loki/compactor",
      retention_enabled: true,
      delete_request_store: "filesystem",
    },
    limits_config: {
      retention_period: hours(spec.logs.application),
      retention_stream: [
        { selector: '{stream="audit"}', priority: 1, period: hours(spec.logs.audit) },
        { selector: '{stream="security"}', priority: 2, period: hours(spec.logs.security) },
      ],
    },
    analytics: { reporting_enabled: false },
  });
}

/** Grafana's data sources, with ids that dashboards can name. */
export function grafanaSources(): string {
  const source = (name: string, type: string, url: string, more: object = {}) => ({
    name,
    uid: `bulwark-${type}`,
    type,
    access: "proxy",
    url,
    editable: false,
    ...more,
  });
  return stringify({
    apiVersion: 1,
    datasources: [
      source("Prometheus", "prometheus", "http://prometheus:9090/prometheus", { isDefault: true }),
      source("Loki", "loki", "http://loki:3100"),
      source("Jaeger", "jaeger", "http://jaeger:16686/jaeger"),
    ],
  });
}

/** Where Grafana finds its dashboards. Nobody edits them there. */
export function grafanaProviders(): string {
  return stringify({
    apiVersion: 1,
    providers: [
      {
        name: "bulwark",
        type: "file",
        allowUiUpdates: false,
        disableDeletion: true,
        options: { path: "/etc/bulwark/boards" },
      },
    ],
  });
}

/** Jaeger: OTLP in, memory behind, the page under a path of its own. */
export function jaegerConfig(): string {
  return stringify({
    service: {
      extensions: ["jaeger_storage", "jaeger_query", "healthcheckv2"],
      pipelines: { traces: { receivers: ["otlp"], processors: ["batch"], exporters: ["jaeger_storage_exporter"] } },
    },
    extensions: {
      healthcheckv2: { use_v2: true, http: { endpoint: "0.0.0.0:13133" } },
      jaeger_query: { base_path: "/jaeger", storage: { traces: "memory" }, http: { endpoint: "0.0.0.0:16686" } },
      jaeger_storage: { backends: { memory: { memory: { max_traces: 20_000 } } } },
    },
    receivers: { otlp: { protocols: { grpc: { endpoint: "0.0.0.0:4317" }, http: { endpoint: "0.0.0.0:4318" } } } },
    processors: { batch: {} },
    exporters: { jaeger_storage_exporter: { trace_storage: "memory" } },
  });
}
