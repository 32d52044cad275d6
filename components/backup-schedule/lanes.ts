import type { JobConfig } from "../../images/backup/src/config";
import type { BackupSubject } from "../core/backup-source";

/** User of the runner, and of a database in Bulwark's own image. */
const RUNNER_USER = "10432:10432";

/** Jobs of a schedule that run at the same time on a cluster, each in a pod of its own; a runner on a compose host does as many. */
export const JOBS_AT_ONCE = 2;

/** A runner: one container that reads what its user may read. */
export interface Lane {
  readonly service: string;
  readonly user: string;
  readonly subjects: readonly BackupSubject[];
}

/**
 * The runners of a schedule. A base backup needs the data at the server's own path, so each server has a runner of its own; dumps need its socket
 * alone, so without base backups one runner is enough. A volume is read by its owner's uid, without a capability that would open every file. All
 * the rest goes to the first.
 */
export function lanesOf(name: string, subjects: readonly BackupSubject[], wal: boolean): readonly Lane[] {
  const servers = subjects.filter((each) => each.kind === "postgres");
  const rest = subjects.filter((each) => each.kind !== "postgres");
  const [first] = servers;
  const main = [...servers.slice(0, 1), ...rest].map(ownerOf).find((each) => each !== undefined) ?? RUNNER_USER;
  const userOf = (subject: BackupSubject): string => ownerOf(subject) ?? main;
  const together = servers.filter((each) => each === first || (!wal && userOf(each) === main));
  const users = [...new Set(rest.map(userOf))].filter((user) => user !== main).sort();
  return [
    { service: name, user: main, subjects: [...together, ...rest.filter((each) => userOf(each) === main)] },
    ...servers
      .filter((each) => !together.includes(each))
      .map((each) => ({ service: `${name}-${each.component}`, user: userOf(each), subjects: [each] })),
    ...users.map((user) => ({
      service: `${name}-files-${user.split(":")[0]}`,
      user,
      subjects: rest.filter((each) => userOf(each) === user),
    })),
  ];
}

/** Whose files a source are, where only their owner may read them. */
function ownerOf(subject: BackupSubject): string | undefined {
  if (subject.kind === "volume") return subject.reach.user;
  return subject.kind === "postgres" && subject.reach !== undefined && subject.reach.kind !== "aws"
    ? subject.reach.user
    : undefined;
}

/** The jobs of a lane: those of its sources, and its own. */
export function jobsOfLane(lane: Lane, jobs: readonly JobConfig[]): readonly JobConfig[] {
  const own = new Set([lane.service, ...lane.subjects.map((each) => each.component)]);
  return jobs.filter((job) => own.has(job.source));
}
