import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type ApplyOptions, apply } from "../../ops/apply/command";
import type { Surroundings } from "../../ops/approval/surroundings";
import { type ApproveOptions, approve } from "../../ops/approve/command";
import { environmentOf, part } from "../lab";

const ROOT = join(__dirname, "..", "..");
const ENGINE = join(__dirname, "..", "engine");
const STAND_IN = join(__dirname, "..", "change", "recorder", "stand-in.ts");
const PACKAGES = ["docker", "kubernetes", "aws", "random", "tls"];

/** What came of a command. */
export interface Result {
  readonly code: number;
  readonly text: string;
}

/** A project in git, on the real engine with a stand-in for all providers, and two people who may approve. */
export class Site {
  readonly folder = mkdtempSync(join(tmpdir(), "bulwark-approval-"));
  readonly root = join(this.folder, "project");
  readonly bundle = join(this.folder, "bundle.json");
  /** The clock of the commands. */
  now = new Date("2026-11-24T21:00:00Z");
  readonly #bin = join(this.folder, "bin");
  #standIn: ChildProcess | undefined;
  #ports: readonly string[] = [];

  /** Makes the project and starts the stand-in. */
  async start(): Promise<this> {
    for (const folder of [this.root, this.#bin, join(this.folder, "state"), join(this.folder, "host")])
      mkdirSync(folder);
    const words = ["-r", join(ENGINE, "load-typescript.cjs"), STAND_IN, join(this.folder, "host")];
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
    this.#tools();
    for (const name of ["ann", "bob", "eve"])
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", join(this.folder, name)]);
    const signers = ["ann", "bob"].map((name) => `${name} ${readFileSync(join(this.folder, `${name}.pub`), "utf8")}`);
    this.write({
      "Pulumi.yaml": "name: shop\nruntime: nodejs\nmain: built/main.cjs\n",
      "Pulumi.prod.yaml": "config:\n  shop:memory: 256\n",
      ".gitignore": "node_modules\n",
      approvers: signers.join(""),
      "package-lock.json": "{}\n",
    });
    symlinkSync(join(ROOT, "node_modules"), join(this.root, "node_modules"));
    this.git("init", "-q");
    this.git("config", "user.name", "t");
    this.git("config", "user.email", "t@example.com");
    return this;
  }

  /** Writes files of the project. */
  write(files: Readonly<Record<string, string>>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.root, name)), { recursive: true });
      writeFileSync(join(this.root, name), text);
    }
  }

  /** Writes the program and commits everything. */
  commit(resources: readonly Declared[]): string {
    this.write({ "program.cjs": program(resources) });
    return this.save();
  }

  /** Commits everything. */
  save(): string {
    this.git("add", "-A");
    this.git("commit", "-q", "--allow-empty", "-m", "change");
    return this.git("rev-parse", "HEAD").trim();
  }

  git(...words: readonly string[]): string {
    return execFileSync("git", words, { cwd: this.root, encoding: "utf8" });
  }

  /** Builds the program. */
  build(): void {
    execFileSync("npm", ["run", "-s", "build"], { cwd: this.root });
  }

  /** Types a command of the CLI. */
  pulumi(words: readonly string[], input?: string): string {
    const { root: cwd } = this;
    return execFileSync("pulumi", [...words, "--non-interactive"], {
      cwd,
      env: this.environment(),
      encoding: "utf8",
      input,
    });
  }

  /** Names of the resources in the state, and one of their inputs. */
  state(): readonly { readonly type: string; readonly urn: string; readonly inputs?: Record<string, unknown> }[] {
    return JSON.parse(this.pulumi(["stack", "export", "--stack", "prod"])).deployment.resources ?? [];
  }

  approve(options: Partial<ApproveOptions> = {}, by = "ann"): Promise<Result> {
    const given = { cwd: this.root, format: "text", expires: "24 hours", as: by, key: join(this.folder, by) };
    const stack = options.countersign === undefined ? "prod" : undefined;
    return this.#run((around) => approve(stack, { ...given, yes: true, out: this.bundle, ...options }, around));
  }

  apply(options: Partial<ApplyOptions> = {}): Promise<Result> {
    const given = { cwd: this.root, healthTimeout: "5", rollback: "never" };
    return this.#run((around) => apply(this.bundle, { ...given, ...options }, around));
  }

  environment(): NodeJS.ProcessEnv {
    const base = environmentOf(["pulumi"]);
    return {
      ...base,
      PATH: `${this.#bin}:${base["PATH"]}`,
      PULUMI_HOME: join(this.folder, "home"),
      PULUMI_BACKEND_URL: `file://${join(this.folder, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "a passphrase for tests",
      PULUMI_DEBUG_PROVIDERS: PACKAGES.map((name) => `${name}:${this.#ports[1]}`).join(","),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    };
  }

  async close(): Promise<void> {
    this.#standIn?.kill("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async #run(command: (around: Surroundings) => Promise<number>): Promise<Result> {
    const lines: string[] = [];
    const around: Surroundings = {
      now: () => this.now,
      environment: this.environment(),
      write: (text) => void lines.push(text),
      interactive: false,
      confirm: async () => false,
    };
    try {
      return { code: await command(around), text: lines.join("") };
    } catch (error) {
      const { exitCode, message } = error as { readonly exitCode?: number; readonly message: string };
      if (exitCode === undefined) throw error;
      return { code: exitCode, text: lines.join("") + message };
    }
  }

  /** The language plugin of the lab is one that runs already, so the CLI is told where; policy packs find theirs on PATH; there is no daemon. */
  #tools(): void {
    const found = part("pulumi");
    const real = found.present ? found.bin : "pulumi";
    const log = join(this.folder, "pulumi.log");
    const scripts = {
      pulumi: `echo "$*" >> ${log}
case "$1" in
  up|preview) exec ${real} "$@" --client=127.0.0.1:${this.#ports[0]} --exec-kind=auto.inline ;;
  *) exec ${real} "$@" ;;
esac`,
      "pulumi-analyzer-policy-nodejs": `exec ${process.execPath} ${require.resolve("@pulumi/pulumi/cmd/run-policy-pack")} "$@"`,
      docker: `cat "${this.folder}/docker" 2>/dev/null || echo "running healthy 0"`,
    };
    for (const [name, script] of Object.entries(scripts)) {
      writeFileSync(join(this.#bin, name), `#!/bin/sh\n${script}\n`);
      chmodSync(join(this.#bin, name), 0o755);
    }
  }

  /** What the CLI was called with since the last time. */
  calls(): string[] {
    const log = join(this.folder, "pulumi.log");
    const lines = existsSync(log) ? readFileSync(log, "utf8").trim().split("\n") : [];
    writeFileSync(log, "");
    return lines;
  }

  /** Copies a policy pack into the project. */
  pack(folder: string, name: string): void {
    cpSync(folder, join(this.root, name), { recursive: true });
  }
}

/** A resource of the program. */
export interface Declared {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  readonly protect?: boolean;
}

function program(resources: readonly Declared[]): string {
  return `const pulumi = require("@pulumi/pulumi");
const memory = new pulumi.Config("shop").requireNumber("memory");
class Thing extends pulumi.CustomResource {}
for (const { type, name, props, protect } of ${JSON.stringify(resources, null, 2)})
  new Thing(type, name, "memory" in props ? { ...props, memory: props.memory + memory } : props, { protect });
`;
}
