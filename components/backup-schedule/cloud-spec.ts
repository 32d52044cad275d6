import type { RetentionConfig } from "../../images/backup/src/config";
import { checkName } from "../core/arguments";
import { type BackupSubject, subjectsOf } from "../core/backup-source";
import type { Problem } from "../core/errors";
import { Problems } from "../core/problems";
import { seconds } from "../core/units";
import { type BackupScheduleArgs, cloudSchema as schema } from "./args";
import { cronError, spoken } from "./calendar";
import { PRESET_FIGURES, type Preset } from "./presets";
import { awsCron, bucketRules, databaseRules, MOST_CONTINUOUS_DAYS, timeOfDay, type VaultRule } from "./vault-rules";

/** A server of Amazon RDS, or a bucket of Amazon S3. */
export type VaultSubject = Extract<BackupSubject, { readonly kind: "postgres" | "bucket" }>;

/** {@link BackupScheduleArgs} on AWS, with every default filled in. */
export interface VaultSpec {
  readonly preset: Preset;
  readonly subjects: readonly VaultSubject[];
  /** Objectives, in seconds. */
  readonly rpo: number;
  readonly rto: number;
  readonly timeZone: string;
  readonly retention: RetentionConfig;
  readonly databaseRules: readonly VaultRule[];
  readonly bucketRules: readonly VaultRule[];
  /** Six fields, as AWS writes cron. */
  readonly drill: string;
  readonly lock: "governance" | "compliance";
  readonly judge: "server" | "content";
}

