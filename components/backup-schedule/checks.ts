import type { BackupSubject } from "../core/backup-source";
import { Problems } from "../core/problems";
import { seconds } from "../core/units";
import { BACKUP_RULES } from "./alerts";
import { type HostedArgs, isBucket, recipient } from "./args";
import { cronError, firstOverlap, type Gap, longestGap, minute, runsOf, spoken } from "./calendar";
import { archiveTimeout, type Schedules, WAL_TRANSFER } from "./objectives";
import { PRESET_FIGURES, type Preset } from "./presets";

type Scheduled = keyof Schedules;

/** What the checks share: each schedule with its runs, computed once. */
interface Judged {
  readonly args: HostedArgs;
  readonly figures: (typeof PRESET_FIGURES)[Preset];
  readonly subjects: readonly BackupSubject[];
  readonly schedules: Schedules;
  readonly timeZone: string;
  readonly runs: ReadonlyMap<Scheduled, readonly Date[]>;
  gap(of: Scheduled): Gap;
}

/** Every check that reads more than one argument. */
export function checkSchedule(
  problems: Problems,
  name: string,
  args: HostedArgs,
  preset: Preset,
  subjects: readonly BackupSubject[],
  schedules: Schedules,
): void {
  checkSources(problems, name, args, preset, subjects, schedules);
  const judged = judge(problems, args, preset, subjects, schedules);
  if (judged === undefined) return;
  checkRpo(problems, judged);
  checkTiers(problems, judged);
  checkLifecycle(problems, judged);
  checkAlertLimits(problems, judged);
  checkWindows(problems, judged);
}

/** What dumps are encrypted to must be public. A private key is named and never shown. */
export function checkRecipients(problems: Problems, args: HostedArgs): void {
  problems.across(["encryption"], (add) => {
    const { tool = "age", recipients = [] } = args.encryption;
    for (const [index, given] of recipients.entries()) {
      for (const problem of new Problems("").shape(recipient[tool], given).found) {
        const secret = typeof given === "string" && /SECRET|PRIVATE/.test(given);
        add({ ...problem, path: `encryption.recipients.${index}`, ...(secret ? { given: "a private key" } : {}) });
      }
    }
  });
}

function judge(
  problems: Problems,
  args: HostedArgs,
  preset: Preset,
  subjects: readonly BackupSubject[],
  schedules: Schedules,
): Judged | undefined {
  const names = Object.keys(schedules) as Scheduled[];
  for (const each of names) {
    const cron = schedules[each];
    problems.across([each], (add) => {
      const wrong = cron === undefined ? undefined : cronError(cron);
      if (wrong === undefined) return;
      add({ path: each, given: `"${cron}": ${wrong}`, allowed: "five cron fields", fix: 'write it as "0 2 * * *"' });
    });
  }
  if (!problems.clean([...names, "timeZone", "retention", "rpo", "rto", "jitter", "longestRun"])) return undefined;
  const timeZone = args.timeZone ?? "UTC";
  const runs = new Map(
    names.flatMap((each): [Scheduled, readonly Date[]][] => {
      const cron = schedules[each];
      return cron === undefined ? [] : [[each, runsOf(cron, timeZone)]];
    }),
  );
  const gap = (of: Scheduled): Gap => longestGap(runs.get(of) ?? []);
  return { args, figures: PRESET_FIGURES[preset], subjects, schedules, timeZone, runs, gap };
}

