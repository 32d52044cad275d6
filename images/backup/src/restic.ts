import { readFileSync } from "node:fs";
import type { RunnerConfig } from "./config";
import type { JobContext, JobResult } from "./context";
import { type RunOptions, run } from "./process";

/** Runs restic on the repository of a source, which is encrypted with the schedule's passphrase. */
export async function restic(config: RunnerConfig, source: string, args: readonly string[], options: RunOptions = {}) {
  const { store } = config;
  const ca = store.caFile === undefined ? [] : [`--cacert=${store.caFile}`];
  return run("restic", ["--no-cache", "--json", ...ca, ...args], {
    ...options,
    env: {
      ...options.env,
      RESTIC_REPOSITORY: `s3:${store.endpoint}/${store.bucket}/restic/${source}`,
      RESTIC_PASSWORD_FILE: config.passphraseFile,
      AWS_ACCESS_KEY_ID: readFileSync(store.accessKeyFile, "utf8").trim(),
      AWS_SECRET_ACCESS_KEY: readFileSync(store.secretKeyFile, "utf8").trim(),
      AWS_DEFAULT_REGION: store.region,
    },
  });
}

/** Copies a folder into the repository of the job's source. Only what has changed is sent. */
export async function backupFolder(context: JobContext, folder: string): Promise<JobResult> {
  const { config, job } = context;
  try {
    await restic(config, job.source, ["cat", "config"]);
  } catch {
    context.log({ step: "repository", source: job.source });
    await restic(config, job.source, ["init"]);
  }
  // This job has the lock of the source: a lock in the repository was left by a run that was cut off.
  await restic(config, job.source, ["unlock", "--remove-all"]);
  context.log({ step: "copy", folder });
  const said = await restic(config, job.source, ["backup", "--host", config.schedule, "."], { cwd: folder });
  const summary = said
    .split("\n")
    .filter((line) => line.includes('"summary"'))
    .map((line) => JSON.parse(line) as { total_bytes_processed: number; snapshot_id: string })
    .at(-1);
  if (summary === undefined) throw new Error(`restic did not say what it copied of ${job.source}`);
  return { bytes: summary.total_bytes_processed, id: summary.snapshot_id };
}

/** Reads the whole repository of a source back. */
export async function verifyFolder(context: JobContext): Promise<JobResult> {
  const { config, job } = context;
  await restic(config, job.source, ["check", "--read-data"]);
  const said = await restic(config, job.source, ["stats", "--mode=raw-data", "latest"]);
  const { total_size: bytes } = JSON.parse(said.trim().split("\n").at(-1) ?? "{}") as { total_size?: number };
  return { bytes: bytes ?? 0, id: job.source };
}

/** Removes the copies of a source that no tier holds any more. */
export async function pruneFolder(config: RunnerConfig, source: string): Promise<void> {
  const { daily, weekly, monthly, yearly } = config.retention;
  const keep = [
    ["daily", daily],
    ["weekly", weekly],
    ["monthly", monthly],
    ["yearly", yearly],
  ].flatMap(([tier, count]) => (count === 0 ? [] : [`--keep-${tier}`, String(count)]));
  await restic(config, source, ["forget", "--keep-last", "24", ...keep, "--group-by", "host", "--prune"]);
}
