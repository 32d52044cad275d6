import type * as pulumi from "@pulumi/pulumi";
import type { BackupSource, BackupSubject } from "../core/backup-source";
import { Component, type ComponentOptions } from "../core/component";
import type { Connection } from "../core/connection";
import type { Consumer, Link, Linkable } from "../core/links";
import type { Monitorable, Monitoring } from "../core/monitorable";
import { accept } from "../core/tick";
import type { Network } from "../targets/network";
import { type PostgresAlerts, postgresRules } from "./alerts";
import type { ManagedPostgresArgs } from "./args";
import { ConnectionBudget } from "./connections";
import { linkTo, type PostgresAccess } from "./link";
import type { Endpoint, PostgresOutput } from "./output";
import { MONITOR_ROLE } from "./provision";
import { type PostgresSpec, resolvePostgres } from "./spec";

export type { PostgresAlerts } from "./alerts";
export type { DatabaseArgs, ManagedPostgresArgs, PostgresImage, PostgresOnAws, RestoreFrom, RoleArgs } from "./args";
export type { PostgresAccess } from "./link";
export type { Endpoint } from "./output";

/**
 * A PostgreSQL server with its databases, roles and read replicas. TLS is always on, passwords are generated, the superuser cannot log in
 * over the network, and the data is protected from deletion.
 *
 * @example
 * ```ts
 * const db = new ManagedPostgres("db", {
 *   vpc,
 *   databases: { smartoffice_prod: { owner: "smartoffice_user" } },
 *   memory: "2 GiB",
 *   cpus: 2,
 *   storage: "100 GiB",
 * });
 * ```
 */
export class ManagedPostgres extends Component implements Linkable, Monitorable, BackupSource {
  /** Where to write. */
  readonly writer: Endpoint;
  /** Where to read; empty without replicas. */
  readonly readers: readonly Endpoint[];
  readonly #spec: PostgresSpec;
  readonly #made: PostgresOutput;
  readonly #budget: ConnectionBudget;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: ManagedPostgresArgs, opts?: ComponentOptions) {
    const spec = accept(() => resolvePostgres(name, args));
    const network = args.vpc.network;
    super("ManagedPostgres", name, summary(spec, network), network.target.provider, opts);
    this.#spec = spec;
    this.#budget = new ConnectionBudget(name, spec.maxConnections);
    this.#made = build(name, spec, network, this);
    this.writer = this.#made.writer;
    this.readers = this.#made.readers;
    this.registerOutputs({ writer: this.writer, readers: this.readers });
  }

  /** How to connect with a role; for resources that are not Bulwark components. */
  connection(access: PostgresAccess = {}): Connection {
    const link = linkTo(this.componentName, this.#spec, this.#made, access);
    const prefix = access.prefix ?? "DB";
    const [secret] = link.secrets;
    if (secret === undefined) throw new Error("a link to PostgreSQL always has a password");
    return {
      ...this.writer,
      database: String(link.variables[`${prefix}_NAME`]),
      username: String(link.variables[`${prefix}_USER`]),
      password: secret.ref,
      tls: this.#made.tls,
    };
  }

  /** A view for `links` with another role, database or variable prefix: `links: [db.as({ role: "reporting" })]`. */
  as(access: PostgresAccess): Linkable {
    return { link: (by) => linkTo(this.componentName, this.#spec, this.#made, access, { by, budget: this.#budget }) };
  }

  /** How the server is watched: by an exporter that logs in with a role that may read statistics only. Part of {@link Monitorable}. */
  get monitoring(): Monitoring {
    return this.monitored().monitoring;
  }

  /** How the server is watched, with other thresholds: `watches: [db.monitored({ PostgresConnectionsHigh: { percent: 70 } })]`. */
  monitored(alerts: PostgresAlerts = {}): Monitorable {
    const kept = this.#made.passwords.get(MONITOR_ROLE);
    const password = kept?.kind === "file" ? kept.value : this.#made.monitorPassword;
    const { caFile } = this.#made.tls;
    const database = this.#spec.databases[0]?.name ?? "postgres";
    const monitoring: Monitoring = {
      component: this.componentName,
      targets: [],
      sources: [postgresRules(this.componentName, alerts)],
      dashboards: ["postgres"],
      ...(this.#made.watching === undefined ? {} : { cloud: this.#made.watching(alerts) }),
      ...(password === undefined || caFile === undefined
        ? {}
        : {
            exporter: {
              kind: "postgres",
              host: this.componentName,
              port: 5432,
              database,
              username: MONITOR_ROLE,
              password,
              path: this.#made.path,
              after: this.#made.after,
            },
          }),
    };
    return { monitoring };
  }

  /** How the databases are backed up: base backups with WAL, and a dump of each. Part of {@link BackupSource}. */
  get backup(): BackupSubject {
    const { reach, path, after } = this.#made;
    return {
      kind: "postgres",
      component: this.componentName,
      databases: this.#spec.databases.map((database) => database.name),
      path,
      after,
      ...(reach === undefined ? {} : { reach }),
    };
  }

  /** Gives the consumer the owner role of the only database. Part of {@link Linkable}. */
  link(_consumer: Consumer): Link {
    return linkTo(this.componentName, this.#spec, this.#made, {});
  }
}

function summary(spec: PostgresSpec, network: Network) {
  return {
    target: network.kind,
    environment: network.target.environment,
    databases: spec.databases.map((database) => database.name),
    memory: spec.memory,
    cpus: spec.cpus,
    storage: spec.storage,
    replicas: spec.replicas,
    maxConnections: spec.maxConnections,
    protect: spec.protect,
  };
}

function build(name: string, spec: PostgresSpec, network: Network, parent: pulumi.Resource): PostgresOutput {
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(name, spec, network, parent);
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(name, spec, network, parent);
    case "aws":
      return (require("./aws") as typeof import("./aws")).buildOnAws(name, spec, network, parent);
  }
}