function checkSources(
  problems: Problems,
  name: string,
  args: HostedArgs,
  preset: Preset,
  subjects: readonly BackupSubject[],
  schedules: Schedules,
): void {
  problems.across(["sources", "store", "vpc"], (add) => {
    const { kinds } = PRESET_FIGURES[preset];
    const seen = new Set<string>();
    for (const subject of subjects) {
      const path = "sources";
      if (seen.has(subject.component) || subject.component === name) {
        add({
          path,
          given: `${subject.component} twice`,
          allowed: "each source once, under a name of its own",
          fix: "remove one, or rename it",
        });
      }
      seen.add(subject.component);
      if (!kinds.includes(subject.kind)) {
        add({
          path,
          given: `${subject.component}, a ${subject.kind}, with the preset ${preset}`,
          allowed: kinds.join(", "),
          fix: "leave it out, or use another preset",
        });
      }
      if ("reach" in subject && subject.reach?.kind !== undefined && subject.reach.kind !== args.vpc.network.kind) {
        add({
          path,
          given: `${subject.component} on ${subject.reach.kind}`,
          allowed: `sources on ${args.vpc.network.kind}, as the network`,
          fix: "make a BackupSchedule of its own there",
        });
      }
      if (subject.kind === "bucket" && isBucket(args.store) && args.store.componentName === subject.component) {
        add({
          path: "store",
          given: `${subject.component}, which is a source too`,
          allowed: "a bucket that is not backed up into itself",
          fix: "make another StorageBucket for the backups",
        });
      }
      if (
        subject.kind === "postgres" &&
        subject.reach !== undefined &&
        subject.reach.kind !== "aws" &&
        !subject.reach.archives &&
        schedules.full !== undefined
      ) {
        add({
          path: "full",
          given: `base backups of ${subject.component}, whose image is not Bulwark's`,
          allowed: "dumps alone: archiving WAL needs pgBackRest in the server's image",
          fix: 'use Bulwark\'s image, or give { full: "off", rpo: "24 hours" }',
        });
      }
      const foldered = subject.kind === "configuration" && args.vpc.network.kind === "microk8s" ? subject.files : {};
      for (const file of Object.keys(foldered).filter((each) => !/^[\w.-]+$/.test(each))) {
        add({
          path,
          given: `the file "${file}" of ${subject.component}`,
          allowed: "names of letters, digits, dots, hyphens and underscores: it becomes a key of a Secret",
          fix: `name it "${file.replace(/[^\w.-]+/g, "-").replace(/^-/, "")}"`,
        });
      }
    }
  });
  problems.across(["full", "incremental", "dump", "encryption"], (add) => {
    if (schedules.full === undefined && schedules.incremental !== undefined) {
      add({
        path: "incremental",
        given: `"${schedules.incremental}" without base backups`,
        allowed: "only with full",
        fix: "give full, or leave incremental out",
      });
    }
    const databases = subjects.some((each) => each.kind === "postgres");
    if (databases && schedules.full === undefined && args.encryption.recipients !== undefined) {
      add({
        path: "encryption.recipients",
        given: "keys whose private halves are not on the host, and dumps alone",
        allowed: "with full: a drill has to read what it rehearses",
        fix: "give full, or leave recipients out: the dumps are then for who has the passphrase",
      });
    }
    if (databases && schedules.full === undefined && schedules.dump === undefined) {
      add({
        path: "dump",
        given: '"off" with full "off"',
        allowed: "at least one of the two for a database",
        fix: "give dump or full",
      });
    }
  });
}

