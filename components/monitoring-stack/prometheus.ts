import { stringify } from "yaml";
import type { ScrapeTarget } from "../core/monitorable";
import { promDuration } from "../core/units";

/** An address that the blackbox exporter asks, and with which module. */
export interface Probe {
  /** Value of the label `job`; it starts with `blackbox`. */
  readonly job: string;
  /** Module of the blackbox exporter: `http_2xx`, `tcp_tls`. */
  readonly module: string;
  readonly addresses: readonly string[];
  /** Host names that the address is asked under. Default: the one in the address. */
  readonly hosts?: readonly string[] | undefined;
}

/** What Prometheus's configuration is made from. */
export interface PrometheusSettings {
  /** Seconds between two scrapes, and between two evaluations (MS-01). */
  readonly interval: number;
  readonly environment: string;
  readonly targets: readonly ScrapeTarget[];
  readonly probes: readonly Probe[];
  /** `host:port` of Alertmanager, and the prefix of its paths. */
  readonly alertmanager: { readonly address: string; readonly prefix: string };
  /** `host:port` of the blackbox exporter. */
  readonly blackbox: string;
  /** Whether the kubelet of each node is asked for its volumes and containers. */
  readonly kubelet?: boolean;
  /** Pattern of the rules files. */
  readonly rules: string;
}

/**
 * Prometheus's whole configuration. On a Docker host targets are static, as what a stack watches is known when it is deployed; on Kubernetes
 * the replicas of a service are found.
 */
export function prometheusConfig(settings: PrometheusSettings): string {
  const labels = { environment: settings.environment };
  return stringify(
    {
      global: {
        scrape_interval: promDuration(settings.interval),
        scrape_timeout: promDuration(Math.min(10, settings.interval)),
        evaluation_interval: promDuration(settings.interval),
        external_labels: labels,
      },
      rule_files: [settings.rules],
      alerting: {
        alertmanagers: [
          {
            ...(settings.alertmanager.prefix === "" ? {} : { path_prefix: settings.alertmanager.prefix }),
            static_configs: [{ targets: [settings.alertmanager.address] }],
          },
        ],
      },
      scrape_configs: [
        ...[...settings.targets]
          .sort((a, b) => a.job.localeCompare(b.job))
          .map((target) => ({
            job_name: target.job,
            metrics_path: target.path ?? "/metrics",
            ...(target.endpoints === undefined
              ? { static_configs: [{ targets: [...target.addresses], labels: { ...labels, ...target.labels } }] }
              : discovered(target.endpoints, { ...labels, ...target.labels })),
          })),
        ...(settings.kubelet === true ? KUBELET.map((each) => kubelet(each, labels)) : []),
        ...settings.probes.map((probe) => probing(probe, settings.blackbox, labels)),
      ],
    },
    { lineWidth: 0 },
  );
}

/** The pods behind a Service, ready or not: one that does not answer must be seen as down. */
function discovered(from: NonNullable<ScrapeTarget["endpoints"]>, labels: Readonly<Record<string, string>>) {
  return {
    kubernetes_sd_configs: [
      {
        role: "endpointslice",
        namespaces: { names: [from.namespace] },
        selectors: [{ role: "endpointslice", label: `kubernetes.io/service-name=${from.service}` }],
      },
    ],
    relabel_configs: [
      { source_labels: ["__meta_kubernetes_endpointslice_port_name"], regex: from.port, action: "keep" },
      { source_labels: ["__meta_kubernetes_pod_name"], target_label: "instance" },
      { source_labels: ["__meta_kubernetes_namespace"], target_label: "namespace" },
      ...Object.entries(labels).map(([target_label, replacement]) => ({ target_label, replacement })),
    ],
  };
}

/** What the kubelet says, and what of it is kept: the rest is thousands of series that no rule or dashboard reads. */
const KUBELET = [
  { job: "kubelet", path: "/metrics", keep: "kubelet_volume_stats_.*|kubelet_running_.*" },
  {
    job: "cadvisor",
    path: "/metrics/cadvisor",
    keep: "container_(cpu_usage_seconds_total|cpu_cfs_(throttled_)?periods_total|memory_working_set_bytes|memory_usage_bytes|spec_memory_limit_bytes|start_time_seconds|last_seen|oom_events_total|fs_usage_bytes|network_(receive|transmit)_bytes_total)|machine_.*",
  },
] as const;

const TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount";

function kubelet(each: (typeof KUBELET)[number], labels: Readonly<Record<string, string>>) {
  return {
    job_name: each.job,
    scheme: "https",
    metrics_path: each.path,
    authorization: { credentials_file: `${TOKEN}/token` },
    tls_config: { ca_file: `${TOKEN}/ca.crt` },
    kubernetes_sd_configs: [{ role: "node" }],
    relabel_configs: [
      { source_labels: ["__meta_kubernetes_node_name"], target_label: "node" },
      ...Object.entries(labels).map(([target_label, replacement]) => ({ target_label, replacement })),
    ],
    metric_relabel_configs: [{ source_labels: ["__name__"], regex: each.keep, action: "keep" }],
  };
}

/** The exporter is asked; the address that it asks in turn becomes `instance`. */
function probing(probe: Probe, blackbox: string, labels: Readonly<Record<string, string>>) {
  return {
    job_name: probe.job,
    metrics_path: "/probe",
    params: { module: [probe.module] },
    static_configs: [{ targets: [...(probe.hosts ?? probe.addresses)], labels }],
    relabel_configs: [
      ...(probe.hosts === undefined
        ? [{ source_labels: ["__address__"], target_label: "__param_target" }]
        : [
            { source_labels: ["__address__"], target_label: "__param_hostname" },
            { target_label: "__param_target", replacement: probe.addresses[0] },
          ]),
      { source_labels: ["__address__"], target_label: "instance" },
      { target_label: "__address__", replacement: blackbox },
    ],
  };
}
