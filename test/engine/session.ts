import { type ChildProcess, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse, stringify } from "yaml";
import { environmentOf } from "../lab";
import type { Program } from "./language-host";
import type { Faults } from "./programs/container";
import type { Variant } from "./programs/system";
import { giveOrders, type Orders, readWorld, type World, type WorldObject, writeWorld } from "./providers/world";

const ROOT = join(__dirname, "..", "..");

/** The program that `pulumi up` runs on our own stacks. */
export const DEV_STACK = join(ROOT, "dist", "stacks", "index.js");
/** One container of somebody's own; see its faults. */
export const CONTAINER = join(__dirname, "programs", "container.ts");
/** The policy pack of this checkout, for `--policy-pack`. */
export const POLICY_PACK = join(ROOT, "policies");
/** A program made for these tests; its shape follows the variant that is given with each operation. */
export const SYSTEM = join(__dirname, "programs", "system.ts");

/** One step as the engine announced it. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
}

/** What came of an operation. */
export interface Outcome {
  readonly ok: boolean;
  /** Everything the user saw. */
  readonly output: string;
  readonly steps: readonly Step[];
  /** File with all that the engine said, an event a line: what `pulumi preview --json` streams. */
  readonly log: string;
}

/** One line of the engine's event log, as far as these tests read it. */
interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Step };
}

