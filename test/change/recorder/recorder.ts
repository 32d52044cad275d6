import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentOf } from "../../lab";
import type { Situation, System } from "../situations/declared";

const LOADER = join(__dirname, "..", "..", "engine", "load-typescript.cjs");
const PACKAGES = ["docker", "kubernetes", "aws", "random", "tls"];

/** The two forms of one preview, as `pulumi preview --json` prints them. */
export interface Recorded {
  readonly digest: string;
  readonly stream: string;
}

/** Runs situations in the real engine, with one stand-in for all providers. */
export class Recorder {
  readonly #folder = mkdtempSync(join(tmpdir(), "bulwark-record-"));
  readonly #states = new Map<System, string>();
  #standIn: ChildProcess | undefined;
  #ports: readonly string[] = [];

  /** Starts the stand-in and makes an empty stack. */
  async start(): Promise<this> {
    for (const folder of ["empty", "home", "project", "host"]) mkdirSync(join(this.#folder, folder));
    writeFileSync(join(this.#folder, "project", "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    const words = ["-r", LOADER, join(__dirname, "stand-in.ts"), join(this.#folder, "host")];
    const standIn = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    this.#standIn = standIn;
    this.#ports = await new Promise<readonly string[]>((resolve, reject) => {
      let text = "";
      standIn.stdout.on("data", (data: Buffer) => {
        text += data.toString();
        const lines = text.trim().split("\n");
        if (lines.length === 2 && text.endsWith("\n")) resolve(lines);
      });
      standIn.once("exit", (code) => reject(new Error(`the stand-in ended with ${code}`)));
    });
    await this.#pulumi("empty", ["stack", "init", "prod"]);
    return this;
  }

  /** Brings the system up as it was, and previews it as it is to be. */
  async record(situation: Situation, stream = true): Promise<Recorded> {
    const state = await this.#stateOf(situation.before);
    const words = ["preview", "--stack", "prod", "--json", ...this.#connect(situation.after)];
    return {
      digest: await this.#pulumi(state, words, {}, true),
      stream: stream ? await this.#pulumi(state, words, { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" }, true) : "",
    };
  }

  /** Ends the stand-in and removes everything. */
  close(): void {
    this.#standIn?.kill("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #stateOf(system: System): Promise<string> {
    if (system.length === 0) return "empty";
    const known = this.#states.get(system);
    if (known !== undefined) return known;
    const state = `state-${this.#states.size}`;
    cpSync(join(this.#folder, "empty"), join(this.#folder, state), { recursive: true });
    await this.#pulumi(state, ["up", "--stack", "prod", "--yes", "--skip-preview", ...this.#connect(system)]);
    this.#states.set(system, state);
    return state;
  }

  #connect(system: System): string[] {
    const program = { path: join(__dirname, "program.ts"), variant: { resources: system } };
    writeFileSync(join(this.#folder, "host", "program.json"), JSON.stringify(program));
    return [`--client=127.0.0.1:${this.#ports[0]}`, "--exec-kind=auto.inline"];
  }

  #pulumi(state: string, words: readonly string[], extra: NodeJS.ProcessEnv = {}, mayFail = false): Promise<string> {
    const env: NodeJS.ProcessEnv = {
      ...environmentOf(["pulumi"]),
      PULUMI_HOME: join(this.#folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.#folder, state)}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
      PULUMI_DEBUG_PROVIDERS: PACKAGES.map((name) => `${name}:${this.#ports[1]}`).join(","),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      ...extra,
    };
    const given = [...words, "--color", "never", "--non-interactive"];
    return new Promise((resolve, reject) =>
      execFile(
        "pulumi",
        given,
        { cwd: join(this.#folder, "project"), env, maxBuffer: 1 << 28 },
        (error, stdout, stderr) => {
          if (error !== null && !mayFail) reject(new Error(`pulumi ${given.join(" ")}\n${stdout}${stderr}`));
          else resolve(stdout);
        },
      ),
    );
  }
}