/** The worst loss is all that was written since the last copy: with WAL that is the file still open and on its way, else one whole gap. */
function checkRpo(problems: Problems, judged: Judged): void {
  const { args, figures, subjects, schedules } = judged;
  const stated = args.rpo ?? figures.rpo;
  const rpo = seconds(stated);
  const refuse = (path: string, component: string, arithmetic: string, fix: string): void => {
    problems.add({
      path: args.rpo === undefined ? path : "rpo",
      given: `${stated} for ${component}, but ${arithmetic}`,
      allowed: `a schedule whose worst loss is at most ${spoken(rpo)}`,
      fix,
    });
  };
  const behind = (of: Scheduled, kind: string): string => {
    const gap = judged.gap(of);
    return `the longest time between two ${kind} is ${spoken(gap.seconds)} (${minute(gap.from)} to ${minute(gap.to)}): ${spoken(gap.seconds)} > ${spoken(rpo)}`;
  };
  for (const subject of subjects) {
    if (subject.kind !== "postgres") {
      if (judged.gap("copy").seconds > rpo)
        refuse("copy", subject.component, behind("copy", "copies"), "copy more often, or state a longer rpo");
      continue;
    }
    if (schedules.full !== undefined) {
      const loss = archiveTimeout(rpo) + WAL_TRANSFER;
      if (loss > rpo)
        refuse(
          "rpo",
          subject.component,
          `an open WAL file is closed after ${spoken(archiveTimeout(rpo))} at the earliest and needs up to ${spoken(WAL_TRANSFER)} to the store: ${spoken(loss)} > ${spoken(rpo)}`,
          "state an rpo of 2 minutes or more, and use a streaming replica besides",
        );
    } else if (judged.gap("dump").seconds > rpo) {
      refuse(
        "dump",
        subject.component,
        behind("dump", "dumps"),
        "give full, so that WAL is archived and the loss is minutes; or dump more often, or state a longer rpo",
      );
    }
  }
}

const TIERS = [
  ["daily", 25 * 3600, "day"],
  ["weekly", 7 * 86_400 + 3600, "week"],
  ["monthly", 31 * 86_400 + 3600, "month"],
  ["yearly", 366 * 86_400 + 3600, "year"],
] as const;

/** A tier keeps one dump of each period, so each period needs one. */
function checkTiers(problems: Problems, judged: Judged): void {
  const { args, figures, schedules, subjects } = judged;
  if (schedules.dump === undefined || !subjects.some((each) => each.kind === "postgres")) return;
  const gap = judged.gap("dump");
  for (const [tier, longest, period] of TIERS) {
    const kept = args.retention?.[tier] ?? figures[tier];
    if (kept === 0 || gap.seconds <= longest) continue;
    problems.add({
      path: `retention.${tier}`,
      given: `${kept}, but up to ${spoken(gap.seconds)} pass between two dumps (${minute(gap.from)} to ${minute(gap.to)})`,
      allowed: `0, or a dump in every ${period}`,
      fix: `dump more often, or give { ${tier}: 0 }`,
    });
  }
}

/** Objects that a lifecycle rule removes under a backup break it. */
function checkLifecycle(problems: Problems, judged: Judged): void {
  const { args, figures, schedules, subjects } = judged;
  const kept = { ...figures, ...args.retention };
  const postgres = subjects.some((each) => each.kind === "postgres");
  const needs: { days: number; arithmetic: string }[] = [];
  const need = (days: number, arithmetic: string): void => {
    needs.push({ days, arithmetic: `${arithmetic} = ${days} days` });
  };
  const point = Math.ceil(seconds(kept.pointInTime) / 86_400);
  if (postgres && schedules.full !== undefined) {
    const between = Math.ceil(judged.gap("full").seconds / 86_400);
    need(point + between, `${point} days of points in time + ${between} to the base backup before them`);
  }
  if (kept.yearly > 0) need(kept.yearly * 366, `yearly ${kept.yearly} × 366`);
  if (kept.monthly > 0) need(kept.monthly * 31, `monthly ${kept.monthly} × 31`);
  if (kept.weekly > 0) need(kept.weekly * 7, `weekly ${kept.weekly} × 7`);
  if (kept.daily > 0) need(kept.daily, `daily ${kept.daily}`);
  const longest = needs.sort((a, b) => b.days - a.days)[0];
  const shared = sharedObjects(subjects, schedules);
  for (const [path, expireDays] of expiries(problems, args)) {
    if (expireDays === 0) continue;
    const fix = "remove the lifecycle rule: the schedule removes what has expired itself";
    if (longest !== undefined && expireDays <= longest.days) {
      const allowed = shared === undefined ? `no expiry, or more than ${longest.days} days` : "no expiry";
      problems.add({
        path,
        given: `objects that expire after ${expireDays} days, but ${longest.arithmetic}`,
        allowed,
        fix,
      });
    } else if (shared !== undefined) {
      problems.add({
        path,
        given: `objects that expire after ${expireDays} days, but ${shared}`,
        allowed: "no expiry",
        fix,
      });
    }
  }
}

