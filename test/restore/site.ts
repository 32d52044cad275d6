import { randomBytes } from "node:crypto";
import { chownSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { PARTS as COMPOSE, type Ended, run, until } from "../compose/host";
import { SmallDisk } from "../compose/small-disk";

const root = join(__dirname, "../..");

/** Parts of the lab that the site needs. */
export const PARTS = [...COMPOSE.filter((each) => each !== "image-sample"), "prometheus"];

/** Copies that a runner makes by itself as soon as it runs: `[database, kind]`. */
const FIRST = [
  ["db", "full"],
  ["db", "wal"],
  ["db/orders", "dump"],
  ["cache", "copy"],
  ["recordings", "copy"],
  ["configuration", "copy"],
] as const;

/** The stack of `test/restore/stack`, rendered by `bulwark render` and started on the lab's Docker daemon: what the components make, nothing more. */
export class Site {
  readonly project = mkdtempSync(join(tmpdir(), "bulwark-restore-"));
  readonly rendered = join(this.project, "rendered");
  readonly prefix = `bulwark-restore-${randomBytes(2).toString("hex")}`;
  /** Where the gateway keeps the objects of the backups' bucket, in its container. */
  readonly objects = `/data/objects/${this.prefix}-store`;
  /** The disk of the backups' gateway, where it has one of its own. */
  disk: SmallDisk | undefined;

  /** With a disk of so many MiB the gateway of the backups has one of its own, which can be filled. */
  async start(options: { readonly disk?: number } = {}): Promise<void> {
    cpSync(join(__dirname, "stack"), this.project, { recursive: true });
    for (const link of ["dist", "node_modules"]) symlinkSync(join(root, link), join(this.project, link));
    const port = 28_280 + 2 * (process.pid % 500);
    writeFileSync(
      join(this.project, "Pulumi.dev.yaml"),
      stringify({ config: { "restored:http": port, "restored:prefix": this.prefix } }),
    );
    const command = ["render", "dev", "--cwd", this.project, "--out", this.rendered, "--secrets", "generate"];
    ok(await run("node", [join(root, "dist/ops/main.js"), ...command]));
    if (options.disk !== undefined) await this.#mount(new SmallDisk(options.disk));
    // The provision containers end with 0, which this version of compose takes for a failure of the wait.
    await run("docker", ["compose", "up", "-d"], this.rendered);
    await until(
      180,
      () => this.docker("inspect", "-f", "{{.State.Health.Status}}", this.container("backups")),
      (state) => state.out.trim() === "healthy",
    );
  }

  async #mount(disk: SmallDisk): Promise<void> {
    this.disk = disk;
    chownSync(disk.mountpoint, 10907, 10907);
    const options = ["type=none", "o=bind", `device=${disk.mountpoint}`];
    const labels = [`com.docker.compose.project=${this.prefix}`, "com.docker.compose.volume=store-data"];
    ok(
      await this.docker(
        ...["volume", "create", ...options.flatMap((each) => ["--opt", each])],
        ...[...labels.flatMap((each) => ["--label", each]), `${this.prefix}-store-data`],
      ),
    );
  }

  async remove(): Promise<void> {
    await run("docker", ["compose", "down", "--volumes", "--remove-orphans", "--timeout", "5"], this.rendered);
    const volumes = await this.docker("volume", "ls", "-q", "--filter", `name=^${this.prefix}-`);
    if (volumes.out.trim() !== "") await this.docker("volume", "rm", "-f", ...volumes.out.trim().split("\n"));
    this.disk?.remove();
    rmSync(this.project, { recursive: true, force: true });
  }

  container(service: string): string {
    return `${this.prefix}-${service}`;
  }

  docker(...args: readonly string[]): Promise<Ended> {
    return run("docker", args);
  }

  /** Runs a command in a container and returns what it printed. Throws when it fails. */
  async exec(service: string, ...command: readonly string[]): Promise<string> {
    return ok(await this.docker("exec", this.container(service), ...command)).out;
  }

  /** A line of shell in a container. */
  sh(service: string, line: string): Promise<string> {
    return this.exec(service, "sh", "-euc", line);
  }

  /** Runs a job as the CLI does, to its end. */
  job(name: string): Promise<Ended> {
    return this.docker("exec", this.container("backups"), "bulwark-backup", "run", name);
  }

  async goodJob(name: string): Promise<string> {
    const { out } = ok(await this.job(name));
    return (JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { id: string }).id;
  }

  /** Waits for the copies that are made without being asked for, and gives the metrics. */
  firstCopies(): Promise<string> {
    const line = (database: string, kind: string) =>
      new RegExp(`^backup_last_success_timestamp_seconds\\{database="${database}".*kind="${kind}"`, "m");
    return until(
      240,
      () => this.metrics(),
      (text) => FIRST.every(([database, kind]) => line(database, kind).test(text)),
    );
  }

  /** What Prometheus would scrape now. */
  metrics(): Promise<string> {
    const script = "fetch('http://localhost:9188/metrics').then(async (answer) => console.log(await answer.text()))";
    return this.exec("backups", "node", "-e", script);
  }

  /** A value of the metrics, or `undefined`. */
  async metric(name: string, database: string, kind: string): Promise<number | undefined> {
    const line = (await this.metrics())
      .split("\n")
      .find((each) => each.startsWith(`${name}{`) && each.includes(`"${database}"`) && each.includes(`kind="${kind}"`));
    return line === undefined ? undefined : Number(line.split(" ")[1]);
  }

  sql(statement: string, database = "orders"): Promise<string> {
    const flags = ["-X", "-A", "-t", "-q", "-v", "ON_ERROR_STOP=1"];
    return this.exec(
      "db",
      "psql",
      ...flags,
      "-h",
      "/run/postgresql",
      "-U",
      "postgres",
      "-d",
      database,
      "-c",
      statement,
    );
  }

  /** A generated secret, which only the operator's own folder holds in clear. */
  secret(name: string): string {
    const kept: Record<string, { value: string }> = JSON.parse(
      readFileSync(join(this.rendered, "secrets/values.json"), "utf8"),
    );
    const found = Object.entries(kept).find(([urn]) => urn.endsWith(`::${name}`));
    if (found === undefined) throw new Error(`no secret is called ${name}`);
    return found[1].value;
  }

  /**
   * Restores into a new volume, in a container that has nothing of the stack but the configuration, and starts a server on it that archives nothing.
   * Returns the container's name and the seconds from the first command to the first answer.
   */
  async restore(name: string, options: readonly string[]): Promise<{ readonly server: string; readonly took: number }> {
    const server = `${this.prefix}-${name}`;
    const began = Date.now();
    const image = (await this.docker("inspect", "-f", "{{.Config.Image}}", this.container("db"))).out.trim();
    const conf = "--config=/etc/bulwark/pgbackrest.conf --stanza=db --log-level-console=warn";
    const serve = [
      "exec postgres -c config_file=/etc/bulwark/postgresql.conf -c hba_file=/etc/bulwark/pg_hba.conf",
      "-c ssl=off -c archive_mode=off -c listen_addresses=",
    ].join(" ");
    const script = `mkdir -m 0700 "$PGDATA"; pgbackrest ${conf} ${options.map((each) => `'${each}'`).join(" ")} restore; ${serve}`;
    ok(
      await this.docker(
        ...["run", "-d", "--name", server, "--network", `${this.prefix}-store`],
        ...["-v", `${server}:/var/lib/postgresql/data`, "-v", `${this.prefix}-db-config:/etc/bulwark:ro`],
        ...["-v", `${this.prefix}-network-trust:/etc/ssl/bulwark:ro`, "--tmpfs", "/tmp:mode=1777"],
        ...["--entrypoint", "sh", image, "-euc", script],
      ),
    );
    await until(
      120,
      () =>
        this.docker(
          "exec",
          server,
          "psql",
          "-h",
          "/run/postgresql",
          "-U",
          "postgres",
          "-Atc",
          "SELECT pg_is_in_recovery()",
        ),
      (answer) => answer.out.trim() === "f",
    ).catch(async (error: unknown) => {
      throw new Error(`${error}\n${(await this.docker("logs", "--tail", "30", server)).err}`);
    });
    return { server, took: (Date.now() - began) / 1000 };
  }

  async drop(server: string): Promise<void> {
    await this.docker("rm", "-f", "-v", server);
    await this.docker("volume", "rm", "-f", server);
  }

  /** A query on a restored server. */
  async ask(server: string, statement: string): Promise<string> {
    const flags = ["-X", "-A", "-t", "-h", "/run/postgresql", "-U", "postgres", "-d", "orders", "-c", statement];
    return ok(await this.docker("exec", server, "psql", ...flags)).out.trim();
  }
}

/** The result of a command that has to have ended well. */
export function ok(ended: Ended): Ended {
  if (ended.code !== 0) throw new Error(`ended with ${ended.code}: ${ended.err || ended.out}`);
  return ended;
}

/** A number between two others. */
export function between(low: number, high: number): number {
  return low + Math.random() * (high - low);
}
