import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { CopiedSource } from "../../images/backup/src/copies";
import type { ResourceGraph } from "../../policies/graph";
import { CommandError, EXIT } from "../exit";
import { clusterOf } from "../kubectl";
import { runProgram } from "../plan/program";
import { standIns } from "../plan/source";
import { kinds, targetOf } from "../plan/summary";
import { readStack } from "../project";
import { clusterExecutor, composeExecutor, type Ended, type ExecOptions, type Executor, type Runner } from "./executor";
import type { ListedJob } from "./listing";
import type { Progress } from "./progress";

/** Options that every command about backups has. */
export interface StackOptions {
  /** Folder of the Pulumi project. */
  readonly cwd: string;
  /** Name of the BackupSchedule, where the stack has several. */
  readonly schedule?: string;
  readonly json?: boolean;
}

/** A runner and the way to it. */
export interface Reached {
  readonly executor: Executor;
  readonly runner: Runner;
}

/** A runner with what it is for. A schedule has one for each server, and for each user whose files it reads. */
export interface Lane extends Reached {
  readonly about: About;
}

/** What a runner says of itself. */
export interface About {
  readonly schedule: string;
  readonly environment: string;
  readonly databases: readonly { readonly source: string; readonly database: string }[];
  /** Caches, buckets, volumes and configuration. */
  readonly copied: readonly { readonly source: string; readonly kind: CopiedKind }[];
  readonly jobs: readonly ListedJob[];
}

/** Kinds of source that are copied, not dumped. */
export type CopiedKind = CopiedSource["kind"];

/** The executor of a stack, by what its program says. */
export async function executorOf(root: string, stack: string): Promise<Executor> {
  return executorFor(await runProgram(readStack(root, stack), standIns), stack);
}

/** The executor for a graph. */
export function executorFor(graph: ResourceGraph, stack: string): Executor {
  const target = targetOf(graph);
  switch (target) {
    case "compose":
      return onDocker(graph, stack);
    case "microk8s":
      return onCluster(graph, stack);
    default:
      throw new CommandError(
        `Stack ${stack} is on ${target}: backups are run and restored from here on compose and microk8s; on AWS by AWS Backup.`,
      );
  }
}

function onCluster(graph: ResourceGraph, stack: string): Executor {
  const provider = graph.resources.find((each) => each.type === "pulumi:providers:kubernetes");
  const cluster = clusterOf(provider?.props ?? {});
  if (cluster === undefined)
    throw new CommandError(
      `Stack ${stack} does not say by which context kubectl finds its cluster: give MicroK8s one.`,
    );
  const schedule = graph.resources.find((each) => each.type === "bulwark:index:BackupSchedule")?.urn;
  const runner = graph.resources.find(
    (each) => each.parent === schedule && each.type === "kubernetes:apps/v1:StatefulSet",
  );
  const namespace = (runner?.props["metadata"] as { readonly namespace?: unknown } | undefined)?.namespace;
  if (typeof namespace !== "string") throw new CommandError(`Stack ${stack} has no BackupSchedule.`);
  return clusterExecutor(cluster, namespace);
}

function onDocker(graph: ResourceGraph, stack: string): Executor {
  const provider = graph.resources.find((each) => each.type === "pulumi:providers:docker");
  const labels = graph.resources
    .filter(kinds.container)
    .flatMap((each) => (each.props["labels"] ?? []) as readonly { readonly label: string; readonly value: unknown }[]);
  const project = labels.find(({ label }) => label === "com.docker.compose.project")?.value;
  if (typeof project !== "string") throw new CommandError(`Stack ${stack} has no container.`);
  return composeExecutor(String(provider?.props["host"] ?? "unix:///var/run/docker.sock"), project);
}

/** Finds the runners of a stack's schedule. */
export async function reach(stack: string, options: StackOptions): Promise<readonly [Lane, ...Lane[]]> {
  return await reachBy(await executorOf(resolve(options.cwd), stack), stack, options.schedule);
}