/** What is written once and read by every later backup, so that its age says nothing of whether it is still needed. */
function sharedObjects(subjects: readonly BackupSubject[], schedules: Schedules): string | undefined {
  const copied = subjects.find((each) => each.kind !== "postgres");
  if (copied !== undefined) return `the newest copy of ${copied.component} still needs the objects of the first`;
  if (schedules.full !== undefined)
    return "the newest base backup still needs the catalogue of the archive, which is written once";
  return undefined;
}

function expiries(problems: Problems, args: HostedArgs): readonly (readonly [string, number])[] {
  const days = (value: string | undefined): number => (value === undefined ? 0 : seconds(value) / 86_400);
  const found: (readonly [string, number])[] = [];
  problems.across(["store"], () => {
    if (isBucket(args.store)) {
      const { backup } = args.store;
      found.push(["store", backup.kind === "bucket" ? backup.expireDays : 0]);
    } else {
      found.push(["store.expireAfter", days(args.store.expireAfter)]);
    }
  });
  problems.across(["offsite"], () => {
    found.push(["offsite.expireAfter", days(args.offsite?.expireAfter)]);
  });
  return found;
}

/** An alert that fires between two good runs teaches people to ignore it. */
function checkAlertLimits(problems: Problems, judged: Judged): void {
  const { args, figures } = judged;
  const longestRun = seconds(args.longestRun ?? "1 hour");
  const limits = [
    ["verify", "BackupVerifyTooOld", BACKUP_RULES.BackupVerifyTooOld.parameters.days, longestRun],
    [
      "drill",
      "RestoreDrillTooOld",
      BACKUP_RULES.RestoreDrillTooOld.parameters.days,
      longestRun + seconds(args.rto ?? figures.rto),
    ],
  ] as const;
  for (const [of, alert, standard, run] of limits) {
    const days = args.alerts?.[alert]?.days ?? standard;
    const gap = judged.gap(of);
    if (gap.seconds + run <= days * 86_400) continue;
    problems.add({
      path: of,
      given: `"${judged.schedules[of]}": up to ${spoken(gap.seconds)} between two runs + ${spoken(run)} for the run = ${spoken(gap.seconds + run)}`,
      allowed: `less than the ${days} d after which ${alert} fires`,
      fix: `run it more often, or give { alerts: { ${alert}: { days: ${Math.ceil((gap.seconds + run) / 86_400) + 1} } } }`,
    });
  }
}

/** Jobs that run every four hours or more often cannot stay out of a window, and are short. */
const OFTEN = 4 * 3600;

function checkWindows(problems: Problems, judged: Judged): void {
  const { args, schedules, timeZone } = judged;
  problems.across(["changeWindows"], () => {
    const windows = args.changeWindows ?? [];
    const longest = seconds(args.longestRun ?? "1 hour") + seconds(args.jitter ?? "2 minutes");
    for (const [of, runs] of windows.length === 0 ? [] : judged.runs) {
      const cron = schedules[of];
      if (cron === undefined || of === "prune" || judged.gap(of).seconds <= OFTEN) continue;
      const overlap = firstOverlap({ cron, timeZone, runs }, longest, windows);
      if (overlap === undefined) continue;
      problems.add({
        path: of,
        given: `"${cron}": a run from ${minute(overlap.start)} to ${minute(overlap.end)} (start + ${spoken(longest)}) falls into the change window ${overlap.window.name}`,
        allowed: "runs that have ended before a change window opens, or start after it has closed",
        fix: "move the run or the window, or lower longestRun",
      });
    }
  });
}
