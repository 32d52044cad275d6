import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { CopiedSource } from "../../images/backup/src/copies";
import { CommandError, EXIT } from "../exit";
import { composePlacing } from "./placing";

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
  /** Runs `bulwark-backup` in a runner, and what it writes is read by a program here. Both have to end well. */
  pipe(runner: Runner, args: readonly string[], reader: readonly [string, ...string[]]): Promise<Ended>;
  /** How copies are brought back to where they came from; without it they are restored to a folder. */
  readonly placing?: Placing;
}

/** What a copy is restored into, and what has to stand still meanwhile. */
export interface Place {
  /** In words: `the volume smartoffice-dev-auth-uploads`. */
  readonly what: string;
  /** Names of the containers that are stopped and started again. */
  readonly holders: readonly string[];
}

/** How copies are brought back in place. */
export interface Placing {
  /** Looks where a source's data is. Throws when it is nowhere. */
  find(runner: Runner, source: CopiedSourceOf): Promise<Place>;
  stop(place: Place): Promise<void>;
  /** Starts the holders and waits until they are healthy. Gives those that are not. */
  start(place: Place): Promise<readonly string[]>;
  /** Runs `bulwark-backup` in a container of its own that may write to the place. */
  exec(runner: Runner, source: CopiedSourceOf, args: readonly string[], options: ExecOptions): Promise<Ended>;
}

/** A source that is copied. */
export interface CopiedSourceOf {
  readonly source: string;
  readonly kind: CopiedSource["kind"];
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
    pipe: (runner, args, reader) => piped(["docker", "-H", host, "exec", runner.id, "bulwark-backup", ...args], reader),
    placing: composePlacing(host, project, (args, options) => start("docker", ["-H", host, ...args], options)),
  };
}

/** Two programs, the second reads what the first writes. Where one fails the other does too, so both are heard. */
async function piped(writer: readonly [string, ...string[]], reader: readonly [string, ...string[]]): Promise<Ended> {
  const from = spawn(writer[0], writer.slice(1), { env: process.env, stdio: ["ignore", "pipe", "pipe"] });
  const to = spawn(reader[0], reader.slice(1), { env: process.env, stdio: [from.stdout, "ignore", "pipe"] });
  // The reader has it now; here it is only closed.
  from.stdout.destroy();
  const [wrote, read] = await Promise.all([ended(writer[0], from), ended(reader[0], to)]);
  return {
    code: wrote.code === 0 ? read.code : wrote.code,
    error: [wrote.error, read.error].filter((each) => each !== "").join("; "),
  };
}

/** What kubectl says itself when the program that it ran has failed. */
const KUBECTL = /^command terminated with exit code \d+$/;

/** A namespace of a cluster; `cluster` are the options by which kubectl finds the cluster. */
export function clusterExecutor(cluster: readonly string[], namespace: string): Executor {
  const kubectl = [...cluster, "--namespace", namespace];
  const inRunner = ({ id }: Runner, ...more: readonly string[]): readonly string[] => [
    ...kubectl,
    ...["exec", ...more, "--container", "runner", id, "--", "bulwark-backup"],
  ];
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
    exec: (runner, args, options) => start("kubectl", [...inRunner(runner, "--stdin"), ...args], options),
    pipe: (runner, args, reader) => piped(["kubectl", ...inRunner(runner), ...args], reader),
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
  const child = spawn(program, [...args], { env: process.env, stdio: ["pipe", "pipe", "pipe"] });
  createInterface({ input: child.stdout }).on("line", options.onLine);
  child.stdin.on("error", () => undefined);
  child.stdin.end(options.stdin ?? "");
  return ended(program, child);
}

function ended(program: string, child: ChildProcess): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let error = "";
    if (child.stderr !== null)
      createInterface({ input: child.stderr }).on("line", (line) => {
        if (line.trim() !== "" && !KUBECTL.test(line)) error = line.trim();
      });
    child.once("error", (problem) => reject(new CommandError(`${program} cannot be started: ${problem.message}`)));
    child.once("close", (code) => resolve({ code: code ?? 1, error }));
  });
}
