import { availabilityRules } from "../core/availability";
import type { AlertRule, Monitoring, ProbeNeed, RuleSource } from "../core/monitorable";
import { Problems } from "../core/problems";
import { componentName } from "../core/schema";
import { nearest } from "../core/suggest";
import { mebibytes, seconds } from "../core/units";
import { selfRules } from "./alerts";
import { type MonitoringStackArgs, schema } from "./args";
import { everyAlert } from "./catalogue";
import { checkTuning } from "./check-tuning";
import { checkWatches, type Watched } from "./check-watches";
import { containerRules } from "./container-alerts";
import { hostRules } from "./host-alerts";
import { IMAGES, PACKAGED, type PackagedPart, type Part, type PartImage } from "./images";
import { kubernetesRules } from "./kubernetes-alerts";
import type { Probe } from "./prometheus";
import { promqlError } from "./promql";
import { type RuleGroup, ruleGroups } from "./rules-file";

/** A probe whose host names may only be known when the whole program has run. */
export interface ProbeSpec extends Omit<Probe, "hosts"> {
  readonly hosts?: ProbeNeed["hosts"];
}

/** {@link MonitoringStackArgs} with every default filled in. */
export interface MonitoringSpec {
  readonly watched: readonly Monitoring[];
  /** Jobs whose absence is an alert. */
  readonly jobs: readonly string[];
  readonly probes: readonly ProbeSpec[];
  readonly groups: readonly RuleGroup[];
  readonly domain: string;
  readonly runbooks: string;
  /** Seconds. */
  readonly interval: number;
  /** Days and MiB. */
  readonly retention: { readonly days: number; readonly mebibytes: number };
  /** Days. */
  readonly logs: { readonly application: number; readonly audit: number; readonly security: number };
  readonly images: Readonly<Record<Part, PartImage | PackagedPart>>;
  /** What the agents on a Docker host are told of it. */
  readonly host: {
    readonly dockerSocket: string;
    readonly dockerGroup?: number;
    readonly dockerData: string;
  };
}

/** Memory of each part in MiB. */
export const MEMORY = {
  prometheus: 512,
  alertmanager: 64,
  grafana: 256,
  loki: 256,
  jaeger: 256,
  blackboxExporter: 32,
  postgresExporter: 48,
  redisExporter: 32,
  nodeExporter: 64,
  cadvisor: 192,
  alloy: 192,
  dockerGateway: 64,
  imageAge: 32,
  kubeStateMetrics: 128,
} as const;

/** Jobs of the agents and of what keeps the logs, on a Docker host. */
const HOST_JOBS = ["alloy", "cadvisor", "loki", "node"];

/** Jobs of the agents, of the kubelet and of what keeps the logs, on a cluster. */
const CLUSTER_JOBS = ["alloy", "cadvisor", "kube-state-metrics", "kubelet", "loki", "node"];

/** Parts that only one of the targets runs. */
const ON_HOST: readonly (keyof typeof MEMORY)[] = ["cadvisor", "dockerGateway", "imageAge"];
const ON_CLUSTER: readonly (keyof typeof MEMORY)[] = ["kubeStateMetrics"];

/** What nothing on a Docker host measures by itself: the agents do not reach systemd, and only a script of the host knows of updates. */
const UNMEASURED = {
  HostSecurityUpdatesPending: { enabled: false },
  HostSystemdUnitFailed: { enabled: false },
} as const;

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveMonitoring(name: string, args: MonitoringStackArgs): MonitoringSpec {
  const problems = new Problems(`MonitoringStack "${name}"`).shape(schema, args, Object.keys(schema.shape));
  if (!componentName.safeParse(name).success) {
    problems.add({
      path: "name",
      given: `"${name}"`,
      allowed: "lower-case letters, digits and single hyphens",
      fix: 'use a name such as "monitoring"',
    });
  }
  checkAlerts(problems, args);
  checkTuning(problems, args);
  problems.across(["watches", "routing"], (add) => checkWatches(args, ALERTS, add));
  checkTarget(problems, name, args);
  problems.throwIfAny();
  const watched = args.watches.map((each) => each.monitoring);
  const probes = watched.flatMap((each) =>
    (each.probes ?? []).map(
      (need): ProbeSpec => ({
        job: `blackbox-${each.component}`,
        module: need.module,
        addresses: [need.address],
        ...(need.hosts === undefined ? {} : { hosts: need.hosts }),
      }),
    ),
  );
  const onHost = args.vpc.network.kind === "compose";
  const jobs = [
    ...watched.flatMap((each) => [
      ...each.targets.map((target) => target.job),
      ...(each.exporter === undefined ? [] : [each.component]),
    ]),
    ...probes.map((probe) => probe.job),
    ...(onHost ? HOST_JOBS : CLUSTER_JOBS),
    "alertmanager",
    "prometheus",
  ].sort();
  return {
    watched,
    jobs,
    probes,
    groups: ruleGroups([
      ...watched.flatMap((each) => each.sources),
      availabilityRules(jobs, args.tuning?.availability),
      selfRules({ ...(onHost ? {} : { ContainerMetricsMissing: { enabled: false } }), ...args.tuning?.self }),
      hostRules({ ...UNMEASURED, ...args.tuning?.host }),
      onHost ? containerRules(args.tuning?.containers) : kubernetesRules(args.tuning?.kubernetes),
      ...custom(args),
    ]),
    domain: args.domain ?? "",
    runbooks: (args.runbooks ?? "docs/runbooks").replace(/\/$/, ""),
    interval: seconds(args.interval ?? "15 seconds"),
    retention: {
      days: seconds(args.retention?.time ?? "15 days") / 86_400,
      mebibytes: mebibytes(args.retention?.size ?? "10 GiB"),
    },
    logs: { application: 30, audit: 90, security: 365, ...args.logs },
    images: { ...IMAGES, ...(args.packages === "debian" ? PACKAGED : {}), ...args.images },
    host: {
      dockerSocket: "/var/run/docker.sock",
      dockerData: "/var/lib/docker",
      ...args.host,
    },
  };
}

