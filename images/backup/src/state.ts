import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { PATHS } from "./paths";

/** A value that a job reports besides the usual ones. */
export interface ExtraMetric {
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is known of a job. Times in seconds since 1970. What a failed run does not know stays as the last good run left it. */
export interface JobState {
  /** The moment in the schedule for which it last ran or was last tried. */
  readonly scheduled?: number;
  /** When the job was first known; its age counts from there until it first succeeds. */
  readonly since?: number;
  /** When the run that goes on began. */
  readonly running?: number;
  readonly lastEnd?: number;
  readonly lastExit?: number;
  /** Why the last run failed. */
  readonly lastError?: string;
  /** Failures since the last success. */
  readonly failures?: number;
  readonly lastSuccess?: number;
  readonly lastSize?: number;
  readonly lastDuration?: number;
  readonly lastId?: string;
  readonly extra?: readonly ExtraMetric[];
}

/** Now, in seconds. */
export const now = (): number => Date.now() / 1000;

/** What is known of all jobs. */
export function readStates(): ReadonlyMap<string, JobState> {
  const states = new Map<string, JobState>();
  for (const folder of [PATHS.state, PATHS.memory]) {
    for (const name of files(folder)) {
      const job = name.slice(0, -".job.json".length);
      const found = parsed(join(folder, name));
      const known = states.get(job);
      if (found !== undefined && (known === undefined || (found.lastEnd ?? 0) >= (known.lastEnd ?? 0)))
        states.set(job, found);
    }
  }
  return states;
}

/** What is known of one job. */
export function readState(job: string): JobState {
  return readStates().get(job) ?? {};
}

/** Changes what is known of a job. On a full disk it is kept in memory, so that the failure is seen all the same. */
export function updateState(job: string, change: Partial<JobState>): JobState {
  const { running: _, ...rest } = readState(job);
  const state: JobState = { ...rest, ...change };
  const text = `${JSON.stringify(state)}\n`;
  for (const folder of [PATHS.state, PATHS.memory]) {
    try {
      replaceFile(join(folder, `${job}.job.json`), text);
      return state;
    } catch (error) {
      if (folder === PATHS.memory) throw error;
    }
  }
  return state;
}

/** Writes a file so that a reader sees either the old content or the new, whatever happens in between. */
export function replaceFile(path: string, text: string, mode = 0o644): void {
  mkdirSync(join(path, ".."), { recursive: true });
  // Pods that share the state may have processes of one number.
  const temporary = `${path}.${hostname()}-${process.pid}.new`;
  writeFileSync(temporary, text, { mode, flush: true });
  renameSync(temporary, path);
}

function files(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith(".job.json"));
  } catch {
    return [];
  }
}

function parsed(path: string): JobState | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as JobState;
  } catch {
    return undefined;
  }
}
