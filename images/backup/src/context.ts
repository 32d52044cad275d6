import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { JobConfig, RunnerConfig, SourceConfig } from "./config";
import { PATHS } from "./paths";
import { run } from "./process";
import { writeRemotes } from "./remotes";
import type { ExtraMetric } from "./state";

/** What a job is given. */
export interface JobContext {
  readonly config: RunnerConfig;
  readonly job: JobConfig;
  /** What the job is about; jobs of the whole schedule have none. */
  readonly source: SourceConfig | undefined;
  /** An empty folder of the job's own; it is removed afterwards. */
  readonly scratch: string;
  /** Says how far the job is. */
  log(progress: object): void;
  run: typeof run;
}

/** What a good run reports. */
export interface JobResult {
  /** Size of what the backup holds. */
  readonly bytes: number;
  readonly id: string;
  /** Values of the job's own; a failed run leaves the old ones. */
  readonly metrics?: readonly ExtraMetric[];
}

/** The runner's configuration. */
export function readConfig(): RunnerConfig {
  const config = JSON.parse(readFileSync(PATHS.config, "utf8")) as RunnerConfig;
  if (config.version !== 1)
    throw new Error(`${PATHS.config} has version ${config.version}, this image reads 1: deploy both again`);
  return config;
}

/** A job by its name. Throws when there is none. */
export function jobNamed(config: RunnerConfig, name: string): JobConfig {
  const job = config.jobs.find((each) => each.name === name);
  if (job !== undefined) return job;
  throw new Error(`there is no job "${name}"; there are ${config.jobs.map((each) => each.name).join(", ")}`);
}

/** Prepares a job: its folder, and the files that tools read keys from. */
export async function contextOf(config: RunnerConfig, job: JobConfig): Promise<JobContext> {
  const scratch = join(PATHS.scratch, job.name);
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o700 });
  process.env["RCLONE_CONFIG"] = await writeRemotes(config);
  return {
    config,
    job,
    source: config.sources.find((each) => each.name === job.source),
    scratch,
    log: (progress) => console.log(JSON.stringify(progress)),
    run,
  };
}
