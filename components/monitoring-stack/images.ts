/** Parts of the monitoring stack that run as containers. */
export type Part =
  | "prometheus"
  | "alertmanager"
  | "grafana"
  | "loki"
  | "alloy"
  | "jaeger"
  | "nodeExporter"
  | "cadvisor"
  | "postgresExporter"
  | "redisExporter"
  | "blackboxExporter"
  | "kubeStateMetrics";

/** An image and the user that it runs as. */
export interface PartImage {
  /** Reference with a fixed tag or digest. */
  readonly reference: string;
  /** `uid:gid` of the process. */
  readonly user: string;
}

/** A part that runs from an image of Bulwark's own, made of Debian's packages on the host. */
export interface PackagedPart {
  readonly own: "monitoring";
  readonly user: string;
  /** The program in the image, which holds several. */
  readonly entrypoint: readonly string[];
}

/** Where Prometheus, Alertmanager and the exporters come from. */
export type Packages = "upstream" | "debian";

/**
 * The one table of versions. Checked on 2026-11-21; the test of this table fails when that is longer than 180 days ago, so that it is
 * looked through twice a year. Variants are chosen so that a health check can be run inside: redis_exporter's plain image holds nothing
 * but the exporter.
 */
export const IMAGES = {
  prometheus: { reference: "quay.io/prometheus/prometheus:v3.14.0", user: "65534:65534" },
  alertmanager: { reference: "quay.io/prometheus/alertmanager:v0.34.2", user: "65534:65534" },
  grafana: { reference: "docker.io/grafana/grafana:13.1.3", user: "472:472" },
  loki: { reference: "docker.io/grafana/loki:3.7.8", user: "10001:10001" },
  alloy: { reference: "docker.io/grafana/alloy:v1.19.0", user: "473:473" },
  jaeger: { reference: "docker.io/jaegertracing/jaeger:2.20.0", user: "10001:10001" },
  nodeExporter: { reference: "quay.io/prometheus/node-exporter:v1.12.1", user: "65534:65534" },
  // gcr.io ends at 0.53, which sees no container on Docker 29.
  cadvisor: { reference: "ghcr.io/google/cadvisor:v0.60.5", user: "65534:65534" },
  postgresExporter: { reference: "quay.io/prometheuscommunity/postgres-exporter:v0.20.1", user: "65534:65534" },
  redisExporter: { reference: "docker.io/oliver006/redis_exporter:v1.88.0-alpine", user: "59000:59000" },
  blackboxExporter: { reference: "quay.io/prometheus/blackbox-exporter:v0.28.0", user: "65534:65534" },
  kubeStateMetrics: { reference: "registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0", user: "65534:65534" },
} as const satisfies Readonly<Record<Part, PartImage>>;

const packaged = (program: string): PackagedPart => ({
  own: "monitoring",
  user: "10990:10990",
  entrypoint: [program],
});

/** The parts that Debian has packages of; `images/monitoring` holds them all. */
export const PACKAGED: Readonly<Partial<Record<Part, PackagedPart>>> = {
  prometheus: packaged("prometheus"),
  alertmanager: packaged("prometheus-alertmanager"),
  nodeExporter: packaged("prometheus-node-exporter"),
  postgresExporter: packaged("prometheus-postgres-exporter"),
  redisExporter: packaged("prometheus-redis-exporter"),
  blackboxExporter: packaged("prometheus-blackbox-exporter"),
};

/** When the versions were last compared with what the projects publish. */
export const IMAGES_CHECKED = "2026-11-21";
