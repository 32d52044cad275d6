import { Cron } from "croner";
import { type ChangeWindow, isOpen } from "../core/change-window";

const DAY = 86_400_000;

/** Schedules are judged from this day on, so that a plan is the same on every day. Europe's and America's clocks change soon after it. */
const FROM = new Date("2027-10-20T00:00:00Z");
const DAYS = 500;

/** A program's schedules are few, and each is asked for several times; finding its runs takes tens of milliseconds. */
const known = new Map<string, readonly Date[]>();

/** The runs that a schedule is judged by: enough for every length of month, and for both clock changes where there are any. */
export function runsOf(cron: string, timeZone: string): readonly Date[] {
  const key = `${timeZone} ${cron}`;
  const runs =
    known.get(key) ??
    runsBetween(cron, timeZone, FROM, new Date(FROM.getTime() + DAYS * DAY), timeZone === "UTC" ? 70 : 200);
  known.set(key, runs);
  return runs;
}

function runsBetween(cron: string, timeZone: string, from: Date, to: Date, most: number): readonly Date[] {
  const schedule = new Cron(cron, { timezone: timeZone, paused: true });
  const runs: Date[] = [];
  for (
    let next = schedule.nextRun(from);
    next !== null && next < to && runs.length < most;
    next = schedule.nextRun(next)
  )
    runs.push(next);
  return runs;
}

/** What is wrong with a schedule, if anything. */
export function cronError(cron: string): string | undefined {
  try {
    const schedule = new Cron(cron, { timezone: "UTC", paused: true, mode: "5-part" });
    return schedule.nextRun(FROM) === null ? "never runs" : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "") : String(error);
  }
}

/** Longest time between two runs, and where it is. */
export interface Gap {
  /** Seconds. */
  readonly seconds: number;
  readonly from: Date;
  readonly to: Date;
}

/** The longest gap between two runs. A schedule that runs less than twice in 500 days has a gap of 500 days. */
export function longestGap(runs: readonly Date[]): Gap {
  let longest: Gap | undefined;
  for (const [index, to] of runs.entries()) {
    const from = runs[index - 1];
    if (from === undefined) continue;
    const seconds = (to.getTime() - from.getTime()) / 1000;
    if (longest === undefined || seconds > longest.seconds) longest = { seconds, from, to };
  }
  const end = new Date(FROM.getTime() + DAYS * DAY);
  return longest ?? { seconds: DAYS * 86_400, from: FROM, to: end };
}

/** A run that falls into a change window. */
export interface Overlap {
  readonly window: ChangeWindow;
  readonly start: Date;
  readonly end: Date;
}

/** The first run of a schedule, up to `longest` seconds long, that falls into one of the windows. */
export function firstOverlap(
  schedule: { readonly cron: string; readonly timeZone: string; readonly runs: readonly Date[] },
  longest: number,
  windows: readonly ChangeWindow[],
): Overlap | undefined {
  for (const window of windows) {
    for (const start of near(schedule, window)) {
      const end = new Date(start.getTime() + longest * 1000);
      for (let at = start.getTime(); at < end.getTime(); at += 15 * 60_000) {
        if (isOpen(window, new Date(at))) return { window, start, end };
      }
    }
  }
  return undefined;
}

/** A weekly window is met by one of the next nine weeks' runs or by none; a single one only by runs around its dates. */
function near(
  schedule: { readonly cron: string; readonly timeZone: string; readonly runs: readonly Date[] },
  window: ChangeWindow,
): readonly Date[] {
  if ("days" in window) return schedule.runs.slice(0, 64);
  const from = new Date(Date.parse(`${window.start}Z`) - 2 * DAY);
  const to = new Date(Date.parse(`${window.end}Z`) + 2 * DAY);
  return runsBetween(schedule.cron, schedule.timeZone, from, to, 64);
}

/** Seconds as people say them: `1 min 30 s`, `1 h 5 min`, `25 h`, `30 d`. */
export function spoken(total: number): string {
  const long = total >= 2 * 86_400;
  const parts = [
    [long ? Math.floor(total / 86_400) : 0, "d"],
    [Math.floor((long ? total % 86_400 : total) / 3600), "h"],
    [Math.floor((total % 3600) / 60), "min"],
    [Math.floor(total % 60), "s"],
  ] as const;
  const said = parts.flatMap(([count, unit]) => (count === 0 ? [] : [`${count} ${unit}`]));
  return said.length === 0 ? "0 s" : said.slice(0, 2).join(" ");
}

/** A moment to the minute, in UTC: `2027-10-31 01:00 UTC`. */
export function minute(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
