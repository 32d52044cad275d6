import * as z from "zod";
import { text } from "./schema";

/** Days of the week, Monday first. */
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;

/** A day of the week. */
export type Weekday = (typeof WEEKDAYS)[number];

/** A window that opens every week. */
export interface WeeklyWindow {
  readonly name: string;
  /** Days on which it opens. */
  readonly days: readonly Weekday[];
  /** Local time at which it opens: `"22:00"`. */
  readonly from: string;
  /** Local time at which it closes; earlier than `from` means the next day. `"24:00"` is the end of the day. */
  readonly to: string;
  /** IANA name of the time zone: `"Europe/Berlin"`. Default: `"UTC"`. */
  readonly timeZone?: string;
}

/** A window that opens once. */
export interface SingleWindow {
  readonly name: string;
  /** Local time at which it opens: `"2026-12-24T20:00"`. */
  readonly start: string;
  /** Local time at which it closes. */
  readonly end: string;
  /** IANA name of the time zone. Default: `"UTC"`. */
  readonly timeZone?: string;
}

/**
 * A time in which changes are made. The gate lets changes pass in it, and AlertRouting may hold back warnings: both read the same object.
 */
export type ChangeWindow = WeeklyWindow | SingleWindow;

const clock = text(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, "a time from 00:00 to 24:00", 'write it as "22:00"');
const moment = text(
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d$/,
  "a local date and time",
  'write it as "2026-12-24T20:00"',
);
const name = text(/^[a-z][a-z0-9-]*$/, "a lower-case name", 'use a name such as "sunday-night"');
const zone = z.string().refine(isTimeZone, {
  params: { allowed: "an IANA time zone", fix: 'use a name such as "Europe/Berlin"' },
});

/** Shape of a {@link ChangeWindow}. */
export const changeWindow = z.union([
  z
    .strictObject({ name, days: z.array(z.enum(WEEKDAYS)).min(1), from: clock, to: clock, timeZone: zone.optional() })
    .refine((window) => window.from !== window.to && window.from !== "24:00", {
      path: ["to"],
      params: { allowed: "another time than from", fix: 'for a whole day use "00:00" and "24:00"' },
    }),
  z
    .strictObject({ name, start: moment, end: moment, timeZone: zone.optional() })
    .refine((window) => String(window.start) < String(window.end), {
      path: ["end"],
      params: { allowed: "a time after start", fix: "exchange the two, or mend the date" },
    }),
]);

/** A stretch of one local day. */
export interface DayPart {
  readonly weekday?: Weekday;
  /** `2026-12-24`; only of single windows. */
  readonly date?: string;
  readonly from: string;
  readonly to: string;
}

/** A window cut at midnight: what it is on each local day. */
export function dayParts(window: ChangeWindow): readonly DayPart[] {
  if ("days" in window) {
    const { days, from, to } = window;
    if (from < to) return days.map((weekday) => ({ weekday, from, to }));
    return [
      ...days.map((weekday) => ({ weekday, from, to: "24:00" })),
      ...(to === "00:00" ? [] : days.map((weekday) => ({ weekday: nextDay(weekday), from: "00:00", to }))),
    ];
  }
  const [firstDate, firstTime] = split(window.start);
  const [lastDate, lastTime] = split(window.end);
  const parts: DayPart[] = [];
  for (let date = firstDate; date <= lastDate; date = dayAfter(date)) {
    const from = date === firstDate ? firstTime : "00:00";
    const to = date === lastDate ? lastTime : "24:00";
    if (from < to) parts.push({ date, from, to });
  }
  return parts;
}

/** Whether a window is open at a moment. */
export function isOpen(window: ChangeWindow, at: Date): boolean {
  const local = localTime(at, window.timeZone ?? "UTC");
  return dayParts(window).some(
    (part) =>
      (part.weekday === undefined || part.weekday === local.weekday) &&
      (part.date === undefined || part.date === local.date) &&
      part.from <= local.time &&
      local.time < part.to,
  );
}

/** A moment as clocks and calendars of a time zone show it. */
export function localTime(at: Date, timeZone: string): { weekday: Weekday; date: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    weekday: "long",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((each) => each.type === type)?.value ?? "";
  return {
    weekday: part("weekday").toLowerCase() as Weekday,
    date: `${part("year")}-${part("month")}-${part("day")}`,
    time: `${part("hour")}:${part("minute")}`,
  };
}

/** Whether a text is the name of a time zone. */
export function isTimeZone(value: string): boolean {
  try {
    new Intl.DateTimeFormat("en-GB", { timeZone: value });
    return true;
  } catch {
    return false;
  }
}

function nextDay(day: Weekday): Weekday {
  return WEEKDAYS[(WEEKDAYS.indexOf(day) + 1) % WEEKDAYS.length] ?? day;
}

function dayAfter(date: string): string {
  const next = new Date(`${date}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

function split(local: string): readonly [string, string] {
  return [local.slice(0, 10), local.slice(11)];
}
