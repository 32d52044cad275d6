import { Cron } from "croner";
import type { GraphResource } from "../../policies/graph";
import { isFields } from "../change/not-understood";

/** Runs of these types take the time of day from their inputs. */
const SCHEDULE = "bulwark:index:BackupSchedule";
const WINDOW = /^(\d\d):(\d\d)-(\d\d):(\d\d)$/;
const DAY = 86_400_000;

/**
 * Backups that run while a change is made: each reads what the change alters, so one of the two fails or both take longer. One sentence for
 * each of them.
 */
export function backupsDuring(resources: readonly GraphResource[], at: Date, seconds: number): string[] {
  const end = new Date(at.getTime() + seconds * 1000);
  const found = resources.flatMap((resource) => {
    switch (resource.type) {
      case SCHEDULE:
        return schedules(resource);
      case "aws:rds/instance:Instance":
        return daily(resource, "backupWindow");
      case "aws:elasticache/replicationGroup:ReplicationGroup":
        return daily(resource, "snapshotWindow");
      case "aws:backup/plan:Plan":
        return plans(resource);
      default:
        return [];
    }
  });
  return found.flatMap(({ title, runs }) => {
    const run = runs(at, end);
    return run === undefined ? [] : [`${title} starts at ${run.toISOString()}, while the change is made`];
  });
}

interface Backups {
  readonly title: string;
  /** The first run that touches this time, if one does. */
  readonly runs: (from: Date, to: Date) => Date | undefined;
}

function schedules({ name, props }: GraphResource): Backups[] {
  const { jobs, timeZone } = props;
  return texts(jobs).flatMap((job) => {
    const [, title = "", cron = ""] = /^([^:]+): (.+)$/.exec(job) ?? [];
    return cron === ""
      ? []
      : [{ title: `the backup ${title} of ${name}`, runs: runsOf(cron, String(timeZone ?? "UTC")) }];
  });
}

/** `cron(0 5 * * ? *)`: seconds are not written, a year is. */
function plans({ name, props }: GraphResource): Backups[] {
  const rules = Array.isArray(props["rules"]) ? props["rules"].filter(isFields) : [];
  return rules.flatMap((rule) => {
    const [, fields = ""] = /^cron\((.+)\)$/.exec(String(rule["schedule"])) ?? [];
    const cron = fields.split(/\s+/).slice(0, 5).join(" ").replaceAll("?", "*");
    if (cron === "") return [];
    const zone = String(rule["scheduleExpressionTimezone"] ?? "Etc/UTC");
    return [{ title: `the backup ${String(rule["ruleName"] ?? name)} of ${name}`, runs: runsOf(cron, zone) }];
  });
}

function daily({ name, props }: GraphResource, property: string): Backups[] {
  const [, hour, minute, endHour, endMinute] = WINDOW.exec(String(props[property])) ?? [];
  if (hour === undefined) return [];
  const start = Number(hour) * 60 + Number(minute);
  const length = (Number(endHour) * 60 + Number(endMinute) - start + 1440) % 1440;
  return [
    {
      title: `the backup of ${name}`,
      runs: (from, to) => {
        const midnight = new Date(from.toISOString().slice(0, 10)).getTime();
        return [-1, 0, 1]
          .map((day) => new Date(midnight + day * DAY + start * 60_000))
          .find((run) => run < to && run.getTime() + length * 60_000 > from.getTime());
      },
    },
  ];
}

/** How long a backup that began before the change may still run. */
const LONGEST = 60 * 60_000;

function runsOf(cron: string, timeZone: string): Backups["runs"] {
  return (from, to) => {
    try {
      const schedule = new Cron(cron, { timezone: timeZone, paused: true });
      const run = schedule.nextRun(new Date(from.getTime() - LONGEST));
      return run !== null && run < to ? run : undefined;
    } catch {
      return undefined;
    }
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
