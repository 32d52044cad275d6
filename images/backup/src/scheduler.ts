import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JobConfig, RunnerConfig } from "./config";
import { AT_ONCE, type Clock, dueJobs, jitterOf, previousRun } from "./due";
import { isFree } from "./lock";
import { type WalState, writeMetrics } from "./metrics";
import { PATHS } from "./paths";
import { ensureStanza } from "./pgbackrest";
import { recordInterrupted } from "./runner";
import { serveMetrics } from "./serve";
import { now, readStates, updateState } from "./state";
import { walSources, walState } from "./wal";

/** Jobs that run at the same time; two on one source never do. */
const MOST = 2;
const TICK = Number(process.env["BULWARK_TICK_SECONDS"] ?? 5) * 1000;
const WAL_EVERY = 15;
/** Touched on each round, for the health check. */
const HEARTBEAT = join(PATHS.memory, "heartbeat");

/**
 * Runs the jobs of a configuration when they are due, until it is told to stop. With the cluster's clock it only makes the first copies and
 * repeats what failed.
 */
export async function schedule(config: RunnerConfig, clock: Clock): Promise<void> {
  const running = new Map<string, ReturnType<typeof spawn>>();
  let wal: readonly WalState[] = [];
  let walAt = 0;
  let stopping = false;
  settle(config, clock);
  const server = serveMetrics(config, () => wal);
  for (const source of walSources(config)) void stanza(source.name);

  const start = (job: JobConfig, scheduled: number): void => {
    const child = spawn(process.execPath, [process.argv[1] ?? "", "run", job.name, String(scheduled)], {
      stdio: ["ignore", "inherit", "inherit"],
    });
    running.set(job.name, child);
    child.once("close", () => {
      running.delete(job.name);
      writeMetrics(config, wal);
    });
  };
  const stop = (): void => {
    stopping = true;
    for (const child of running.values()) child.kill("SIGTERM");
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);

  while (!stopping) {
    const at = now();
    await noteInterrupted(config, running);
    if (at - walAt >= WAL_EVERY) {
      walAt = at;
      const known = new Map(wal.map((each) => [each.source, each]));
      const maxAge = config.walMaxAge;
      wal = await Promise.all(walSources(config).map((each) => walState(each, maxAge, known.get(each.name))));
      writeMetrics(config, wal);
    }
    for (const { job, scheduled } of dueJobs(config.jobs, readStates(), at, config.timeZone, config.jitter, clock)) {
      const busy = config.jobs.some((each) => each.source === job.source && running.has(each.name));
      // A restore, or a job that somebody asked for, may be at work on it: this one stays due.
      if (!busy && running.size < MOST && !running.has(job.name) && (await isFree(job.source))) start(job, scheduled);
    }
    beat();
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  while (running.size > 0) await new Promise((resolve) => setTimeout(resolve, 100));
  writeMetrics(config, wal);
  server.close();
}

/** Waits until a job that a cluster has just started is due, its jitter included; gives the moment in its schedule. */
export async function itsTurn(job: JobConfig, config: RunnerConfig): Promise<number | undefined> {
  const scheduled = job.cron === undefined ? undefined : previousRun(job.cron, config.timeZone, now());
  if (scheduled === undefined) return undefined;
  const wait = scheduled + jitterOf(job.name, scheduled, config.jitter) - now();
  if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait * 1000));
  return scheduled;
}

/** Jobs that are new wait for their next moment, unless they make the first copy; what an earlier container left is cleared away. */
function settle(config: RunnerConfig, clock: Clock): void {
  const states = readStates();
  for (const job of config.jobs) {
    const known = states.get(job.name)?.scheduled !== undefined;
    if (known || job.cron === undefined || AT_ONCE.has(job.kind)) continue;
    updateState(job.name, { since: now(), scheduled: previousRun(job.cron, config.timeZone, now()) ?? now() });
  }
  // On a cluster a job may be at work there in a pod of its own; each clears its own folder when it begins.
  for (const name of clock === "own" ? folder(PATHS.scratch) : [])
    rmSync(join(PATHS.scratch, name), { recursive: true, force: true });
  writeMetrics(config, []);
}

/** A run of which the state says that it goes on, while nobody holds its lock, was cut off. */
async function noteInterrupted(config: RunnerConfig, running: ReadonlyMap<string, unknown>): Promise<void> {
  const states = readStates();
  for (const job of config.jobs) {
    const since = states.get(job.name)?.running;
    // A run writes its state a moment before it takes the lock.
    if (since === undefined || running.has(job.name) || now() - since < 5 || !(await isFree(job.source))) continue;
    if (readStates().get(job.name)?.running === since) recordInterrupted(job);
  }
}

async function stanza(source: string): Promise<void> {
  try {
    await ensureStanza(source);
  } catch (error) {
    console.error(JSON.stringify({ stanza: source, error: error instanceof Error ? error.message : String(error) }));
  }
}

function beat(): void {
  try {
    utimesSync(HEARTBEAT, new Date(), new Date());
  } catch {
    mkdirSync(PATHS.memory, { recursive: true });
    writeFileSync(HEARTBEAT, "");
  }
}

function folder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
