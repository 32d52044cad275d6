import { text } from "./schema";

/** A time of every day in UTC: `"03:00-04:00"`. It may pass midnight. */
export type DailyWindow = `${number}:${number}-${number}:${number}`;

/** A time of every week in UTC: `"sun:04:30-sun:05:30"`. */
export type WeeklyTime = `${string}:${number}:${number}-${string}:${number}:${number}`;

const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const CLOCK = "([01]\\d|2[0-3]):([0-5]\\d)";
const DAY = `(${DAYS.join("|")})`;
const DAILY = new RegExp(`^${CLOCK}-${CLOCK}$`);
const WEEKLY = new RegExp(`^${DAY}:${CLOCK}-${DAY}:${CLOCK}$`);
const MINUTES_OF_DAY = 1440;

/** Shape of a {@link DailyWindow}. */
export const dailyWindow = text(DAILY, "a time of day in UTC", 'write it as "03:00-04:00"');

/** Shape of a {@link WeeklyTime}. */
export const weeklyTime = text(WEEKLY, "a time of the week in UTC", 'write it as "sun:04:30-sun:05:30"');

/** Length of a window in minutes; the text has passed its schema. */
export function windowMinutes(window: string): number {
  const [from, to] = ends(window);
  const length = DAILY.test(window) ? MINUTES_OF_DAY : 7 * MINUTES_OF_DAY;
  return (to - from + length) % length;
}

/** Whether a time of every day and a time of the week meet. */
export function overlap(daily: string, weekly: string): boolean {
  const [dayFrom] = ends(daily);
  const [weekFrom] = ends(weekly);
  const [day, week] = [windowMinutes(daily), windowMinutes(weekly)];
  const length = 7 * MINUTES_OF_DAY;
  return DAYS.some((_, index) => {
    const start = index * MINUTES_OF_DAY + dayFrom;
    const ahead = (weekFrom - start + length) % length;
    const behind = (start - weekFrom + length) % length;
    return ahead < day || behind < week;
  });
}

/** First and last minute, from midnight or from Sunday's midnight. */
function ends(window: string): readonly [number, number] {
  const daily = DAILY.exec(window);
  if (daily !== null) return [clock(daily[1], daily[2]), clock(daily[3], daily[4])];
  const weekly = WEEKLY.exec(window);
  if (weekly === null) throw new RangeError(`not a window: ${window}`);
  return [
    DAYS.indexOf(weekly[1] ?? "") * MINUTES_OF_DAY + clock(weekly[2], weekly[3]),
    DAYS.indexOf(weekly[4] ?? "") * MINUTES_OF_DAY + clock(weekly[5], weekly[6]),
  ];
}

function clock(hours: string | undefined, minutes: string | undefined): number {
  return Number(hours) * 60 + Number(minutes);
}
