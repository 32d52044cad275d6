import { stringify } from "yaml";
import type { ScrapeTarget } from "../core/monitorable";
import { promDuration } from "./rules-file";

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
  /** Pattern of the rules files. */
  readonly rules: string;
}

/** Prometheus's whole configuration. Targets are static: what a stack watches is known when it is deployed. */
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
            static_configs: [{ targets: [...target.addresses], labels: { ...labels, ...target.labels } }],
          })),
        ...settings.probes.map((probe) => probing(probe, settings.blackbox, labels)),
      ],
    },
    { lineWidth: 0 },
  );
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
