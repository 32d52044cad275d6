import type * as pulumi from "@pulumi/pulumi";
import type { BackupSource, BackupSubject } from "../core/backup-source";
import { Component, type ComponentOptions } from "../core/component";
import { ArgumentError } from "../core/errors";
import type { Consumer, Link, Linkable } from "../core/links";
import type { Monitorable, Monitoring, ScrapeTarget } from "../core/monitorable";
import { accept } from "../core/tick";
import type { Network } from "../targets/network";
import { type ServiceAlerts, type Slo, serviceRules } from "./alerts";
import type { ServiceDeploymentArgs } from "./args";
import type { ServiceOutput } from "./output";
import { resolveService, type ServiceSpec } from "./spec";

export { type ServiceAlerts, SLO_PROFILES, type Slo } from "./alerts";
export type { MigrationArgs, ProbeArgs, ProbesArgs, RouteArgs, ServiceDeploymentArgs, VolumeArgs } from "./args";
export type { GuardedRollout, RolloutArgs } from "./rollout";
export type { PaceArgs, ScalingArgs } from "./scaling";

/**
 * A service of one or more equal replicas: non-root, read-only, without capabilities; reached only through its routes and by the services
 * that link to it; replaced one replica at a time, each ready before the next.
 *
 * @example
 * ```ts
 * new ServiceDeployment("auth-service", {
 *   vpc,
 *   image: "registry.example.com/auth-service:1.4.2",
 *   cpus: 1,
 *   memory: "2 GiB",
 *   links: [db, cache, recordings],
 *   routes: [{ host: "smartoffice.example.com", path: "/auth" }],
 *   migration: { command: ["alembic", "upgrade", "head"] },
 * });
 * ```
 */
export class ServiceDeployment extends Component implements Linkable, Monitorable, BackupSource {
  /** Host name under which linked services reach it. */
  readonly host: pulumi.Output<string>;
  readonly #spec: ServiceSpec;
  readonly #slo: Slo | undefined;
  readonly #made: ServiceOutput;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: ServiceDeploymentArgs, opts?: ComponentOptions) {
    const spec = accept(() => resolveService(name, args));
    const network = args.vpc.network;
    super("ServiceDeployment", name, summary(spec, network), network.target.provider, opts);
    this.#spec = spec;
    this.#slo = args.slo;
    this.#made = build(name, args, spec, network, this);
    this.host = this.#made.host;
    this.registerOutputs({ host: this.host });
  }

  /** How the service is watched. Part of {@link Monitorable}. Throws an `ArgumentError` unless the service has `metrics`, but on AWS. */
  get monitoring(): Monitoring {
    return this.monitored().monitoring;
  }

  /** How the service is watched, with other thresholds. Throws an `ArgumentError` unless the service has `metrics`, but on AWS. */
  monitored(alerts: ServiceAlerts = {}): Monitorable {
    const { watching } = this.#made;
    const common = {
      component: this.componentName,
      sources: [serviceRules(this.componentName, this.#slo, alerts)],
      dashboards: ["services"],
    } as const satisfies Partial<Monitoring>;
    // The load balancer and Container Insights count without the service's help.
    if (watching !== undefined) {
      const cloud = watching(this.#slo, alerts);
      const found = this.#made.metrics;
      if (found === undefined) return { monitoring: { ...common, targets: [], cloud } };
      return { monitoring: { ...common, targets: [this.#scraped(found)], paths: [found.path], cloud } };
    }
    const metrics = accept(() => {
      if (this.#made.metrics !== undefined) return this.#made.metrics;
      throw new ArgumentError(`watch of ServiceDeployment "${this.componentName}"`, [
        {
          path: "metrics",
          given: "nothing",
          allowed: "where the metrics are",
          fix: `add metrics: {} to ${this.componentName}, for /metrics on its own port`,
        },
      ]);
    });
    const monitoring: Monitoring = {
      ...common,
      targets: [this.#scraped(metrics)],
      paths: [metrics.path],
      traces: this.#spec.tracing,
    };
    return { monitoring };
  }

  #scraped(metrics: NonNullable<ServiceOutput["metrics"]>): ScrapeTarget {
    return {
      job: this.componentName,
      addresses: metrics.addresses,
      ...(metrics.endpoints === undefined ? {} : { endpoints: metrics.endpoints }),
      path: this.#spec.metrics.path,
      labels: { service: this.componentName },
    };
  }

  /** The volumes of the replicas, each copied as a source of its own. Part of {@link BackupSource}. */
  get backup(): readonly BackupSubject[] {
    return (this.#made.volumes ?? []).map(({ name, reach, after }) => ({
      kind: "volume",
      component: name,
      reach,
      after,
    }));
  }

  /** Gives the consumer the service's address. Part of {@link Linkable}. Throws an `ArgumentError` unless the service is `linkable`. */
  link(_consumer: Consumer): Link {
    const { path, after } = this.#made;
    return accept(() => {
      if (path === undefined) {
        throw new ArgumentError(`link to ServiceDeployment "${this.componentName}"`, [
          {
            path: "links",
            given: this.componentName,
            allowed: "services with linkable: true",
            fix: `add linkable: true to ${this.componentName}`,
          },
        ]);
      }
      const prefix = this.componentName.toUpperCase().replace(/-/g, "_");
      return {
        to: this.componentName,
        variables: {
          [`${prefix}_HOST`]: this.host,
          [`${prefix}_PORT`]: String(this.#spec.port),
          [`${prefix}_URL`]: this.host.apply((host) => `http://${host}:${this.#spec.port}`),
        },
        secrets: [],
        path,
        trust: false,
        after: after ?? [],
      };
    });
  }
}

function summary(spec: ServiceSpec, network: Network) {
  return {
    target: network.kind,
    environment: network.target.environment,
    replicas: spec.replicas,
    maxReplicas: spec.scaling?.max,
    rollout: spec.rollout.strategy === "rolling" ? undefined : spec.rollout.strategy,
    cpus: spec.cpus,
    memory: spec.memory,
    port: spec.port,
    routes: spec.routes.map((route) => `${route.host}${route.path}`),
    outbound: spec.outbound,
    secretsAs: spec.secretsAs,
    protect: spec.protect,
  };
}

function build(
  name: string,
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  network: Network,
  parent: pulumi.Resource,
): ServiceOutput {
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(name, args, spec, network, parent);
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(name, args, spec, network, parent);
    case "aws":
      return (require("./aws") as typeof import("./aws")).buildOnAws(name, args, spec, network, parent);
  }
}
