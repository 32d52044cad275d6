import { createHash } from "node:crypto";
import { Cron } from "croner";
import type { JobConfig } from "./config";
import type { JobState } from "./state";

/** A job that has to run now, and the moment in its schedule that it runs for. */
export interface Due {
  readonly job: JobConfig;
  /** In seconds since 1970. */
  readonly scheduled: number;
}

/** Who starts jobs at their moments: the runner itself, or CronJobs of a cluster. */
export type Clock = "own" | "cluster";

/** Kinds that run as soon as a runner starts for the first time: from then on there is something to restore. */
export const AT_ONCE: ReadonlySet<string> = new Set(["full", "dump", "copy"]);
/** Wait after a failure, in seconds; it doubles with each further one. */
const FIRST_WAIT = 300;
const LONGEST_WAIT = 3600;

/**
 * The jobs that have to run. A run that was missed while nothing ran is made up for once, however many were missed; a failed one is tried again
 * after five minutes, then ten, up to an hour.
 */
export function dueJobs(
  jobs: readonly JobConfig[],
  states: ReadonlyMap<string, JobState>,
  now: number,
  timeZone: string,
  jitter: number,
  clock: Clock = "own",
): readonly Due[] {
  return jobs.flatMap((job): readonly Due[] => {
    if (job.cron === undefined) return [];
    const state = states.get(job.name) ?? {};
    if (state.running !== undefined) return [];
    const latest = previousRun(job.cron, timeZone, now);
    if (state.scheduled === undefined) return AT_ONCE.has(job.kind) ? [{ job, scheduled: latest ?? now }] : [];
    if (clock === "own" && latest !== undefined && latest > state.scheduled)
      return now >= latest + jitterOf(job.name, latest, jitter) ? [{ job, scheduled: latest }] : [];
    const failures = state.failures ?? 0;
    if (failures === 0) return [];
    const wait = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** (failures - 1));
    return now >= (state.lastEnd ?? 0) + wait ? [{ job, scheduled: state.scheduled }] : [];
  });
}

/** The delay of one run: random over jobs and days, the same whenever it is asked for. */
export function jitterOf(job: string, scheduled: number, jitter: number): number {
  if (jitter <= 0) return 0;
  return createHash("sha256").update(`${job}\0${scheduled}`).digest().readUInt32BE(0) % Math.floor(jitter + 1);
}

/** The last moment of a schedule that is not after `now`. */
export function previousRun(cron: string, timeZone: string, now: number): number | undefined {
  // A run of this very second counts; croner asks for strictly earlier ones.
  const [last] = new Cron(cron, { timezone: timeZone, paused: true }).previousRuns(1, new Date((now + 1) * 1000));
  return last === undefined ? undefined : last.getTime() / 1000;
}
