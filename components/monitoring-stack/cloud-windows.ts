import { type ChangeWindow, WEEKDAYS, type Weekday, type WeeklyWindow } from "../core/change-window";

/** A time in which CloudWatch sends nothing, as a mute rule takes it. */
export interface MuteSchedule {
  /** Tells the schedules of one window apart. */
  readonly key: string;
  /** Five cron fields, or one moment. */
  readonly expression: string;
  /** ISO 8601. */
  readonly duration: string;
  readonly timezone: string;
}

/** The two moments of a window, as EventBridge Scheduler takes them. */
export interface SwitchSchedule {
  readonly open: string;
  readonly close: string;
  readonly timezone: string;
}

const DAY = 24 * 60;
const WEEK = 7 * DAY;

/** The longest that a mute rule holds, in days. */
export const LONGEST_MUTE = 15;

/** When a window is open, as schedules of mute rules. */
export function muteSchedules(window: ChangeWindow): readonly MuteSchedule[] {
  const timezone = window.timeZone ?? "UTC";
  if ("days" in window) {
    return [
      {
        key: window.name,
        expression: `cron(${clock(minutes(window.from))} * * ${short(window.days)})`,
        duration: iso(length(window)),
        timezone,
      },
    ];
  }
  const duration = (Date.parse(`${window.end}:00Z`) - Date.parse(`${window.start}:00Z`)) / 60_000;
  return [{ key: window.name, expression: `at(${window.start})`, duration: iso(duration), timezone }];
}

/** When a window is closed: what lies between two openings, grouped by the time of day at which it begins. */
export function closedSchedules(window: WeeklyWindow): readonly MuteSchedule[] {
  const open = window.days
    .map((day) => WEEKDAYS.indexOf(day) * DAY + minutes(window.from))
    .sort((a, b) => a - b)
    .map((start) => ({ start, end: start + length(window) }));
  const groups = new Map<string, { begin: number; duration: number; days: Weekday[] }>();
  for (const [index, each] of open.entries()) {
    const next = open[index + 1]?.start ?? (open[0]?.start ?? 0) + WEEK;
    if (next <= each.end) continue;
    const begin = each.end % DAY;
    const day = WEEKDAYS[Math.floor(each.end / DAY) % 7] ?? "monday";
    const key = `${begin} ${next - each.end}`;
    const group = groups.get(key) ?? { begin, duration: next - each.end, days: [] };
    group.days.push(day);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ begin, duration, days }) => ({
    key: `outside-${window.name}-${short(days).toLowerCase().replace(/,/g, "-")}`,
    expression: `cron(${clock(begin)} * * ${short(days)})`,
    duration: iso(duration),
    timezone: window.timeZone ?? "UTC",
  }));
}

/** When a window opens and closes. */
export function switchSchedule(window: ChangeWindow): SwitchSchedule {
  const timezone = window.timeZone ?? "UTC";
  if (!("days" in window)) return { open: `at(${window.start}:00)`, close: `at(${window.end}:00)`, timezone };
  const end = minutes(window.from) + length(window);
  const later = Math.floor(end / DAY);
  const last = window.days.map((day) => WEEKDAYS[(WEEKDAYS.indexOf(day) + later) % 7] ?? day);
  return {
    open: `cron(${clock(minutes(window.from))} ? * ${short(window.days)} *)`,
    close: `cron(${clock(end % DAY)} ? * ${short(last)} *)`,
    timezone,
  };
}

/** Minutes that a weekly window is open each time. */
function length(window: WeeklyWindow): number {
  const long = minutes(window.to) - minutes(window.from);
  return long > 0 ? long : long + DAY;
}

function minutes(time: string): number {
  const [hours = 0, rest = 0] = time.split(":").map(Number);
  return hours * 60 + rest;
}

/** The first two cron fields. */
function clock(minute: number): string {
  return `${minute % 60} ${Math.floor(minute / 60)}`;
}

function short(days: readonly Weekday[]): string {
  return [...new Set(days)]
    .sort((a, b) => WEEKDAYS.indexOf(a) - WEEKDAYS.indexOf(b))
    .map((day) => day.slice(0, 3).toUpperCase())
    .join(",");
}

function iso(total: number): string {
  const [days, hours, rest] = [Math.floor(total / DAY), Math.floor((total % DAY) / 60), total % 60];
  const time = `${hours > 0 ? `${hours}H` : ""}${rest > 0 ? `${rest}M` : ""}`;
  return `P${days > 0 ? `${days}D` : ""}${time === "" ? "" : `T${time}`}`;
}
