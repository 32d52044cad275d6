import type { RetentionConfig } from "../../images/backup/src/config";

/** A rule of a plan of AWS Backup. */
export interface VaultRule {
  readonly name: "continuous" | "daily" | "weekly" | "monthly" | "yearly";
  /** Six fields, as AWS writes cron. */
  readonly schedule: string;
  /** Days after which a recovery point is deleted. */
  readonly days: number;
  /** Whether any point in time of those days can be restored. */
  readonly continuous: boolean;
}

/** The most that AWS Backup keeps of a continuous backup, in days. */
export const MOST_CONTINUOUS_DAYS = 35;

/** A time of day at which something runs every day: minute and hour of five cron fields; `undefined` when they say something else. */
export function timeOfDay(cron: string): { readonly minute: number; readonly hour: number } | undefined {
  const [minute, hour] = /^(\d+) (\d+) \* \* \*$/.exec(cron)?.slice(1) ?? [];
  return minute === undefined || hour === undefined ? undefined : { minute: Number(minute), hour: Number(hour) };
}

/** Five cron fields as AWS writes them: with a year, and a question mark in place of the day that is not asked for. */
export function awsCron(cron: string): string {
  const [minute = "*", hour = "*", day = "*", month = "*", weekday = "*"] = cron.split(" ");
  return weekday === "*"
    ? `cron(${minute} ${hour} ${day} ${month} ? *)`
    : `cron(${minute} ${hour} ? ${month} ${weekdays(weekday)} *)`;
}

const NAMES = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"] as const;

/** Days of the week by name: cron counts from Sunday as 0, AWS as 1. */
function weekdays(field: string): string {
  return field.replace(/[0-7]/g, (digit) => NAMES[Number(digit)] ?? digit);
}

/** Four rules for grandfather, father and son: 30 days, 12 weeks, 12 months and 7 years are 30, 84, 365 and 2,557 days (BK-13). */
export function databaseRules(daily: string, kept: RetentionConfig): readonly VaultRule[] {
  const at = timeOfDay(daily);
  if (at === undefined) throw new RangeError(`not a time of day: ${daily}`);
  const clock = `${at.minute} ${at.hour}`;
  const rules: readonly VaultRule[] = [
    { name: "daily", schedule: `cron(${clock} * * ? *)`, days: kept.daily, continuous: false },
    { name: "weekly", schedule: `cron(${clock} ? * SUN *)`, days: kept.weekly * 7, continuous: false },
    {
      name: "monthly",
      schedule: `cron(${clock} 1 * ? *)`,
      days: Math.ceil((kept.monthly * 365) / 12),
      continuous: false,
    },
    { name: "yearly", schedule: `cron(${clock} 1 1 ? *)`, days: Math.ceil(kept.yearly * 365.25), continuous: false },
  ];
  return rules.filter((rule) => rule.days > 0);
}

/**
 * Buckets: every point in time of the last days, and nothing older: what a bucket forgets by a rule of its own, perhaps because it must, does not live
 * on for years in a vault.
 */
export function bucketRules(daily: string, kept: RetentionConfig): readonly VaultRule[] {
  const days = Math.min(kept.pointInTimeDays, MOST_CONTINUOUS_DAYS);
  return [{ name: "continuous", schedule: awsCron(daily), days, continuous: true }];
}
