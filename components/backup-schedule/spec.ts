import type { JobConfig, JobKind, RetentionConfig } from "../../images/backup/src/config";
import { checkName } from "../core/arguments";
import { type BackupSubject, subjectsOf } from "../core/backup-source";
import { Problems } from "../core/problems";
import { mebibytes, seconds } from "../core/units";
import type { NetworkSource } from "../targets/network";
import type { DeclaredBackup } from "./alerts";
import { type BackupScheduleArgs, encryption, externalStore, type HostedArgs, isBucket, schema } from "./args";
import { longestGap, runsOf } from "./calendar";
import { checkRecipients, checkSchedule } from "./checks";
import { JOBS_AT_ONCE, lanesOf } from "./lanes";
import { archiveTimeout, type Schedules } from "./objectives";
import { PRESET_FIGURES, type Preset } from "./presets";

/** {@link BackupScheduleArgs} with every default filled in, but for leaves, which are read from the arguments. */
export interface BackupSpec {
  readonly preset: Preset;
  readonly subjects: readonly BackupSubject[];
  readonly schedules: Schedules;
  /** Objectives, in seconds. */
  readonly rpo: number;
  readonly rto: number;
  /** Seconds after which the server closes a WAL file that is not full. */
  readonly archiveTimeout: number;
  readonly retention: RetentionConfig;
  readonly timeZone: string;
  /** In seconds. */
  readonly jitter: number;
  readonly longestRun: number;
  /** Base backups in the second repository; 0: there is none. */
  readonly localFulls: number;
  readonly jobs: readonly JobConfig[];
  /** Backups that must be known to the monitoring. */
  readonly declared: readonly DeclaredBackup[];
  /** In MiB. */
  readonly memory: number;
  readonly cpus: number;
  readonly reservedCpus: number;
}

/** Job that copies the store off the site. */
const OFFSITE = "30 4 * * *";

/** Jobs that a runner does as soon as it starts for the first time. */
const AT_ONCE: ReadonlySet<JobKind> = new Set(["full", "dump", "copy"]);

/** Arguments of AWS Backup, and what there is elsewhere. */
const AWS_ONLY = {
  copyTo: "give offsite, an S3 endpoint elsewhere",
  lock: "remove lock: the store's own object lock keeps what it holds",
  judge: "remove judge: drills compare every table with what was backed up",
} as const satisfies Partial<Record<keyof BackupScheduleArgs, string>>;

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveBackups(name: string, given: BackupScheduleArgs): BackupSpec {
  const problems = new Problems(`BackupSchedule "${name}"`).shape(schema, given, Object.keys(schema.shape));
  // Where one of the two is missing, the shape has said so, and nothing below reads it.
  const args = given as HostedArgs;
  // On a cluster a source's name stands behind it, and a StatefulSet's name has 52 characters.
  checkName(problems, name, "backups", (args.vpc as Partial<NetworkSource>)?.network?.kind === "microk8s" ? 24 : 40);
  for (const [path, fix] of Object.entries(AWS_ONLY) as [keyof typeof AWS_ONLY, string][]) {
    if (args[path] === undefined) continue;
    problems.add({
      path,
      given: "a setting of AWS Backup",
      allowed: "aws only",
      fix,
    });
  }
  problems.across(["vpc", "local"], (add) => {
    if (args.local === undefined || args.vpc.network.kind === "compose") return;
    add({
      path: "local",
      given: "a second repository on a disk of the host",
      allowed: "compose only: on a cluster the volumes of the stack lie on that disk already",
      fix: "give offsite, an S3 endpoint elsewhere",
    });
  });
  problems.across(["encryption"], () => {
    prefixed(
      problems,
      "encryption",
      new Problems("").shape(encryption, args.encryption, Object.keys(encryption.shape)),
    );
  });
  checkRecipients(problems, args);
  problems.across(["store"], () => {
    if (isBucket(args.store)) return;
    prefixed(problems, "store", new Problems("").shape(externalStore, args.store, Object.keys(externalStore.shape)));
  });
  const shaped = problems.clean(["sources", "preset"]);
  const subjects = shaped ? subjectsOf(args.sources) : [];
  const preset = args.preset ?? (subjects.some((each) => each.kind === "postgres") ? "hourly-rpo" : "daily");
  const schedules = schedulesOf(args, shaped ? preset : "daily");
  if (shaped) checkSchedule(problems, name, args, preset, subjects, schedules);
  problems.across(["vpc", "memory", "cpus"], () => {
    const { target } = args.vpc.network;
    if (target.kind === "aws") return;
    const jobs = target.kind === "compose" ? 0 : JOBS_AT_ONCE;
    const pods = lanesOf(name, subjects, schedules.full !== undefined).length + jobs;
    const memory = mebibytes(args.memory ?? "512 MiB") * pods;
    target.capacity.take({ name, cpus: reserved(args) * pods, memory }, problems);
  });
  problems.throwIfAny();

  const figures = PRESET_FIGURES[preset];
  const rpo = seconds(args.rpo ?? figures.rpo);
  const rto = seconds(args.rto ?? figures.rto);
  const longestRun = seconds(args.longestRun ?? "1 hour");
  const timeZone = args.timeZone ?? "UTC";
  const kept = args.retention ?? {};
  const jitter = seconds(args.jitter ?? "2 minutes");
  const lanes = lanesOf(name, subjects, schedules.full !== undefined);
  const jobs = jobsOf(name, subjects, schedules, {
    lanes: lanes.map((each) => each.service),
    timeZone,
    longestRun,
    rto,
    jitter,
    offsite: args.offsite !== undefined,
  });
  const wal = schedules.full === undefined ? [] : subjects.filter((each) => each.kind === "postgres");
  const { environment } = args.vpc.network.target;
  return {
    preset,
    subjects,
    schedules,
    rpo,
    rto,
    archiveTimeout: archiveTimeout(rpo),
    retention: {
      pointInTimeDays: Math.ceil(seconds(kept.pointInTime ?? figures.pointInTime) / 86_400),
      daily: kept.daily ?? figures.daily,
      weekly: kept.weekly ?? figures.weekly,
      monthly: kept.monthly ?? figures.monthly,
      yearly: kept.yearly ?? figures.yearly,
    },
    timeZone,
    jitter,
    longestRun,
    localFulls: args.local === undefined ? 0 : (args.local.fulls ?? 2),
    jobs,
    declared: [
      // The other kinds wait for their first moment; the runner counts their age from the day it began.
      ...jobs.filter((job) => AT_ONCE.has(job.kind)).map(({ database, kind }) => ({ environment, database, kind })),
      ...wal.map((each) => ({ environment, database: each.component, kind: "wal" })),
    ],
    memory: mebibytes(args.memory ?? "512 MiB"),
    cpus: args.cpus ?? 1,
    reservedCpus: reserved(args),
  };
}

