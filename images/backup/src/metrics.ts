import { join } from "node:path";
import type { RunnerConfig } from "./config";
import { PATHS } from "./paths";
import { type JobState, readStates, replaceFile } from "./state";

interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const HELP: Readonly<Record<string, string>> = {
  backup_last_success_timestamp_seconds: "When the last good run ended; before the first, when the job was declared.",
  backup_last_exit_code: "Exit code of the last run.",
  backup_last_size_bytes: "Size of what the last good backup holds.",
  backup_last_duration_seconds: "How long the last good run took.",
  backup_max_age_seconds: "Age that the last good backup may have.",
  backup_running: "1 while a run goes on.",
  backup_last_verify_success_timestamp_seconds: "When the backups were last read back whole.",
  coldsync_last_success_timestamp_seconds: "When the last whole copy of a bucket ended.",
  restore_drill_last_success_timestamp_seconds: "When a restore was last rehearsed with success.",
  restore_drill_last_duration_seconds: "How long the last rehearsed restore took.",
  restore_drill_last_data_age_seconds: "How old the newest data of the last rehearsed restore was.",
  restore_drill_rto_seconds: "Longest time that a restore may take.",
  restore_drill_rpo_seconds: "Oldest that restored data may be.",
};

/** All metrics of a runner, in the text format of Prometheus. Labels come from the configuration, values from what the jobs left behind. */
export function metricsText(
  config: RunnerConfig,
  states: ReadonlyMap<string, JobState>,
  wal: readonly WalState[],
): string {
  const samples = [
    ...config.jobs.flatMap((job) => {
      const state = states.get(job.name) ?? {};
      const labels = { database: job.database, kind: job.kind };
      // Before its first run the age of such a job counts from the day it was declared.
      const lastSuccess = state.lastSuccess ?? state.since;
      const own = [
        ...sample("backup_last_success_timestamp_seconds", labels, lastSuccess),
        ...sample("backup_last_exit_code", labels, state.lastExit),
        ...sample("backup_last_size_bytes", labels, state.lastSize),
        ...sample("backup_last_duration_seconds", labels, state.lastDuration),
        ...sample("backup_max_age_seconds", labels, job.maxAge),
        ...sample("backup_running", labels, state.running === undefined ? 0 : 1),
        ...(state.extra ?? []).flatMap((each) =>
          sample(each.name, { database: job.database, ...each.labels }, each.value),
        ),
      ];
      if (job.kind === "verify")
        own.push(...sample("backup_last_verify_success_timestamp_seconds", { database: job.database }, lastSuccess));
      const bucket = config.sources.some((each) => each.kind === "bucket" && each.name === job.source);
      if (job.kind === "copy" && bucket)
        own.push(...sample("coldsync_last_success_timestamp_seconds", { bucket: job.source }, lastSuccess));
      if (job.kind === "drill") {
        own.push(...sample("restore_drill_last_success_timestamp_seconds", { database: job.database }, lastSuccess));
        own.push(...sample("restore_drill_rto_seconds", { database: job.database }, config.rto));
        own.push(...sample("restore_drill_rpo_seconds", { database: job.database }, config.rpo));
      }
      return own;
    }),
    ...wal.flatMap((each) => {
      const labels = { database: each.source, kind: "wal" };
      return [
        ...sample("backup_last_success_timestamp_seconds", labels, each.archivedUntil),
        ...sample("backup_last_exit_code", labels, each.failing ? 1 : 0),
        ...sample("backup_max_age_seconds", labels, each.maxAge),
      ];
    }),
  ];
  const common = { environment: config.environment, target: config.target };
  const names = [...new Set(samples.map((each) => each.name))];
  return names
    .map((name) => {
      const lines = samples
        .filter((each) => each.name === name)
        .map((each) => `${name}{${labelText({ ...common, ...each.labels })}} ${each.value}\n`);
      return `# HELP ${name} ${HELP[name] ?? "Reported by a job."}\n# TYPE ${name} gauge\n${lines.join("")}`;
    })
    .join("");
}

/** How far the WAL of a server has been archived. */
export interface WalState {
  readonly source: string;
  /** Everything written up to then is in the store, in seconds since 1970; `undefined` until that is known. */
  readonly archivedUntil: number | undefined;
  readonly failing: boolean;
  readonly maxAge: number;
}

/** Writes the metrics to the file that a node exporter may collect, besides being served. A full disk leaves the old file. */
export function writeMetrics(config: RunnerConfig, wal: readonly WalState[]): void {
  try {
    replaceFile(join(PATHS.metrics, "backup.prom"), metricsText(config, readStates(), wal));
  } catch (error) {
    console.error(`metrics were not written: ${error instanceof Error ? error.message : error}`);
  }
}

function sample(name: string, labels: Readonly<Record<string, string>>, value: number | undefined): Sample[] {
  return value === undefined ? [] : [{ name, labels, value }];
}

function labelText(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => `${name}="${value.replace(/\\/g, "\\\\").replace(/"/g, '\\"').replace(/\n/g, "\\n")}"`)
    .join(",");
}