function custom(args: MonitoringStackArgs): readonly RuleSource[] {
  const rules = Object.entries(args.alerts ?? {}).map(
    ([alert, rule]): AlertRule => ({
      alert,
      ...rule,
      group: rule.group ?? alert.toLowerCase(),
      dashboard: "overview",
    }),
  );
  return rules.length === 0 ? [] : [{ kind: "own", jobs: [], tuning: {}, rules: () => rules }];
}

function checkAlerts(problems: Problems, args: MonitoringStackArgs): void {
  problems.across(["alerts", "routing"], (add) => {
    const taken = new Set(everyAlert().map((rule) => rule.alert));
    for (const [alert, rule] of Object.entries(args.alerts ?? {})) {
      const wrong = promqlError(rule.expr);
      if (wrong !== undefined) {
        add({
          path: `alerts.${alert}.expr`,
          given: `PromQL that ${wrong}`,
          allowed: "an expression that Prometheus understands",
          fix: "try it in Prometheus first",
        });
      }
      if (!args.routing.teams.includes(rule.team)) {
        add({
          path: `alerts.${alert}.team`,
          given: `"${rule.team}"`,
          allowed: args.routing.teams.join(", "),
          fix: `use ${nearest(rule.team, args.routing.teams) ?? "one of these"}, or add the team to the routing`,
        });
      }
      if (taken.has(alert)) {
        add({
          path: `alerts.${alert}`,
          given: "the name of an alert that exists",
          allowed: "a name of its own",
          fix: "tune the existing alert instead, or choose another name",
        });
      }
    }
  });
}

const ALERTS: Watched = {
  what: "alert",
  teams: ({ sources }) => sources.flatMap((source) => source.rules({})).map((rule) => rule.team),
};

function checkTarget(problems: Problems, name: string, args: MonitoringStackArgs): void {
  problems.across(["domain"], (add) => {
    if (args.domain === undefined) {
      add({
        path: "domain",
        given: "nothing",
        allowed: "the host name of the pages",
        fix: 'give one: "monitoring.example.com"',
      });
    }
  });
  problems.across(["vpc"], (add) => {
    const { network } = args.vpc;
    if (network.kind === "aws") return;
    if (args.aws !== undefined) {
      add({
        path: "aws",
        given: `an object on ${network.kind}`,
        allowed: "aws only",
        fix: "remove aws: Prometheus asks the edge for every host name of a route by itself",
      });
    }
    if (network.kind === "microk8s" && args.host !== undefined) {
      add({
        path: "host",
        given: "facts of a Docker host on microk8s",
        allowed: "compose only",
        fix: "remove host: the kubelet and the Kubernetes API say what there is",
      });
    }
    const absent = network.kind === "microk8s" ? "containers" : "kubernetes";
    if (args.tuning?.[absent] !== undefined) {
      add({
        path: `tuning.${absent}`,
        given: `changes to alerts that ${network.kind} does not have`,
        allowed: `${network.kind === "microk8s" ? "compose" : "microk8s"} only`,
        fix: `remove it; on ${network.kind} the alerts are those of tuning.${absent === "containers" ? "kubernetes" : "containers"}`,
      });
    }
    const exporters = (Array.isArray(args.watches) ? args.watches : []).flatMap((each) =>
      isExported(each) ? [each.monitoring.exporter.kind] : [],
    );
    const elsewhere = network.kind === "compose" ? ON_CLUSTER : ON_HOST;
    const { postgresExporter: _, redisExporter: __, ...once } = MEMORY;
    const memory = Object.entries(once)
      .filter(([part]) => !elsewhere.some((each) => each === part))
      .reduce((sum, [, each]) => sum + each, 0);
    network.target.capacity.take(
      { name, cpus: 0.15, memory: memory + exporters.length * MEMORY.postgresExporter },
      problems,
    );
  });
}

function isExported(value: unknown): value is { monitoring: { exporter: { kind: string } } } {
  const monitoring = (value as { monitoring?: { exporter?: unknown } } | undefined)?.monitoring;
  return typeof monitoring?.exporter === "object";
}
