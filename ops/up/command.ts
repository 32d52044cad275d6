import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { CommandError } from "../exit";
import { readStack } from "../project";

/** Options of `bulwark up`, `preview` and `destroy`. */
export interface UpOptions {
  /** Folder of the Pulumi project. */
  readonly cwd: string;
}

/** Where a stack's state and its key are. */
export interface Backend {
  /** Variables for the CLI. */
  readonly environment: Readonly<Record<string, string>>;
  /** What the user should know. */
  readonly notes: readonly string[];
}

/** `bulwark up|preview|destroy STACK [-- arguments]`. Gives the CLI's exit code. */
export async function runPulumi(
  verb: "up" | "preview" | "destroy",
  stack: string,
  rest: readonly string[],
  options: UpOptions,
): Promise<number> {
  // `up -- --yes` names no stack.
  if (stack.startsWith("-")) return await runPulumi(verb, "dev", [stack, ...rest], options);
  const root = resolve(options.cwd);
  readStack(root, stack);
  const cli = findCli(root, process.env);
  const { environment, notes } = backend(root, process.env);
  for (const note of notes) process.stderr.write(`${note}\n`);
  const env = { PULUMI_SKIP_UPDATE_CHECK: "true", ...process.env, ...environment };
  const selected = await start(cli, ["stack", "select", "--create", stack], root, env);
  return selected === 0 ? await start(cli, [verb, "--stack", stack, ...rest], root, env) : selected;
}

/** The Pulumi CLI: on PATH, else the pinned npm package, which downloads itself on first use. */
export function findCli(root: string, environment: NodeJS.ProcessEnv): string {
  const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
  const found = [...folders, join(root, "node_modules", ".bin")]
    .map((folder) => join(folder, "pulumi"))
    .find((file) => existsSync(file));
  if (found === undefined)
    throw new CommandError("The Pulumi CLI is not here. Run npm ci, or install it; plan and render work without it.");
  return found;
}

/**
 * State in files under `.bulwark/state`, encrypted with a passphrase that is made once. A backend or a passphrase that the environment names
 * is left alone.
 */
export function backend(root: string, environment: NodeJS.ProcessEnv): Backend {
  const folder = join(root, ".bulwark");
  const notes: string[] = [];
  const set: Record<string, string> = {};
  if (!environment["PULUMI_BACKEND_URL"]) {
    mkdirSync(join(folder, "state"), { recursive: true, mode: 0o700 });
    // Without the attribute files beside each state: a kill in the middle of writing one makes the state unreadable.
    set["PULUMI_BACKEND_URL"] = `file://${join(folder, "state")}?metadata=skip`;
  }
  if (environment["PULUMI_CONFIG_PASSPHRASE"] === undefined && !environment["PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    const file = join(folder, "passphrase");
    ownFolder(root);
    if (!existsSync(file)) {
      writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
      notes.push(
        "Made a passphrase for the state's secrets: .bulwark/passphrase. Keep a copy: without it the state cannot be read.",
      );
    }
    set["PULUMI_CONFIG_PASSPHRASE_FILE"] = file;
  }
  return { environment: set, notes };
}

/** Makes `.bulwark`, and keeps it out of git even where the project's own list does not. */
export function ownFolder(root: string): string {
  const folder = join(root, ".bulwark");
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = join(folder, ".gitignore");
  if (!existsSync(own) || readFileSync(own, "utf8") !== "*\n") writeFileSync(own, "*\n");
  return folder;
}

function start(cli: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(cli, args, { cwd, env, stdio: "inherit" });
    // The terminal sends the signal to both; the CLI decides how to end.
    const wait = () => undefined;
    process.on("SIGINT", wait);
    child.once("error", (error) => reject(new CommandError(`The Pulumi CLI cannot be started: ${error.message}`)));
    child.once("exit", (code, signal) => {
      process.off("SIGINT", wait);
      done(code ?? 128 + (signal === null ? 0 : (constants.signals[signal] ?? 0)));
    });
  });
}
