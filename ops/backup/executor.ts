import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { CommandError, EXIT } from "../exit";

/** A runner of backups: the container, or pod, of a BackupSchedule. */
export interface Runner {
  /** Name of the schedule. */
  readonly schedule: string;
  /** How the executor finds it again. */
  readonly id: string;
}

/** How a program in a runner ended. */
export interface Ended {
  readonly code: number;
  /** The last line of standard error. */
  readonly error: string;
}

/** How a program in a runner is run. */
export interface ExecOptions {
  /** What it reads: keys go this way, never by an argument. */
  readonly stdin?: string;
  /** Called for each line that it prints. */
  readonly onLine: (line: string) => void;
}

/** The place where a stack runs, as far as backups need it. One for each kind of target. */
export interface Executor {
  /** In words: `the Docker host unix:///var/run/docker.sock`. */
  readonly place: string;
  /** Runners of the stack that are up. */
  runners(): Promise<Runner[]>;
  /** Runs `bulwark-backup` in a runner. */
  exec(runner: Runner, args: readonly string[], options: ExecOptions): Promise<Ended>;
}

/** Label of a runner's container; its value is the schedule's name. */
export const RUNNER_LABEL = "io.bulwark.backup";

/** A compose project on a Docker host. */
export function composeExecutor(host: string, project: string): Executor {
  return {
    place: `the Docker host ${host}`,
    async runners() {
      const lines: string[] = [];
      const filters = [`label=com.docker.compose.project=${project}`, `label=${RUNNER_LABEL}`];
      const format = `{{.ID}} {{.Label "${RUNNER_LABEL}"}}`;
      const args = [
        "-H",
        host,
        "ps",
        "--no-trunc",
        ...filters.flatMap((each) => ["--filter", each]),
        "--format",
        format,
      ];
      const { code, error } = await start("docker", args, { onLine: (line) => lines.push(line) });
      if (code !== 0) throw new CommandError(`Docker does not answer at ${host}: ${error}`, EXIT.failed);
      return runnersIn(lines);
    },
    exec: (runner, args, options) =>
      start("docker", ["-H", host, "exec", "-i", runner.id, "bulwark-backup", ...args], options),
  };
}

/** What kubectl says itself when the program that it ran has failed. */
const KUBECTL = /^command terminated with exit code \d+$/;

/** A namespace of a cluster; `cluster` are the options by which kubectl finds the cluster. */
export function clusterExecutor(cluster: readonly string[], namespace: string): Executor {
  const kubectl = [...cluster, "--namespace", namespace];
  return {
    place: `the cluster (kubectl ${kubectl.join(" ")})`,
    async runners() {
      const lines: string[] = [];
      const fields = '{range .items[*]}{.metadata.name} {.metadata.labels.app\\.kubernetes\\.io/name}{"\\n"}{end}';
      const args = [
        ...["get", "pods", "--selector", "app.kubernetes.io/managed-by=bulwark,app.kubernetes.io/component=backup"],
        ...["--field-selector", "status.phase=Running", "--output", `jsonpath=${fields}`],
      ];
      const { code, error } = await start("kubectl", [...kubectl, ...args], { onLine: (line) => lines.push(line) });
      if (code !== 0) throw new CommandError(`The cluster does not answer: ${error}`, EXIT.failed);
      return runnersIn(lines);
    },
    exec: (runner, args, options) =>
      start(
        "kubectl",
        [...kubectl, "exec", "--stdin", "--container", "runner", runner.id, "--", "bulwark-backup", ...args],
        options,
      ),
  };
}

/** Lines of a name and a schedule each. */
function runnersIn(lines: readonly string[]): Runner[] {
  return lines.flatMap((line) => {
    const [id, schedule] = line.split(" ");
    return id === undefined || schedule === undefined ? [] : [{ id, schedule }];
  });
}

function start(program: string, args: readonly string[], options: ExecOptions): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...args], { env: process.env, stdio: ["pipe", "pipe", "pipe"] });
    let error = "";
    createInterface({ input: child.stdout }).on("line", options.onLine);
    createInterface({ input: child.stderr }).on("line", (line) => {
      if (line.trim() !== "" && !KUBECTL.test(line)) error = line.trim();
    });
    child.once("error", (problem) => reject(new CommandError(`${program} cannot be started: ${problem.message}`)));
    child.once("close", (code) => resolve({ code: code ?? 1, error }));
    child.stdin.on("error", () => undefined);
    child.stdin.end(options.stdin ?? "");
  });
}
