import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import { accept } from "../core/tick";
import type { MonitoringStackArgs } from "./args";
import type { MonitoringOutput } from "./compose";
import { resolveMonitoring } from "./spec";

export type { CustomAlert, HostAgents, MonitoringStackArgs } from "./args";
export type { Packages, Part, PartImage } from "./images";

/**
 * Watches what it is given: metrics, alerts, logs, traces, and pages for all of them behind a login. What is watched of a component is said by the
 * component itself.
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
  /** Login of the pages of Prometheus, Alertmanager and Jaeger. */
  readonly login: { readonly username: string; readonly password: pulumi.Output<string> };
  /** Password of Grafana's user `admin`. */
  readonly grafanaPassword: pulumi.Output<string>;
  /** Names of the alerts, by what they belong to: a component, or `stack`. */
  readonly alerts: Readonly<Record<string, readonly string[]>>;
  readonly #made: MonitoringOutput;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: MonitoringStackArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = accept(() => resolveMonitoring(name, args));
    const { network } = args.vpc;
    const byComponent = Object.fromEntries(
      spec.watched.map((each) => [
        each.component,
        [...new Set(each.sources.flatMap((source) => source.rules({}).map((rule) => rule.alert)))].sort(),
      ]),
    );
    const own = new Set(Object.values(byComponent).flat());
    const alerts = {
      ...byComponent,
      stack: [
        ...new Set(
          spec.groups.flatMap((group) => group.alerts.map((rule) => rule.alert)).filter((each) => !own.has(each)),
        ),
      ].sort(),
    };
    super(
      "MonitoringStack",
      name,
      {
        target: network.kind,
        environment: network.target.environment,
        domain: spec.domain,
        watches: spec.watched.map((each) => each.component),
        jobs: spec.jobs,
        alerts: Object.entries(alerts).map(([component, names]) => `${component}: ${names.join(", ")}`),
        retentionDays: spec.retention.days,
        images: Object.values(spec.images).map((image) => ("own" in image ? `images/${image.own}` : image.reference)),
      },
      network.target.provider,
      opts,
    );
    this.alerts = alerts;
    if (network.kind !== "compose") throw new Error(`MonitoringStack has no ${network.kind} side`);
    this.#made = (require("./compose") as typeof import("./compose")).buildOnCompose(
      name,
      spec,
      args.routing,
      network,
      this,
    );
    this.login = this.#made.login;
    this.grafanaPassword = this.#made.grafanaPassword;
    this.registerOutputs({});
  }
}