/** CPUs that a runner is guaranteed: its work can wait. */
function reserved(args: BackupScheduleArgs): number {
  return Math.min(0.1, args.cpus ?? 1);
}

function prefixed(problems: Problems, path: string, found: Problems): void {
  for (const problem of found.found) problems.add({ ...problem, path: `${path}.${problem.path}` });
}

function schedulesOf(args: BackupScheduleArgs, preset: Preset): Schedules {
  const figures = PRESET_FIGURES[preset];
  const on = (cron: string): string | undefined => (cron === "off" ? undefined : cron);
  const full = on(args.full ?? figures.full);
  return {
    full,
    incremental: on(args.incremental ?? (full === undefined ? "off" : figures.incremental)),
    dump: on(args.dump ?? figures.dump),
    copy: args.copy ?? figures.copy,
    verify: args.verify ?? "0 4 * * 6",
    drill: args.drill ?? "0 5 1 * *",
    prune: args.prune ?? "0 6 * * *",
  };
}

function jobsOf(
  name: string,
  subjects: readonly BackupSubject[],
  schedules: Schedules,
  facts: {
    readonly lanes: readonly string[];
    readonly timeZone: string;
    readonly longestRun: number;
    readonly rto: number;
    readonly jitter: number;
    readonly offsite: boolean;
  },
): readonly JobConfig[] {
  const job = (
    kind: JobKind,
    source: string,
    cron: string | undefined,
    extra: { name?: string; database?: string } = {},
  ): readonly JobConfig[] => {
    if (cron === undefined) return [];
    const timeout = facts.longestRun + (kind === "drill" ? facts.rto : 0);
    return [
      {
        name: extra.name ?? `${kind}-${source}`,
        kind,
        source,
        database: extra.database ?? source,
        cron,
        maxAge: longestGap(runsOf(cron, facts.timeZone)).seconds + timeout + facts.jitter,
        timeout,
      },
    ];
  };
  return [
    ...subjects.flatMap((each): readonly JobConfig[] => {
      const { component } = each;
      const verify = job("verify", component, schedules.verify);
      if (each.kind !== "postgres") return [...job("copy", component, schedules.copy), ...verify];
      return [
        ...job("full", component, schedules.full),
        ...job("incremental", component, schedules.incremental),
        ...each.databases.flatMap((database) =>
          job("dump", component, schedules.dump, {
            name: `dump-${component}-${database}`,
            database: `${component}/${database}`,
          }),
        ),
        ...verify,
        ...job("drill", component, schedules.drill),
      ];
    }),
    ...facts.lanes.flatMap((lane) => job("prune", lane, schedules.prune)),
    ...(facts.offsite ? job("offsite", name, OFFSITE) : []),
  ];
}
