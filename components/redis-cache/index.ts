import type * as pulumi from "@pulumi/pulumi";
import type { BackupSource, BackupSubject } from "../core/backup-source";
import { Component, type ComponentOptions } from "../core/component";
import type { Connection } from "../core/connection";
import type { Consumer, Link, Linkable } from "../core/links";
import type { Monitorable, Monitoring } from "../core/monitorable";
import { accept } from "../core/tick";
import type { Network } from "../targets/network";
import { type RedisAlerts, redisRules } from "./alerts";
import type { RedisCacheArgs } from "./args";
import { APP_USER, BACKUP_USER, MONITOR_USER } from "./configuration";
import type { CacheOutput } from "./output";
import { type CacheSpec, resolveCache } from "./spec";

export type { RedisAlerts } from "./alerts";
export type { CacheImage, CacheOnAws, Purpose, RedisCacheArgs } from "./args";

/** How a consumer wants to use the cache. */
export interface CacheAccess {
  /** Prefix of the variables. Default: `REDIS`. */
  readonly prefix?: string;
  /** Number of the logical database. Default: 0 (RC-05). */
  readonly database?: number;
  /** Most connections of the consumer's pool. Default: 50 (RC-05). */
  readonly maxConnections?: number;
}

/**
 * A Redis-compatible server: TLS and a password always, eviction and persistence by purpose.
 *
 * @example
 * ```ts
 * const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "512 MiB", cpus: 0.5 });
 * ```
 */
export class RedisCache extends Component implements Linkable, Monitorable, BackupSource {
  /** Host name, without a port. */
  readonly host: pulumi.Output<string>;
  /** TCP port; only TLS is spoken there. */
  readonly port: pulumi.Output<number>;
  readonly #made: CacheOutput;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: RedisCacheArgs, opts?: ComponentOptions) {
    const spec = accept(() => resolveCache(name, args));
    const network = args.vpc.network;
    super(
      "RedisCache",
      name,
      {
        target: network.kind,
        environment: network.target.environment,
        purpose: spec.purpose,
        memory: spec.memory,
        maxMemory: spec.maxMemory,
        persistent: spec.persistent,
        protect: spec.protect,
      },
      network.target.provider,
      opts,
    );
    this.#made = build(name, spec, network, this);
    this.host = this.#made.host;
    this.port = this.#made.port;
    this.registerOutputs({ host: this.host, port: this.port });
  }

  /** How to connect; for resources that are not Bulwark components. */
  get connection(): Connection {
    const { host, port, password, tls } = this.#made;
    return { host, port, username: APP_USER, password, tls };
  }

  /** A view for `links` with another prefix, database or pool size. */
  as(access: CacheAccess): Linkable {
    return { link: () => this.#link(access) };
  }

  /** How the cache is watched: by an exporter that may read statistics only. Part of {@link Monitorable}. */
  get monitoring(): Monitoring {
    return this.monitored().monitoring;
  }

  /** How the cache is watched, with other thresholds. */
  monitored(alerts: RedisAlerts = {}): Monitorable {
    const { monitorPassword: password, path, after } = this.#made;
    const monitoring: Monitoring = {
      component: this.componentName,
      targets: [],
      sources: [redisRules(this.componentName, alerts)],
      dashboards: ["redis"],
      ...(this.#made.watching === undefined ? {} : { cloud: this.#made.watching(alerts) }),
      ...(password === undefined
        ? {}
        : {
            exporter: {
              kind: "redis",
              host: this.componentName,
              port: 6379,
              username: MONITOR_USER,
              password,
              path,
              after,
            },
          }),
    };
    return { monitoring };
  }

  /** How the keys are backed up: a user of its own reads them over the replication protocol. Part of {@link BackupSource}. */
  get backup(): BackupSubject {
    const { backupPassword: password, tls, path, after, arn } = this.#made;
    return {
      kind: "redis",
      component: this.componentName,
      path,
      after,
      ...(password === undefined || tls.caFile === undefined
        ? {}
        : {
            connection: {
              host: this.componentName,
              port: 6379,
              username: BACKUP_USER,
              password,
              caFile: tls.caFile,
            },
          }),
      ...(arn === undefined ? {} : { arn }),
    };
  }

  /** Gives the consumer the address and the password. Part of {@link Linkable}. */
  link(_consumer: Consumer): Link {
    return this.#link({});
  }

  #link(access: CacheAccess): Link {
    const prefix = access.prefix ?? "REDIS";
    const { host, port, password, tls, path, after } = this.#made;
    return {
      to: this.componentName,
      variables: {
        [`${prefix}_HOST`]: host,
        [`${prefix}_PORT`]: port.apply(String),
        [`${prefix}_USERNAME`]: APP_USER,
        [`${prefix}_DB`]: String(access.database ?? 0),
        [`${prefix}_MAX_CONNECTIONS`]: String(access.maxConnections ?? 50),
        [`${prefix}_TLS`]: "true",
        ...(tls.caFile === undefined ? {} : { [`${prefix}_CA_FILE`]: tls.caFile }),
      },
      secrets: [{ variable: `${prefix}_PASSWORD`, file: `${this.componentName}-password`, ref: password }],
      path,
      trust: tls.caFile !== undefined,
      after,
    };
  }
}

function build(name: string, spec: CacheSpec, network: Network, parent: pulumi.Resource): CacheOutput {
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(name, spec, network, parent);
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(name, spec, network, parent);
    case "aws":
      return (require("./aws") as typeof import("./aws")).buildOnAws(name, spec, network, parent);
  }
}
