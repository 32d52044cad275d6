import { spawn } from "node:child_process";
import type { JobConfig, RunnerConfig } from "./config";
import type { JobResult } from "./context";
import { holderOf, LOCKED, lockOf, noteHolder } from "./lock";
import { now, readState, updateState } from "./state";

/** Exit code of `timeout` when time ran out. */
const TIMED_OUT = 124;
/** Exit code of a run of which nothing more is known: the machine or the container was stopped. */
export const INTERRUPTED = 137;

/**
 * Runs a job under its lock and within its time, and writes down how it went. Only a run that ended with 0 and said what it made moves the last
 * success. Returns the exit code.
 */
export async function runJob(config: RunnerConfig, job: JobConfig, scheduled?: number): Promise<number> {
  const began = now();
  updateState(job.name, { running: began, ...(scheduled === undefined ? {} : { scheduled }) });
  const ended = await locked(job);
  const result = ended.code === 0 ? resultOf(ended.lastLine) : undefined;
  const before = readState(job.name);
  if (result !== undefined) {
    updateState(job.name, {
      lastEnd: now(),
      lastExit: 0,
      lastError: "",
      failures: 0,
      lastSuccess: now(),
      lastSize: result.bytes,
      lastDuration: now() - ended.began,
      lastId: result.id,
      extra: result.metrics ?? before.extra ?? [],
    });
    say({ job: job.name, schedule: config.schedule, ok: true, ...result });
    return 0;
  }
  const code = ended.code === 0 ? 1 : ended.code;
  const error = ended.code === 0 ? "the job did not say what it made" : reason(code, job, ended.error);
  updateState(job.name, { lastEnd: now(), lastExit: code, lastError: error, failures: (before.failures ?? 0) + 1 });
  say({ job: job.name, schedule: config.schedule, ok: false, code, error });
  return code;
}

/** Writes down that a run was cut off: its process is gone, and its result was never seen. */
export function recordInterrupted(job: JobConfig): void {
  const failures = (readState(job.name).failures ?? 0) + 1;
  const error = "the run was cut off: the container or the machine was stopped";
  updateState(job.name, { lastEnd: now(), lastExit: INTERRUPTED, lastError: error, failures });
}

interface Ended {
  readonly code: number;
  readonly lastLine: string;
  readonly error: string;
  /** When the job itself began, after the wait for the lock. */
  readonly began: number;
}

function locked(job: JobConfig): Promise<Ended> {
  const script = process.argv[1] ?? "";
  const wait = [
    "--exclusive",
    "--timeout",
    String(job.timeout),
    "--conflict-exit-code",
    String(LOCKED),
    lockOf(job.source),
  ];
  const limit = ["timeout", "--kill-after=30", String(job.timeout)];
  return new Promise((resolve) => {
    // A group of its own, so that a signal reaches the job's own children too.
    const child = spawn("flock", [...wait, ...limit, process.execPath, script, "job", job.name], {
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const stop = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
    };
    process.once("SIGTERM", stop);
    process.once("SIGINT", stop);
    let lastLine = "";
    let error = "";
    let began = now();
    let first = true;
    eachLine(child.stdout, (line) => {
      if (first) {
        began = now();
        noteHolder(job.source, job.name);
      }
      first = false;
      lastLine = line;
      console.log(line);
    });
    eachLine(child.stderr, (line) => {
      error = line;
      console.error(line);
    });
    child.once("error", (problem) => {
      error = problem.message;
    });
    child.once("close", (code) => {
      process.removeListener("SIGTERM", stop);
      process.removeListener("SIGINT", stop);
      resolve({ code: code ?? INTERRUPTED, lastLine, error, began });
    });
  });
}

function eachLine(stream: NodeJS.ReadableStream, use: (line: string) => void): void {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if (line !== "") use(line);
  });
  stream.on("end", () => {
    if (rest !== "") use(rest);
  });
}

function resultOf(line: string): JobResult | undefined {
  try {
    const said = JSON.parse(line) as { ok?: unknown; bytes?: unknown; id?: unknown; metrics?: JobResult["metrics"] };
    if (said.ok !== true || typeof said.bytes !== "number" || typeof said.id !== "string") return undefined;
    return { bytes: said.bytes, id: said.id, ...(said.metrics === undefined ? {} : { metrics: said.metrics }) };
  } catch {
    return undefined;
  }
}

function reason(code: number, job: JobConfig, error: string): string {
  switch (code) {
    case LOCKED:
      return `${job.source} was taken by ${holderOf(job.source)}, and not free within ${job.timeout} s`;
    case TIMED_OUT:
      return `it did not end within ${job.timeout} s`;
    default:
      return error === "" ? `it ended with ${code}` : error;
  }
}

function say(line: object): void {
  console.log(JSON.stringify(line));
}
