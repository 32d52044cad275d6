import type { JobConfig } from "../../images/backup/src/config";
import type { BackupSubject } from "../core/backup-source";

/** User of the runner, and of a database in Bulwark's own image. */
export const RUNNER_USER = "10432:10432";

/** A runner: one container that reads what its user may read. */
export interface Lane {
  readonly service: string;
  readonly user: string;
  readonly subjects: readonly BackupSubject[];
}

/**
 * The runners of a schedule on a compose host. A base backup needs the data at the server's own path, so each server has a runner of its own; a
 * volume is read by its owner's uid, without a capability that would open every file. All the rest goes to the first.
 */
export function lanesOf(name: string, subjects: readonly BackupSubject[]): readonly Lane[] {
  const servers = subjects.filter((each) => each.kind === "postgres");
  const [first, ...further] = servers;
  const main = first?.reach?.kind === "compose" ? first.reach.user : RUNNER_USER;
  const userOf = (subject: BackupSubject): string =>
    subject.kind === "volume" && subject.reach.kind === "compose" ? subject.reach.user : main;
  const rest = subjects.filter((each) => each.kind !== "postgres");
  const users = [...new Set(rest.map(userOf))].filter((user) => user !== main).sort();
  return [
    {
      service: name,
      user: main,
      subjects: [...(first === undefined ? [] : [first]), ...rest.filter((each) => userOf(each) === main)],
    },
    ...further.map((each) => ({
      service: `${name}-${each.component}`,
      user: each.reach?.kind === "compose" ? each.reach.user : main,
      subjects: [each],
    })),
    ...users.map((user) => ({
      service: `${name}-files-${user.split(":")[0]}`,
      user,
      subjects: rest.filter((each) => userOf(each) === user),
    })),
  ];
}

/** The jobs of a lane; those of the whole schedule go to the first. */
export function jobsOfLane(schedule: string, lane: Lane, jobs: readonly JobConfig[]): readonly JobConfig[] {
  const own = new Set(lane.subjects.map((each) => each.component));
  return jobs.filter((job) => own.has(job.source) || (job.source === schedule && lane.service === schedule));
}
