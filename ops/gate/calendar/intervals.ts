import { DateTime } from "luxon";
import { type ChangeWindow, dayParts, isOpen } from "../../../components/core/change-window";

/** A stretch of time in milliseconds since 1970; the end is no part of it. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

const DAY = 86_400_000;
const MINUTE = 60_000;

/**
 * When a window is open between two moments. It says what `isOpen` says of every moment, so that the gate and the muting of alerts agree: an
 * hour that a change of clocks repeats is open twice, one that it skips is open never.
 */
export function intervalsOf(window: ChangeWindow, start: number, end: number): Interval[] {
  const edges = [start, ...boundaries(window, start, end).filter((each) => each > start && each < end), end];
  const found: Interval[] = [];
  for (const [index, edge] of edges.entries()) {
    const next = edges[index + 1];
    if (next === undefined || edge === next || !isOpen(window, new Date(edge))) continue;
    found.push({ start: edge, end: next });
  }
  return union(found);
}

/** Every moment at which the window may open or close. */
function boundaries(window: ChangeWindow, start: number, end: number): number[] {
  const zone = window.timeZone ?? "UTC";
  const parts = dayParts(window);
  const found = new Set<number>();
  const first = DateTime.fromMillis(start, { zone }).startOf("day").minus({ days: 1 });
  for (let day = first; day.toMillis() <= end + DAY; day = day.plus({ days: 1 })) {
    const weekday = day.setLocale("en").weekdayLong?.toLowerCase();
    const date = day.toISODate();
    for (const part of parts) {
      if (part.weekday !== undefined ? part.weekday !== weekday : part.date !== date) continue;
      for (const time of [part.from, part.to]) for (const moment of moments(day, time)) found.add(moment);
    }
    const shift = transition(day);
    if (shift !== undefined) found.add(shift);
  }
  return [...found].sort((a, b) => a - b);
}

/** The moments at which clocks show a time on a day: two when clocks go back over it. */
function moments(day: DateTime, time: string): number[] {
  const [hour = 0, minute = 0] = time.split(":").map(Number);
  const local =
    hour === 24 ? day.plus({ days: 1 }).startOf("day") : day.set({ hour, minute, second: 0, millisecond: 0 });
  return local.getPossibleOffsets().map((each) => each.toMillis());
}

/** The minute in which clocks are changed on a day, if they are. */
function transition(day: DateTime): number | undefined {
  const zone = day.zone;
  let low = day.startOf("day").toMillis();
  let high = day.plus({ days: 1 }).startOf("day").toMillis();
  if (zone.offset(low) === zone.offset(high)) return undefined;
  while (high - low > MINUTE) {
    const middle = low + Math.floor((high - low) / 2 / MINUTE) * MINUTE;
    if (zone.offset(middle) === zone.offset(low)) low = middle;
    else high = middle;
  }
  return high;
}

/** Stretches joined where they touch or overlap, in order. */
export function union(intervals: readonly Interval[]): Interval[] {
  const joined: Interval[] = [];
  for (const each of [...intervals].sort((a, b) => a.start - b.start)) {
    const last = joined.at(-1);
    if (last === undefined || each.start > last.end) joined.push(each);
    else joined[joined.length - 1] = { start: last.start, end: Math.max(last.end, each.end) };
  }
  return joined;
}

/** What is left of stretches outside of others. */
export function subtract(intervals: readonly Interval[], others: readonly Interval[]): Interval[] {
  return union(others).reduce<Interval[]>(
    (left, hole) =>
      left.flatMap(({ start, end }) =>
        [
          { start, end: Math.min(end, hole.start) },
          { start: Math.max(start, hole.end), end },
        ].filter((each) => each.start < each.end && (each.end <= hole.start || each.start >= hole.end)),
      ),
    union(intervals),
  );
}