/** Finds the runners of a schedule by an executor. */
export async function reachBy(
  executor: Executor,
  stack: string,
  schedule: string | undefined,
): Promise<readonly [Lane, ...Lane[]]> {
  const runners = await executor.runners();
  const names = [...new Set(runners.map((each) => each.schedule))].sort();
  if (runners.length === 0)
    throw new CommandError(`No backup runner of stack ${stack} is up on ${executor.place}.`, EXIT.failed);
  if (schedule === undefined && names.length > 1)
    throw new CommandError(`Say which schedule with --schedule: ${names.join(", ")}.`);
  const quiet: Progress = { show: () => undefined, end: () => undefined };
  const [first, ...more] = await Promise.all(
    runners
      .filter((runner) => schedule === undefined || runner.schedule === schedule)
      .map(async (runner): Promise<Lane> => {
        const reached = { executor, runner };
        return { ...reached, about: await ask<About>(reached, ["about"], quiet) };
      }),
  );
  if (first === undefined)
    throw new CommandError(`There is no schedule "${schedule}". Schedules: ${names.join(", ")}.`);
  return [first, ...more];
}

/** The runner of a database and how the database is called; without a choice the only one. */
export function laneOf(
  lanes: readonly Lane[],
  choice: { readonly source?: string; readonly database?: string },
): { readonly lane: Lane; readonly args: readonly string[] } {
  const all = lanes.flatMap((lane) => lane.about.databases.map((each) => ({ lane, ...each })));
  const fitting = all.filter(
    (each) =>
      (choice.source === undefined || each.source === choice.source) &&
      (choice.database === undefined || each.database === choice.database),
  );
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1)
    return { lane: only.lane, args: ["--source", only.source, "--database", only.database] };
  const known = all.map((each) => `${each.database} (on ${each.source})`).join(", ");
  if (all.length === 0) throw new CommandError("This schedule backs up no database.");
  throw new CommandError(
    fitting.length === 0
      ? `There is no such database. Databases: ${known}.`
      : `Say which with --database and --source: ${known}.`,
  );
}

/** Runs a command of the runner and gives its result. Throws a {@link CommandError} with the runner's words when it fails. */
export function ask<T>(
  { executor, runner }: Reached,
  args: readonly string[],
  progress: Progress,
  stdin?: string,
): Promise<T> {
  const all = [...args, ...(stdin === undefined ? [] : ["--stdin"])];
  return resultOf<T>(progress, stdin, (options) => executor.exec(runner, all, options));
}

/** Runs a command that says in lines of JSON how far it is, and gives what its last line holds. */
export async function resultOf<T>(
  progress: Progress,
  stdin: string | undefined,
  exec: (options: ExecOptions) => Promise<Ended>,
): Promise<T> {
  let last: { readonly ok?: boolean; readonly result?: T } = {};
  const { code, error } = await exec({
    ...(stdin === undefined ? {} : { stdin }),
    onLine: (line) => {
      const said = parsed(line);
      if (said === undefined) return;
      last = said as typeof last;
      progress.show(said);
    },
  });
  progress.end();
  if (code !== 0) throw new CommandError(error || `the runner ended with ${code}`, EXIT.failed);
  if (last.ok !== true) throw new CommandError("the runner gave no result", EXIT.failed);
  return last.result as T;
}

/** Runs a job as the scheduler does, with its lock, time limit and metrics. Gives what it made, or why it failed. */
export async function runJob(
  { executor, runner }: Reached,
  job: string,
  progress: Progress,
): Promise<{ readonly ok: boolean; readonly id?: string; readonly bytes?: number; readonly error?: string }> {
  let last: { readonly ok?: boolean; readonly id?: string; readonly bytes?: number; readonly error?: string } = {};
  const { code, error } = await executor.exec(runner, ["run", job], {
    onLine: (line) => {
      const said = parsed(line);
      if (said === undefined) return;
      last = said;
      progress.show(said);
    },
  });
  progress.end();
  return code === 0 && last.ok === true
    ? { ...last, ok: true }
    : { ok: false, error: last.error ?? (error || `code ${code}`) };
}

/** A recovery key from a file, `-` for standard input. It never stands in an argument. */
export function keyFrom(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new CommandError(
      `The recovery key cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
