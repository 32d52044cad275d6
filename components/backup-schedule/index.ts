import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component";
import type { Monitorable, Monitoring } from "../core/monitorable";
import { accept } from "../core/tick";
import type { Network } from "../targets/network";
import { type BackupAlerts, backupRules } from "./alerts";
import type { BackupScheduleArgs } from "./args";
import type { BackupOutput } from "./output";
import { type BackupSpec, resolveBackups } from "./spec";

export { configurationSource } from "../core/backup-source";
export type { BackupAlerts } from "./alerts";
export type { BackupScheduleArgs, EncryptionArgs, ExternalStore, RetentionArgs } from "./args";
export type { Preset } from "./presets";

/**
 * Backs up what it is given, encrypted, on a schedule that keeps its recovery point: base backups with archived WAL and dumps of databases, copies
 * of caches, buckets, volumes and configuration. Backups are read back, and restores rehearsed, by schedule as well.
 *
 * @example
 * ```ts
 * new BackupSchedule("backups", {
 *   vpc,
 *   sources: [db, cache],
 *   preset: "hourly-rpo",
 *   encryption: { passphrase: config.requireSecret("backupPassphrase") },
 *   store: recordings,
 *   retention: { yearly: 0, monthly: 0 },
 * });
 * ```
 */
export class BackupSchedule extends Component implements Monitorable {
  /** The passphrase, as a secret: keep a copy off the host. None on AWS, whose vault has a key of its own. */
  readonly passphrase: pulumi.Output<string> | undefined;
  readonly #spec: BackupSpec;
  readonly #made: BackupOutput;
  readonly #alerts: BackupAlerts;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: BackupScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    const spec = accept(() => resolveBackups(name, args));
    const { network } = args.vpc;
    super("BackupSchedule", name, summary(spec, network), network.target.provider, opts);
    this.#spec = spec;
    this.#alerts = args.alerts ?? {};
    this.#made = build(name, args, spec, network, this);
    this.passphrase = this.#made.passphrase;
    this.registerOutputs({});
  }

  /** How the backups are watched: by what the jobs report, and by their silence. Part of {@link Monitorable}. */
  get monitoring(): Monitoring {
    const { metrics } = this.#made;
    return {
      component: this.componentName,
      targets: metrics === undefined ? [] : [metrics.target],
      ...(metrics === undefined ? {} : { paths: [metrics.path] }),
      sources: backupRules(this.componentName, this.#spec.declared, this.#alerts),
      dashboards: ["backups"],
    };
  }
}

function summary(spec: BackupSpec, network: Network) {
  return {
    target: network.kind,
    environment: network.target.environment,
    preset: spec.preset,
    sources: spec.subjects.map((subject) => subject.component),
    jobs: spec.jobs.map((job) => `${job.name}: ${job.cron}`),
    rpo: spec.rpo,
    rto: spec.rto,
    timeZone: spec.timeZone,
    pointInTimeDays: spec.retention.pointInTimeDays,
    daily: spec.retention.daily,
    weekly: spec.retention.weekly,
    monthly: spec.retention.monthly,
    yearly: spec.retention.yearly,
  };
}

function build(
  name: string,
  args: BackupScheduleArgs,
  spec: BackupSpec,
  network: Network,
  parent: pulumi.Resource,
): BackupOutput {
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(name, args, spec, network, parent);
    case "microk8s":
    case "aws":
      throw new Error(`BackupSchedule has no ${network.kind} side`);
  }
}
