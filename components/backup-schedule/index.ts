import type * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions } from "../core/component";
import type { Monitorable, Monitoring } from "../core/monitorable";
import { accept } from "../core/tick";
import type { Network, NetworkSource } from "../targets/network";
import { type BackupAlerts, backupRules } from "./alerts";
import type { BackupScheduleArgs, HostedArgs } from "./args";
import { resolveVault, type VaultSpec } from "./cloud-spec";
import type { BackupOutput } from "./output";
import { type BackupSpec, resolveBackups } from "./spec";

export { configurationSource } from "../core/backup-source";
export type { BackupAlerts } from "./alerts";
export type { BackupScheduleArgs, EncryptionArgs, ExternalStore, OffsiteStore, RetentionArgs } from "./args";
export type { Preset } from "./presets";

/**
 * Backs up what it is given, encrypted, on a schedule that keeps its recovery point: base backups with archived WAL and dumps of databases, copies
 * of caches, buckets, volumes and configuration. Backups are read back, and restores rehearsed, by schedule as well. On AWS: snapshots of databases
 * and continuous backups of buckets in a locked vault, copied to a second region.
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
  readonly #plan: SchedulePlan;
  readonly #made: BackupOutput;
  readonly #alerts: BackupAlerts;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: BackupScheduleArgs, opts?: ComponentOptions) {
    const plan = accept(() => planOf(name, args));
    const { network } = args.vpc;
    super("BackupSchedule", name, summary(plan, network), network.target.provider, opts);
    this.#plan = plan;
    this.#alerts = args.alerts ?? {};
    this.#made = build(name, args, plan, network, this);
    this.passphrase = this.#made.passphrase;
    this.registerOutputs({});
  }

  /** How the backups are watched: by what the jobs report, and by their silence. Part of {@link Monitorable}. */
  get monitoring(): Monitoring {
    const { metrics, watching } = this.#made;
    return {
      component: this.componentName,
      targets: metrics === undefined ? [] : [metrics.target],
      ...(metrics === undefined ? {} : { paths: [metrics.path] }),
      sources:
        this.#plan.kind === "vault" ? [] : backupRules(this.componentName, this.#plan.spec.declared, this.#alerts),
      dashboards: ["backups"],
      ...(watching === undefined ? {} : { cloud: watching(this.#alerts) }),
    };
  }
}

type SchedulePlan =
  | { readonly kind: "runners"; readonly spec: BackupSpec }
  | { readonly kind: "vault"; readonly spec: VaultSpec };

/** What is to be made: runners of Bulwark's own, or on AWS plans of AWS Backup. */
function planOf(name: string, args: BackupScheduleArgs): SchedulePlan {
  return (args.vpc as Partial<NetworkSource> | undefined)?.network?.kind === "aws"
    ? { kind: "vault", spec: resolveVault(name, args) }
    : { kind: "runners", spec: resolveBackups(name, args) };
}

function summary({ kind, spec }: SchedulePlan, network: Network) {
  const jobs =
    kind === "vault"
      ? [
          ...spec.databaseRules.map((rule) => `${rule.name}: ${rule.schedule}, ${rule.days} days`),
          `drill: ${spec.drill}`,
        ]
      : spec.jobs.map((job) => `${job.name}: ${job.cron}`);
  return {
    target: network.kind,
    environment: network.target.environment,
    preset: spec.preset,
    sources: spec.subjects.map((subject) => subject.component),
    jobs,
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
  plan: SchedulePlan,
  network: Network,
  parent: pulumi.Resource,
): BackupOutput {
  if (plan.kind === "vault") {
    if (network.kind !== "aws") throw new Error("the check of the arguments let through too much");
    return (require("./aws") as typeof import("./aws")).buildOnAws(name, plan.spec, args.copyTo, network, parent);
  }
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(
        name,
        args as HostedArgs,
        plan.spec,
        network,
        parent,
      );
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(
        name,
        args as HostedArgs,
        plan.spec,
        network,
        parent,
      );
    case "aws":
      throw new Error(`BackupSchedule has no ${network.kind} side`);
  }
}