/** How far the newest point in time of Amazon RDS may lie behind, in seconds (Amazon RDS, LatestRestorableTime). */
const RDS_BEHIND = 300;
/** The same of a continuous backup of Amazon S3 (AWS Backup, continuous backups). */
const S3_BEHIND = 900;
/** Clear of the backup and maintenance windows of Amazon RDS, in and shortly before which AWS Backup makes no snapshot of it. */
const DAILY = "0 0 * * *";
/** ElastiCache copies once a day. */
const SNAPSHOT_GAP = 86_400;

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveVault(name: string, args: BackupScheduleArgs): VaultSpec {
  const problems = new Problems(`BackupSchedule "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "backups", 40);
  for (const problem of unsupported(args)) problems.add(problem);
  const shaped = problems.clean(["sources", "preset", "rpo", "rto", "retention"]);
  const subjects = shaped ? subjectsOf(args.sources) : [];
  const preset = args.preset ?? (subjects.some((each) => each.kind === "postgres") ? "hourly-rpo" : "daily");
  const figures = PRESET_FIGURES[problems.clean(["preset"]) ? preset : "daily"];
  const daily = args.full ?? DAILY;
  const drill = args.drill ?? "0 5 1 * *";
  problems.across(["full"], (add) => checkDaily(daily, add));
  problems.across(["drill"], (add) => {
    const wrong = cronError(drill);
    if (wrong === undefined) return;
    add({ path: "drill", given: `"${drill}": ${wrong}`, allowed: "five cron fields", fix: 'write it as "0 5 1 * *"' });
  });
  const retention = shaped ? kept(args, figures) : undefined;
  const rpo = shaped ? seconds(args.rpo ?? figures.rpo) : 0;
  if (retention !== undefined) {
    problems.across(["sources", "rpo", "retention"], (add) => {
      for (const subject of subjects) checkSubject(subject, rpo, retention.pointInTimeDays, add);
    });
    problems.across(["retention"], (add) => {
      if (retention.daily > 0) return;
      add({ path: "retention.daily", given: "0", allowed: "at least 1 on aws", fix: "keep some daily backups" });
    });
  }
  problems.across(["vpc", "copyTo"], (add) => checkCopy(args, add));
  problems.throwIfAny();
  if (retention === undefined) throw new Error("the check of the arguments let through too much");
  return {
    preset,
    subjects: subjects.filter((each): each is VaultSubject => each.kind === "postgres" || each.kind === "bucket"),
    rpo,
    rto: seconds(args.rto ?? figures.rto),
    timeZone: args.timeZone ?? "UTC",
    retention,
    databaseRules: databaseRules(daily, retention),
    bucketRules: bucketRules(daily, retention),
    drill: awsCron(drill),
    lock: args.lock ?? "governance",
    judge: args.judge ?? "server",
  };
}

function kept(args: BackupScheduleArgs, figures: (typeof PRESET_FIGURES)[Preset]): RetentionConfig {
  const { daily, weekly, monthly, yearly, pointInTime } = { ...figures, ...args.retention };
  return { daily, weekly, monthly, yearly, pointInTimeDays: Math.ceil(seconds(pointInTime) / 86_400) };
}

function checkDaily(daily: string, add: (problem: Problem) => void): void {
  if (timeOfDay(daily) !== undefined) return;
  add({
    path: "full",
    given: `"${daily}"`,
    allowed: "a time of day on aws: the weekly, monthly and yearly backups are made at the same time",
    fix: 'write it as "0 2 * * *"',
  });
}

/** What each service of AWS can lose at most, and how far back it can go, against what was asked for. */
function checkSubject(subject: BackupSubject, rpo: number, days: number, add: (problem: Problem) => void): void {
  const tooLate = (behind: number, what: string, fix: string): void => {
    if (behind <= rpo) return;
    add({
      path: "rpo",
      given: `${spoken(rpo)} for ${subject.component}, but ${what}: ${spoken(behind)} > ${spoken(rpo)}`,
      allowed: `at least ${spoken(behind)} for it on aws`,
      fix,
    });
  };
  switch (subject.kind) {
    case "postgres": {
      tooLate(RDS_BEHIND, "Amazon RDS can be up to five minutes behind", "state an rpo of 5 minutes or more");
      const most = subject.reach?.kind === "aws" ? subject.reach.pointInTimeDays : 0;
      if (most < days) {
        add({
          path: "retention.pointInTime",
          given: `${days} days for ${subject.component}, which keeps ${most}`,
          allowed: `at most ${most} days`,
          fix: `raise aws.backupDays of ${subject.component}, at most 35, or lower pointInTime`,
        });
      }
      return;
    }
    case "bucket":
      tooLate(S3_BEHIND, "AWS Backup can be up to 15 minutes behind", "state an rpo of 15 minutes or more");
      if (days > MOST_CONTINUOUS_DAYS) {
        add({
          path: "retention.pointInTime",
          given: `${days} days for ${subject.component}`,
          allowed: `at most ${MOST_CONTINUOUS_DAYS} days of a bucket on aws`,
          fix: "lower pointInTime; a bucket keeps old versions itself: expireOldVersionsAfter",
        });
      }
      return;
    case "redis":
      tooLate(
        SNAPSHOT_GAP,
        "Amazon ElastiCache copies once a day",
        "leave it out of sources: it makes its snapshots by itself, and AWS Backup does not know it",
      );
      if (rpo >= SNAPSHOT_GAP) {
        add({
          path: "sources",
          given: `${subject.component}, a cache`,
          allowed: "databases and buckets on aws",
          fix: "leave it out: Amazon ElastiCache makes daily snapshots of it by itself",
        });
      }
      return;
    case "volume":
    case "configuration":
      add({
        path: "sources",
        given: `${subject.component}, a ${subject.kind}`,
        allowed: "databases and buckets on aws",
        fix: "leave it out: on aws the state's own backend keeps its versions",
      });
  }
}

function checkCopy(args: BackupScheduleArgs, add: (problem: Problem) => void): void {
  const { target } = args.vpc.network;
  if (target.kind !== "aws") return;
  if (args.copyTo === undefined) {
    if (target.environment !== "prod") return;
    add({
      path: "copyTo",
      given: "nothing",
      allowed: "in prod, a second region",
      fix: 'give copyTo: new AwsRegion("backup-region", { region: "us-west-2", ... }): what lies in one region is lost with it',
    });
  } else if (args.copyTo.region === target.region) {
    add({
      path: "copyTo",
      given: `${target.region}, the region of the stack`,
      allowed: "another region",
      fix: "give another region",
    });
  }
}

/** Arguments of the runners and their store, and what takes their place. */
const ELSEWHERE = {
  incremental: "Amazon RDS archives every change by itself",
  dump: "AWS Backup keeps snapshots in place of dumps; give the time of day as full",
  copy: "AWS Backup copies buckets continuously",
  verify: "AWS checks snapshots itself; drill restores them",
  prune: "AWS Backup deletes what has expired by itself",
  encryption: "vaults are encrypted with keys of AWS KMS",
  store: "backups lie in a vault",
  offsite: "give copyTo: new AwsRegion(...)",
  local: "there is no host",
  jitter: "AWS Backup spreads the jobs over its window",
  longestRun: "AWS Backup ends jobs after their window",
  changeWindows: "snapshots hold nothing up; move full when they should not meet a change",
  memory: "nothing runs in containers",
  cpus: "nothing runs in containers",
} as const satisfies Partial<Record<keyof BackupScheduleArgs, string>>;

function unsupported(args: BackupScheduleArgs): Problem[] {
  return Object.entries(ELSEWHERE)
    .filter(([key]) => args[key as keyof typeof ELSEWHERE] !== undefined)
    .map(([path, instead]) => ({
      path,
      given: "a setting of Bulwark's own backups",
      allowed: "nothing on aws",
      fix: `remove ${path}: ${instead}`,
    }));
}
