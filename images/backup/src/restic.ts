import { readFileSync } from "node:fs";
import type { RunnerConfig } from "./config";
import type { JobContext, JobResult } from "./context";
import { ProgramFailed, type RunOptions, run } from "./process";
import { KEEP_HOURS } from "./swap";

/** Exit code by which restic says that there is no repository yet. */
const NO_REPOSITORY = 10;
/** Tag of the copies that a restore makes of what it replaces. */
export const BEFORE_RESTORE = "before-restore";
/** Digits of a snapshot's id that restic shows. */
const SHORT_ID = 8;
/** Seconds in which a store has to answer, and to take what it is sent: restic itself tries for a quarter of an hour. */
const ANSWER = 60;

/** Runs restic on the repository of a source, which is encrypted with the schedule's passphrase. */
export async function restic(config: RunnerConfig, source: string, args: readonly string[], options: RunOptions = {}) {
  return command(config, source, "restic", args, options);
}

/** Fails soon, in words that help, when the store does not answer. */
async function reachable(config: RunnerConfig, source: string): Promise<"made" | "none"> {
  try {
    await command(config, source, "timeout", [
      "--kill-after=5",
      String(ANSWER),
      "restic",
      "cat",
      "config",
      "--no-lock",
    ]);
    return "made";
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    if (error.code === NO_REPOSITORY) return "none";
    if (error.code === 124) throw new Error(`${config.store.endpoint} did not answer within ${ANSWER} s`);
    throw error;
  }
}

function command(
  config: RunnerConfig,
  source: string,
  program: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<string> {
  const { store } = config;
  const ca = store.caFile === undefined ? [] : [`--cacert=${store.caFile}`];
  return run(program, [...args, "--no-cache", "--json", ...ca], {
    giveUp: impatience(ANSWER),
    ...options,
    env: { ...options.env, ...resticEnvironment(config, source) },
  });
}

/**
 * What ends restic when it has tried one and the same thing again and again, and its next attempt would come after so many seconds: a full store, or a
 * key that was taken back. Each attempt that works starts the count anew, so a store that is only slow or shaky is waited for.
 */
export function impatience(seconds: number, clock: () => number = () => Date.now() / 1000) {
  const since = new Map<string, number>();
  return (line: string): string | undefined => {
    const [, done] = /^(.+?) operation successful after /.exec(line) ?? [];
    if (done !== undefined) since.delete(done);
    const [, what, minutes, wait, milli, why] =
      /^(.+?) returned error, retrying after (?:(\d+)m)?([\d.]+)(m?)s: (.+)$/.exec(line) ?? [];
    if (what === undefined || why === undefined) return undefined;
    const first = since.get(what) ?? clock();
    since.set(what, first);
    const next = clock() + Number(minutes ?? 0) * 60 + Number(wait) / (milli === "m" ? 1000 : 1);
    return next - first < seconds ? undefined : `the store refused ${what} again and again: ${why}`;
  };
}

/** Where the repository of a source is, and the keys to it. */
export function resticEnvironment(config: RunnerConfig, source: string): Readonly<Record<string, string>> {
  const { store } = config;
  return {
    RESTIC_REPOSITORY: `s3:${store.endpoint}/${store.bucket}/restic/${source}`,
    RESTIC_PASSWORD_FILE: config.passphraseFile,
    AWS_ACCESS_KEY_ID: readFileSync(store.accessKeyFile, "utf8").trim(),
    AWS_SECRET_ACCESS_KEY: readFileSync(store.secretKeyFile, "utf8").trim(),
    AWS_DEFAULT_REGION: store.region,
  };
}

/** Copies a folder into the repository of the job's source. Only what has changed is sent. */
export function backupFolder(context: JobContext, folder: string): Promise<JobResult> {
  const { config, job } = context;
  context.log({ step: "copy", folder });
  return copyFolder(config, job.source, folder);
}

/** Copies a folder into the repository of a source. Who calls this has the source's lock. */
export async function copyFolder(
  config: RunnerConfig,
  source: string,
  folder: string,
  tags: readonly string[] = [],
): Promise<JobResult> {
  if ((await reachable(config, source)) === "none") await restic(config, source, ["init"]);
  // Nobody else is at work on the source: a lock in the repository was left by a run that was cut off.
  await restic(config, source, ["unlock", "--remove-all"]);
  const tagged = tags.flatMap((each) => ["--tag", each]);
  const args = ["backup", "--host", config.schedule, ...tagged, "."];
  const said = await restic(config, source, args, { cwd: folder }).catch((error: unknown) => {
    // A new volume holds nothing yet, of which restic makes no copy; that one has been emptied shows in the size.
    if (error instanceof ProgramFailed && /snapshot is empty/.test(error.output)) return undefined;
    throw error;
  });
  if (said === undefined) return { bytes: 0, id: "empty" };
  const summary = said
    .split("\n")
    .filter((line) => line.includes('"summary"'))
    .map((line) => JSON.parse(line) as { total_bytes_processed: number; snapshot_id: string })
    .at(-1);
  if (summary === undefined) throw new Error(`restic did not say what it copied of ${source}`);
  return { bytes: summary.total_bytes_processed, id: summary.snapshot_id.slice(0, SHORT_ID) };
}

/** Reads the whole repository of a source back. */
export async function verifyFolder(context: JobContext): Promise<JobResult> {
  const { config, job } = context;
  await reachable(config, job.source);
  await restic(config, job.source, ["check", "--read-data"]);
  const said = await restic(config, job.source, ["stats", "--mode=raw-data", "latest"]);
  const { total_size: bytes } = JSON.parse(said.trim().split("\n").at(-1) ?? "{}") as { total_size?: number };
  return { bytes: bytes ?? 0, id: job.source };
}

/** A copy, as restic lists it. */
export interface Snapshot {
  readonly short_id: string;
  readonly time: string;
  readonly tags?: readonly string[];
  readonly summary?: { readonly total_files_processed: number; readonly total_bytes_processed: number };
}

/** The copies of a source, the newest first. */
export async function snapshots(config: RunnerConfig, source: string): Promise<readonly Snapshot[]> {
  if ((await reachable(config, source)) === "none") return [];
  const found = JSON.parse(await restic(config, source, ["snapshots", "--no-lock"])) as Snapshot[];
  return found.sort((a, b) => Date.parse(b.time) - Date.parse(a.time));
}

/** Removes the copies of a source that no tier holds any more, and those of what a restore replaced when their time is over. */
export async function pruneFolder(config: RunnerConfig, source: string, now = Date.now()): Promise<void> {
  const { daily, weekly, monthly, yearly } = config.retention;
  const keep = [
    ["daily", daily],
    ["weekly", weekly],
    ["monthly", monthly],
    ["yearly", yearly],
  ].flatMap(([tier, count]) => (count === 0 ? [] : [`--keep-${tier}`, String(count)]));
  const over = (await snapshots(config, source))
    .filter((each) => each.tags?.includes(BEFORE_RESTORE) === true)
    .filter((each) => Date.parse(each.time) + KEEP_HOURS * 3_600_000 <= now)
    .map((each) => each.short_id);
  if (over.length > 0) await restic(config, source, ["forget", ...over]);
  const rules = ["--keep-last", "24", ...keep, "--keep-tag", BEFORE_RESTORE, "--group-by", "host"];
  await restic(config, source, ["forget", ...rules, "--prune"]);
}
