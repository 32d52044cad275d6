import { spawn } from "node:child_process";
import { CommandError } from "../exit";
import { backend, findCli } from "../up/command";
import type { Surroundings } from "./surroundings";

const PLAIN = ["--non-interactive", "--color", "never"];

/** The Pulumi CLI for one stack, without a question and without options that nobody approved. */
export class Engine {
  readonly #cli: string;
  readonly #env: NodeJS.ProcessEnv;

  constructor(
    /** Folder of the project. */
    readonly root: string,
    readonly stack: string,
    environment: NodeJS.ProcessEnv,
    /** Folder whose `.bulwark` keeps state and passphrase; another one than `root` in a worktree. */
    home: string = root,
  ) {
    this.#cli = findCli(home, environment);
    const { environment: own, notes } = backend(home, environment);
    for (const note of notes) process.stderr.write(`${note}\n`);
    this.#env = { ...withoutOptions(environment), PULUMI_SKIP_UPDATE_CHECK: "true", ...own };
  }

  /** Version of the CLI. */
  async version(): Promise<string> {
    return (await this.#well(["version"])).trim();
  }

  /** Selects the stack, and makes it if there is none. */
  async select(): Promise<void> {
    await this.#well(["stack", "select", "--create", this.stack]);
  }

  /** The state, with its secrets encrypted. */
  exported(): Promise<string> {
    return this.#well(["stack", "export", "--stack", this.stack]);
  }

  /** The events of a preview. One that fails is given too: it says why. */
  async preview(options: { readonly savePlan?: string; readonly policyPack?: string | undefined }): Promise<string> {
    const words = [
      ...["preview", "--stack", this.stack, "--json"],
      ...(options.savePlan === undefined ? [] : ["--save-plan", options.savePlan]),
      ...(options.policyPack === undefined ? [] : ["--policy-pack", options.policyPack]),
    ];
    const { code, out, err } = await this.#run(words, { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" });
    if (out.trim() === "") throw new CommandError(`The preview failed (${code}): ${err.trim()}`, 1);
    return out;
  }

  /** Updates the stack, and shows how it goes on: on a terminal as the CLI does, else line by line. Gives the CLI's exit code. */
  update(
    options: { readonly plan?: string | undefined; readonly policyPack?: string | undefined },
    { interactive, write }: Pick<Surroundings, "interactive" | "write">,
  ): Promise<number> {
    const words = [
      ...["up", "--stack", this.stack, "--yes"],
      // With a plan the engine previews first and checks the preview against it, before anything is touched.
      ...(options.plan === undefined ? ["--skip-preview"] : ["--plan", options.plan]),
      ...(options.policyPack === undefined ? [] : ["--policy-pack", options.policyPack]),
    ];
    return new Promise((resolve, reject) => {
      const child = spawn(this.#cli, [...words, ...(interactive ? [] : PLAIN)], {
        cwd: this.root,
        env: this.#env,
        stdio: interactive ? "inherit" : ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data: Buffer) => write(data.toString()));
      // The terminal sends the signal to both; the CLI decides how to end.
      const wait = () => undefined;
      process.on("SIGINT", wait);
      child.once("error", reject);
      child.once("close", (code) => {
        process.off("SIGINT", wait);
        resolve(code ?? 1);
      });
    });
  }

  async #well(words: readonly string[]): Promise<string> {
    const { code, out, err } = await this.#run(words);
    if (code !== 0) throw new CommandError(`pulumi ${words[0]} failed (${code}): ${err.trim() || out.trim()}`, 1);
    return out;
  }

  #run(
    words: readonly string[],
    more: NodeJS.ProcessEnv = {},
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(this.#cli, [...words, ...PLAIN], {
        cwd: this.root,
        env: { ...this.#env, ...more },
        stdio: ["ignore", "pipe", "pipe"],
      });
      const out: Buffer[] = [];
      const err: Buffer[] = [];
      child.stdout.on("data", (data: Buffer) => out.push(data));
      child.stderr.on("data", (data: Buffer) => err.push(data));
      child.once("error", (error) => reject(new CommandError(`The Pulumi CLI cannot be started: ${error.message}`)));
      child.once("close", (code) =>
        resolve({ code: code ?? 1, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
      );
    });
  }
}

/** `PULUMI_OPTION_*` sets any option of the CLI, so that `--ignore-protect` or `--target` could come in by the back door. */
function withoutOptions(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(
      ([name]) => !name.startsWith("PULUMI_OPTION_") && name !== "PULUMI_CONTINUE_ON_ERROR",
    ),
  );
}
