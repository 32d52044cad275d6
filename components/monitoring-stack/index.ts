import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions } from "../core/component";
import { accept } from "../core/tick";
import type { NetworkSource } from "../targets/network";
import type { MonitoringStackArgs } from "./args";
import { type CloudMonitoringSpec, resolveCloudMonitoring } from "./cloud-spec";
import type { MonitoringOutput } from "./compose";
import { type MonitoringSpec, resolveMonitoring } from "./spec";

export type { CustomAlert, HealthCheckArgs, HostAgents, MonitoringOnAws, MonitoringStackArgs } from "./args";
export type { Packages, Part, PartImage } from "./images";

/**
 * Watches what it is given: metrics, alerts, logs, traces, and pages for all of them behind a login; on AWS by alarms and a dashboard of CloudWatch.
 * What is watched of a component is said by the component itself.
 *
 * @example
 * ```ts
 * new MonitoringStack("monitoring", {
 *   vpc,
 *   watches: [db, cache, recordings, auth.monitored({ HighLatencyP95: { seconds: 0.5 } })],
 *   routing,
 *   domain: "monitoring.example.com",
 * });
 * ```
 */
export class MonitoringStack extends Component {
  /** Login of the pages of Prometheus, Alertmanager and Jaeger; not on AWS, where the console has the pages. */
  readonly login: { readonly username: string; readonly password: pulumi.Output<string> } | undefined;
  /** Password of Grafana's user `admin`; not on AWS. */
  readonly grafanaPassword: pulumi.Output<string> | undefined;
  /** Names of the alerts, by what they belong to: a component, or `stack`. */
  readonly alerts: Readonly<Record<string, readonly string[]>>;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: MonitoringStackArgs, opts?: ComponentOptions) {
    const plan = accept(() => planOf(name, args));
    const { network } = args.vpc;
    super(
      "MonitoringStack",
      name,
      {
        target: network.kind,
        environment: network.target.environment,
        watches: plan.spec.watched.map((each) => each.component),
        alerts: Object.entries(plan.alerts).map(([component, names]) => `${component}: ${names.join(", ")}`),
        ...(plan.kind === "cloud" ? {} : summary(plan.spec)),
      },
      network.target.provider,
      opts,
    );
    this.alerts = plan.alerts;
    const made = build(name, args, plan, this);
    this.login = made?.login;
    this.grafanaPassword = made?.grafanaPassword;
    this.registerOutputs({});
  }
}

type Plan =
  | { readonly kind: "pages"; readonly spec: MonitoringSpec; readonly alerts: MonitoringStack["alerts"] }
  | { readonly kind: "cloud"; readonly spec: CloudMonitoringSpec; readonly alerts: MonitoringStack["alerts"] };

/** What is to be made: Prometheus and its pages, or on AWS alarms of CloudWatch. */
function planOf(name: string, args: MonitoringStackArgs): Plan {
  if ((args.vpc as Partial<NetworkSource> | undefined)?.network?.kind === "aws") {
    const spec = resolveCloudMonitoring(name, args);
    return { kind: "cloud", spec, alerts: spec.names };
  }
  const spec = resolveMonitoring(name, args);
  return { kind: "pages", spec, alerts: alertNames(spec) };
}

function alertNames(spec: MonitoringSpec): MonitoringStack["alerts"] {
  const byComponent = Object.fromEntries(
    spec.watched.map((each) => [
      each.component,
      [...new Set(each.sources.flatMap((source) => source.rules({}).map((rule) => rule.alert)))].sort(),
    ]),
  );
  const own = new Set(Object.values(byComponent).flat());
  const all = spec.groups.flatMap((group) => group.alerts.map((rule) => rule.alert));
  return { ...byComponent, stack: [...new Set(all.filter((each) => !own.has(each)))].sort() };
}

function summary(spec: MonitoringSpec) {
  return {
    domain: spec.domain,
    jobs: spec.jobs,
    retentionDays: spec.retention.days,
    images: Object.values(spec.images).map((image) => ("own" in image ? `images/${image.own}` : image.reference)),
  };
}

function build(
  name: string,
  args: MonitoringStackArgs,
  plan: Plan,
  parent: pulumi.Resource,
): MonitoringOutput | undefined {
  const { network } = args.vpc;
  if (plan.kind === "cloud") {
    const { cloud } = args.routing;
    if (network.kind !== "aws" || cloud === undefined)
      throw new Error("the check of the arguments let through too much");
    (require("./aws") as typeof import("./aws")).buildOnAws(name, plan.spec, cloud, network, parent);
    return undefined;
  }
  const { routing } = args;
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(
        name,
        plan.spec,
        routing,
        network,
        parent,
      );
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(
        name,
        plan.spec,
        routing,
        network,
        parent,
      );
    case "aws":
      throw new Error("on aws there are alarms of CloudWatch, and no pages");
  }
}