/** A state as `pulumi stack export` writes it. */
export interface RecordedState {
  readonly version: number;
  readonly deployment: {
    readonly resources: readonly {
      readonly type: string;
      readonly id?: string;
      readonly inputs?: Readonly<Record<string, unknown>>;
      readonly outputs?: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** A stack with a file backend, an engine and stand-in providers of its own. */
export class Session {
  readonly folder = mkdtempSync(join(tmpdir(), "bulwark-engine-"));
  /** Where the state lies, as the file backend keeps it. */
  readonly state = join(this.folder, "state");
  /** Where the stand-ins keep their world. */
  readonly host = join(this.folder, "host");
  readonly #project = join(this.folder, "project");
  readonly #bin = join(this.folder, "bin");
  #standIns: ChildProcess | undefined;
  #ports: readonly string[] = [];
  #count = 0;

  constructor(
    readonly program: string,
    readonly stack: "dev" | "staging" | "prod" = "dev",
    /** Checkout whose project and configuration are used. */
    checkout = ROOT,
  ) {
    for (const folder of [this.state, this.#project, this.host, this.#bin, join(this.folder, "home")])
      mkdirSync(folder);
    this.#makeLauncher();
    const { main: _, ...project } = parse(readFileSync(join(checkout, "Pulumi.yaml"), "utf8")) as Record<
      string,
      unknown
    >;
    writeFileSync(join(this.#project, "Pulumi.yaml"), stringify(project));
    copyFileSync(join(checkout, `Pulumi.${stack}.yaml`), join(this.#project, `Pulumi.${stack}.yaml`));
  }

  /** Starts the stand-ins and makes the stack. */
  async start(): Promise<this> {
    const words = ["-r", join(__dirname, "load-typescript.cjs"), join(__dirname, "providers", "main.ts"), this.host];
    const standIns = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "inherit"] });
    this.#standIns = standIns;
    this.#ports = await new Promise<readonly string[]>((resolve, reject) => {
      let text = "";
      standIns.stdout.on("data", (data: Buffer) => {
        text += data.toString();
        const lines = text.trim().split("\n");
        if (lines.length === 2 && text.endsWith("\n")) resolve(lines);
      });
      standIns.once("exit", (code) => reject(new Error(`the stand-ins ended with ${code}`)));
    });
    const made = await this.pulumi("stack", "init");
    if (!made.ok) throw new Error(made.output);
    return this;
  }

  /** `pulumi up`, with further words as the user would add them. */
  up(variant: Variant | Faults = {}, ...words: readonly string[]): Promise<Outcome> {
    return this.#withProgram("up", variant, ["--yes", "--skip-preview", ...words]).outcome;
  }

  /** `pulumi preview`. */
  preview(variant: Variant | Faults = {}, ...words: readonly string[]): Promise<Outcome> {
    return this.#withProgram("preview", variant, words).outcome;
  }

  /** `pulumi up`; kills engine and program at once, without a chance to clean up, as soon as `when` holds. */
  async upKilled(when: (world: World) => boolean): Promise<void> {
    const { child, outcome } = this.#withProgram("up", {}, ["--yes", "--skip-preview"]);
    while (!when(this.world()) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 20));
    child.kill("SIGKILL");
    const { output } = await outcome;
    if (child.signalCode !== "SIGKILL") throw new Error(`up ended before it could be killed:\n${output}`);
  }

  /** Types a command of the CLI, as an operator would, that does not run the program. */
  async pulumi(...words: readonly string[]): Promise<{ readonly ok: boolean; readonly output: string }> {
    return this.#spawn(words).end;
  }

  /** All that exists and all that happened. */
  world(): World {
    return readWorld(this.host);
  }

  /** Tells the stand-ins how to behave from now on. */
  order(orders: Orders): void {
    giveOrders(this.host, orders);
  }

  /** Takes over a state that was recorded elsewhere, and what its resources are on the cluster. See `states/record.ts`. */
  async takeOver(file: string): Promise<void> {
    const state = JSON.parse(readFileSync(file, "utf8")) as RecordedState;
    const resources = state.deployment.resources.map((each) => ({ outputs: each.inputs, ...each }));
    const whole = join(this.folder, "state.json");
    writeFileSync(whole, JSON.stringify({ ...state, deployment: { ...state.deployment, resources } }));
    const imported = await this.pulumi("stack", "import", "--file", whole);
    if (!imported.ok) throw new Error(imported.output);
    const objects = resources
      .filter((each) => each.type.startsWith("kubernetes:"))
      .map(({ id, inputs = {} }): WorldObject => ({ kind: "object", name: String(id), id: String(id), inputs }));
    writeWorld(this.host, { ...this.world(), objects });
  }

  /** Ends the stand-ins and removes everything. */
  async close(): Promise<void> {
    const standIns = this.#standIns;
    if (standIns !== undefined && standIns.exitCode === null) {
      const end = new Promise((resolve) => standIns.once("exit", resolve));
      standIns.kill("SIGKILL");
      await end;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What the CLI's own distribution has beside it: starts a policy pack written in TypeScript or JavaScript. */
  #makeLauncher(): void {
    const launcher = join(this.#bin, "pulumi-analyzer-policy-nodejs");
    const run = require.resolve("@pulumi/pulumi/cmd/run-policy-pack");
    writeFileSync(launcher, `#!/bin/sh\nexec "${process.execPath}" "${run}" "$@"\n`);
    chmodSync(launcher, 0o755);
  }

  #withProgram(command: "up" | "preview", variant: Variant | Faults, words: readonly string[]) {
    const program: Program = { path: this.program, variant };
    writeFileSync(join(this.host, "program.json"), JSON.stringify(program));
    const log = join(this.folder, `events-${this.#count++}.json`);
    const connect = [`--client=127.0.0.1:${this.#ports[0]}`, "--exec-kind=auto.inline", `--event-log=${log}`];
    const { child, end } = this.#spawn([command, ...connect, ...words]);
    return { child, outcome: end.then((result): Outcome => ({ ...result, steps: stepsIn(log), log })) };
  }

  #spawn(words: readonly string[]) {
    const environment = environmentOf(["pulumi"]);
    const child = spawn("pulumi", [...words, "--stack", this.stack, "--color", "never", "--non-interactive"], {
      cwd: this.#project,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...environment,
        PATH: [this.#bin, environment["PATH"] ?? ""].join(delimiter),
        PULUMI_HOME: join(this.folder, "home"),
        PULUMI_BACKEND_URL: `file://${this.state}`,
        PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
        // Offers --event-log, as the Automation API uses it.
        PULUMI_DEBUG_COMMANDS: "true",
        PULUMI_DEBUG_PROVIDERS: ["aws", "docker", "kubernetes", "random"]
          .map((name) => `${name}:${this.#ports[1]}`)
          .join(","),
        PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (data: Buffer) => {
        output += data.toString();
      });
    }
    const end = new Promise<{ readonly ok: boolean; readonly output: string }>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ ok: code === 0, output }));
    });
    return { child, end };
  }
}

/** The outcome of an operation that has to go well. */
export async function well(outcome: Promise<Outcome>): Promise<Outcome> {
  const made = await outcome;
  if (!made.ok) throw new Error(`the engine refused:\n${made.output}`);
  return made;
}

function stepsIn(log: string): Step[] {
  if (!existsSync(log)) return [];
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.includes('"resourcePreEvent"'))
    .flatMap((line) => {
      const { resourcePreEvent } = JSON.parse(line) as EngineEvent;
      return resourcePreEvent === undefined ? [] : [resourcePreEvent.metadata];
    });
}
