import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { environmentOf } from "../lab";

const root = join(__dirname, "../..");

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Parts of the lab that a compose host needs. */
export const PARTS = [
  "docker",
  "compose",
  "image-tools",
  "image-backup",
  "image-postgres",
  "image-valkey",
  "image-s3",
  "image-edge",
  "image-sample",
] as const;

/** What tells one test's stack from another's on the same daemon. */
export interface DevHostOptions {
  /** Name of the Pulumi project; the stack is called after it. */
  readonly name?: string;
  readonly http?: number;
  readonly https?: number;
}

/** The dev stack on the lab's Docker daemon, rendered into a folder of its own. */
export class DevHost {
  /** Folder of the Pulumi project: the repository's files with this test's configuration. */
  readonly project = mkdtempSync(join(tmpdir(), "bulwark-project-"));
  /** Folder of the rendered compose project. */
  readonly rendered = join(this.project, "rendered");
  readonly name: string;
  readonly prefix: string;
  readonly http: number;
  readonly https: number;
  readonly domain = "smartoffice.localhost";

  constructor(options: DevHostOptions = {}) {
    this.name = options.name ?? "bulwark";
    this.prefix = `${this.name}-dev`;
    this.http = options.http ?? 28_080;
    this.https = options.https ?? 28_443;
    const settings = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as Record<string, unknown>;
    writeFileSync(join(this.project, "Pulumi.yaml"), stringify({ ...settings, name: this.name }));
    symlinkSync(join(root, "dist"), join(this.project, "dist"));
    this.configure(
      (config) =>
        Object.fromEntries(
          Object.entries(config).map(([key, value]) => [key.replace(/^bulwark:/, `${this.name}:`), value]),
        ),
      join(root, "Pulumi.dev.yaml"),
    );
    this.set("publish", { http: this.http, https: this.https, ip: "127.0.0.1" });
  }

  /** Sets one key of the configuration. */
  set(key: string, value: unknown): void {
    this.configure((config) => ({ ...config, [`${this.name}:${key}`]: value }));
  }

  /** Changes the configuration of the stack. */
  configure(change: (config: Record<string, unknown>) => Record<string, unknown>, from?: string): void {
    const file = join(this.project, "Pulumi.dev.yaml");
    const { config } = parse(readFileSync(from ?? file, "utf8")) as { config: Record<string, unknown> };
    writeFileSync(file, stringify({ config: change(config) }));
  }

  /** Gives every service of the platform this image. */
  useImage(image: string): void {
    this.set("images", { "auth-service": image, "data-service": image, "detection-service": image });
  }

  render(): Promise<Ended> {
    return run("node", [
      join(root, "dist/ops/main.js"),
      "render",
      "dev",
      "--cwd",
      this.project,
      "--out",
      this.rendered,
      "--secrets",
      "generate",
    ]);
  }

  compose(...args: readonly string[]): Promise<Ended> {
    return run("docker", ["compose", ...args], this.rendered);
  }

  /** Rolls a newly rendered project out. */
  update(): Promise<Ended> {
    return run("sh", ["./update.sh"], this.rendered);
  }

  container(service: string): string {
    return `${this.prefix}-${service}`;
  }

  /** Runs a command in a container of the stack. */
  exec(service: string, ...command: readonly string[]): Promise<Ended> {
    return run("docker", ["exec", this.container(service), ...command]);
  }

  async inspect(service: string): Promise<Inspected> {
    const { out } = await run("docker", ["inspect", this.container(service)]);
    return (JSON.parse(out) as Inspected[])[0] as Inspected;
  }

  /** All containers of the stack, ended ones too. */
  async containers(): Promise<Inspected[]> {
    const ids = await run("docker", [
      "ps",
      "-aq",
      "--no-trunc",
      "--filter",
      `label=com.docker.compose.project=${this.prefix}`,
    ]);
    const { out } = await run("docker", ["inspect", ...ids.out.trim().split("\n")]);
    return JSON.parse(out) as Inspected[];
  }

  /** Every generated secret of the rendered project, by URN. */
  secrets(): Record<string, string> {
    const kept = JSON.parse(readFileSync(this.#values, "utf8")) as Record<string, { value: string }>;
    return Object.fromEntries(Object.entries(kept).map(([urn, { value }]) => [urn, value]));
  }

  /** Forgets a secret, so that the next render makes a new one; returns the old value. */
  forget(name: string): string {
    const kept = JSON.parse(readFileSync(this.#values, "utf8")) as Record<string, { value: string }>;
    const urn = Object.keys(kept).find((each) => each.endsWith(`::${name}`));
    const value = urn === undefined ? undefined : kept[urn]?.value;
    if (urn === undefined || value === undefined) throw new Error(`no secret is called ${name}`);
    delete kept[urn];
    writeFileSync(this.#values, JSON.stringify(kept));
    return value;
  }

  get #values(): string {
    return join(this.rendered, "secrets/values.json");
  }

  async remove(): Promise<void> {
    await this.compose("down", "--volumes", "--remove-orphans", "--timeout", "5");
    rmSync(this.project, { recursive: true, force: true });
  }
}

/** The part of `docker inspect` that the tests read. */
export interface Inspected {
  readonly Id: string;
  readonly Name: string;
  readonly Config: {
    readonly Env: readonly string[] | null;
    readonly User: string;
    readonly Labels: Record<string, string>;
  };
  readonly State: {
    readonly Running: boolean;
    readonly Pid: number;
    readonly StartedAt: string;
    readonly Health?: { readonly Status: string };
  };
  readonly HostConfig: {
    readonly PortBindings: Record<string, unknown> | null;
    readonly ReadonlyRootfs: boolean;
    readonly CapAdd: readonly string[] | null;
    readonly CapDrop: readonly string[] | null;
    readonly SecurityOpt: readonly string[] | null;
    readonly Memory: number;
    readonly MemorySwap: number;
  };
  readonly NetworkSettings: { readonly Networks: Record<string, { readonly IPAddress: string }> };
}

/** Runs a program with the lab on its PATH. Never rejects. */
export function run(program: string, args: readonly string[], cwd?: string): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(
      program,
      [...args],
      { cwd, env: { ...environmentOf(PARTS), NO_COLOR: "1" }, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, out, err });
      },
    );
  });
}

/** Waits until something holds, and fails with what was seen last. */
export async function until<T>(seconds: number, look: () => Promise<T>, holds: (seen: T) => boolean): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`not within ${seconds} s; last seen: ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
