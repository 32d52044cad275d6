import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobConfig, RunnerConfig } from "../../images/backup/src/config";
import { environmentOf, imageOf } from "../lab";

/** Parts of the lab that a rig is made of. */
export const PARTS = ["docker", "image-tools", "image-postgres", "image-s3", "image-backup"] as const;

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What a rig is asked for. */
export interface RigOptions {
  /** Whether WAL is archived. */
  readonly wal: boolean;
  /** Who can read the dumps, besides who has the passphrase. */
  readonly recipients?: readonly string[];
  readonly tool?: RunnerConfig["tool"];
  /** Settings of the server: `name=value`. */
  readonly settings?: readonly string[];
}

/** Databases and the role that owns each. */
const DATABASES = { orders: "orders_user", people: "people_user" } as const;

const BUCKET = "backups";
const REGION = "us-east-1";

/**
 * A PostgreSQL server, an S3 gateway behind TLS and a backup runner on the lab's Docker daemon, wired as the BackupSchedule does it: the runner
 * has the server's socket and its data, read-only, and no Docker socket.
 */
export class Rig {
  readonly passphrase = randomBytes(24).toString("base64url");
  /** Password of both owners. */
  readonly password = "correct-horse-battery-staple";
  /** Secret half of the store's key. */
  readonly secretKey = randomBytes(16).toString("hex");
  readonly #name = `bulwark-rig-${process.pid}-${randomBytes(3).toString("hex")}`;
  readonly #folder = mkdtempSync(join(tmpdir(), "bulwark-rig-"));
  #config: RunnerConfig;

  private constructor(options: RigOptions) {
    this.#config = this.#configuration(options);
  }

  /** Starts everything and makes the two databases. */
  static async start(options: RigOptions = { wal: false }): Promise<Rig> {
    const rig = new Rig(options);
    try {
      await rig.#files();
      await rig.docker("network", "create", rig.#name);
      await rig.#gateway();
      await rig.#server(options);
      await rig.#runner();
      await rig.#provision();
    } catch (error) {
      await rig.remove();
      throw error;
    }
    return rig;
  }

  /** Compose project that the runner is labelled with. */
  get project(): string {
    return this.#name;
  }

  container(part: "db" | "s3" | "runner"): string {
    return `${this.#name}-${part}`;
  }

  /** Runs docker; throws when it fails. */
  async docker(...args: readonly string[]): Promise<string> {
    const { code, out, err } = await run("docker", args);
    if (code !== 0) throw new Error(`docker ${args.slice(0, 2).join(" ")} ended with ${code}: ${err}`);
    return out.trim();
  }

  /** SQL as the superuser, through the socket. */
  async sql(database: string, sql: string): Promise<string> {
    return await this.docker("exec", this.container("db"), ...superuser(database, sql));
  }

  /** SQL as an application: over TCP, with its password. Never rejects. */
  async asOwner(database: keyof typeof DATABASES, sql: string): Promise<Ended> {
    const address = `host=db user=${DATABASES[database]} dbname=${database} connect_timeout=5`;
    return await run("docker", [
      "exec",
      "-e",
      `PGPASSWORD=${this.password}`,
      this.container("db"),
      "psql",
      "-XqAt",
      "-c",
      sql,
      address,
    ]);
  }

  /** Runs `bulwark-backup` in the runner. Never rejects. */
  async backup(args: readonly string[], stdin?: string): Promise<Ended> {
    return await run("docker", ["exec", "-i", this.container("runner"), "bulwark-backup", ...args], stdin);
  }

  /** Runs any program in the runner. Never rejects. */
  async within(command: readonly string[], stdin?: string): Promise<Ended> {
    return await run("docker", ["exec", "-i", this.container("runner"), ...command], stdin);
  }

  /** Gives the runner another passphrase. */
  rotatePassphrase(passphrase: string): void {
    this.#write("secrets/backup-passphrase", passphrase);
  }

  /** Runs a command of the runner and gives its result. Throws what it said when it failed. */
  async ask<T>(args: readonly string[], stdin?: string): Promise<T> {
    const { code, out, err } = await this.backup(args, stdin);
    if (code !== 0) throw new Error(err.trim() || out.trim());
    return (JSON.parse(out.trim().split("\n").at(-1) ?? "") as { result: T }).result;
  }

  /** Runs a job as the scheduler does and gives what it made. Throws what it said when it failed. */
  async job(name: string): Promise<{
    readonly bytes: number;
    readonly id: string;
    readonly metrics?: readonly { name: string; value: number }[];
  }> {
    const { code, out, err } = await this.backup(["job", name]);
    if (code !== 0) throw new Error(err.trim());
    return JSON.parse(out.trim().split("\n").at(-1) ?? "");
  }

  /** A shell in the runner or next to the store's files. */
  async shell(part: "db" | "s3" | "runner", script: string): Promise<string> {
    return await this.docker("exec", this.container(part), "sh", "-euc", script);
  }

  /** The runner's configuration. */
  get config(): RunnerConfig {
    return this.#config;
  }

  /** Changes the runner's configuration. */
  configure(change: (config: RunnerConfig) => RunnerConfig): void {
    this.#config = change(this.#config);
    this.#write("config/backup.json", JSON.stringify(this.#config, null, 2));
  }

  async remove(): Promise<void> {
    await run("docker", ["rm", "-fv", ...(["db", "s3", "runner"] as const).map((each) => this.container(each))]);
    await run("docker", ["volume", "rm", "-f", ...["data", "socket", "state"].map((each) => `${this.#name}-${each}`)]);
    await run("docker", ["network", "rm", this.#name]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #configuration({ wal, recipients = [], tool }: RigOptions): RunnerConfig {
    const job = (name: string, kind: JobConfig["kind"], database = "db"): JobConfig => ({
      name,
      kind,
      source: kind === "prune" ? "nightly" : "db",
      database,
      maxAge: 90_000,
      timeout: 600,
    });
    return {
      version: 1,
      schedule: "nightly",
      environment: "prod",
      target: "compose",
      timeZone: "UTC",
      jitter: 0,
      rpo: 3600,
      rto: 4 * 3600,
      walMaxAge: 1800,
      store: {
        endpoint: "https://s3:7070",
        bucket: BUCKET,
        region: REGION,
        caFile: "/etc/bulwark/ca.crt",
        accessKeyFile: "/run/secrets/s3-access-key",
        secretKeyFile: "/run/secrets/s3-secret-key",
      },
      passphraseFile: "/run/secrets/backup-passphrase",
      ...(tool === undefined ? {} : { tool }),
      recipients,
      retention: { pointInTimeDays: 30, daily: 30, weekly: 12, monthly: 12, yearly: 7 },
      sources: [
        {
          kind: "postgres",
          name: "db",
          databases: Object.keys(DATABASES),
          dataPath: "/var/lib/postgresql/data/pgdata",
          socket: "/run/postgresql",
          wal,
        },
      ],
      jobs: [
        job("dump-db-orders", "dump", "db/orders"),
        job("dump-db-people", "dump", "db/people"),
        job("full-db", "full"),
        job("incremental-db", "incremental"),
        job("verify-db", "verify"),
        job("drill-db", "drill"),
        job("prune-nightly", "prune", "nightly"),
      ],
    };
  }

  async #files(): Promise<void> {
    chmodSync(this.#folder, 0o755);
    const secret = this.secretKey;
    this.#write("config/backup.json", JSON.stringify(this.#config, null, 2));
    this.#write("secrets/backup-passphrase", this.passphrase);
    this.#write("secrets/s3-access-key", "rig");
    this.#write("secrets/s3-secret-key", secret);
    this.#write(
      "config/pgbackrest.conf",
      [
        "[global]",
        "repo1-type=s3",
        "repo1-path=/pgbackrest",
        "repo1-s3-endpoint=s3",
        "repo1-storage-port=7070",
        "repo1-storage-ca-file=/etc/bulwark/ca.crt",
        `repo1-s3-bucket=${BUCKET}`,
        `repo1-s3-region=${REGION}`,
        "repo1-s3-uri-style=path",
        "repo1-s3-key=rig",
        `repo1-s3-key-secret=${secret}`,
        "repo1-cipher-type=aes-256-cbc",
        `repo1-cipher-pass=${this.passphrase}`,
        "repo1-retention-full=2",
        "compress-type=zst",
        "start-fast=y",
        "lock-path=/tmp/pgbackrest",
        "log-level-file=off",
        "[db]",
        "pg1-path=/var/lib/postgresql/data/pgdata",
        "pg1-socket-path=/run/postgresql",
        "pg1-user=postgres",
        "",
      ].join("\n"),
    );
    mkdirSync(join(this.#folder, "tls"));
    chmodSync(join(this.#folder, "tls"), 0o777);
    await this.docker(
      ...["run", "--rm", "--network", "none", "-v", `${this.#folder}/tls:/tls`, imageOf("image-tools"), "sh", "-euc"],
      [
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=s3 -addext subjectAltName=DNS:s3 -keyout /tls/tls.key -out /tls/tls.crt",
        "chmod 0644 /tls/*",
      ].join("; "),
    );
  }

  #write(path: string, text: string): void {
    const file = join(this.#folder, path);
    mkdirSync(join(file, ".."), { recursive: true });
    writeFileSync(file, text);
    chmodSync(file, 0o644);
  }

  async #gateway(): Promise<void> {
    const secret = `${this.#folder}/secrets/s3-secret-key:/key:ro`;
    await this.docker(
      ...["run", "-d", "--name", this.container("s3"), "--network", this.#name, "--network-alias", "s3", "-v", secret],
      ...["-v", `${this.#folder}/tls:/tls:ro`, "--entrypoint", "sh", imageOf("image-s3"), "-euc"],
      `mkdir -p /data/${BUCKET}; ROOT_ACCESS_KEY=rig ROOT_SECRET_KEY=$(cat /key) exec versitygw --port :7070 --region ${REGION} --cert /tls/tls.crt --key /tls/tls.key --quiet posix /data`,
    );
  }

  #mounts(): string[] {
    return [
      ...["-v", `${this.#folder}/config/backup.json:/etc/bulwark/backup.json:ro`],
      ...["-v", `${this.#folder}/config/pgbackrest.conf:/etc/bulwark/pgbackrest.conf:ro`],
      ...["-v", `${this.#folder}/tls/tls.crt:/etc/bulwark/ca.crt:ro`],
      ...["-e", "PGBACKREST_CONFIG=/etc/bulwark/pgbackrest.conf"],
      ...["-v", `${this.#name}-socket:/run/postgresql`],
    ];
  }

  async #server({ wal, settings = [] }: RigOptions): Promise<void> {
    await this.docker(
      ...["run", "-d", "--name", this.container("db"), "--network", this.#name, "--network-alias", "db"],
      ...["-v", `${this.#name}-data:/var/lib/postgresql/data`, ...this.#mounts()],
      ...["-e", "POSTGRES_PASSWORD_FILE=/proc/sys/kernel/random/uuid"],
      ...[
        "-e",
        "POSTGRES_INITDB_ARGS=--auth-local=peer --auth-host=scram-sha-256",
        imageOf("image-postgres"),
        "postgres",
      ],
      ...["-c", "listen_addresses=*", "-c", "fsync=off", "-c", "archive_timeout=60"],
      ...settings.flatMap((each) => ["-c", each]),
      ...(wal ? ["-c", "archive_mode=on", "-c", "archive_command=pgbackrest --stanza=db archive-push %p"] : []),
    );
    await until(
      60,
      async () => (await run("docker", ["exec", this.container("db"), "pg_isready", "-q", "-h", "db"])).code === 0,
    );
  }

  async #runner(): Promise<void> {
    await this.docker(
      ...[
        "run",
        "-d",
        "--name",
        this.container("runner"),
        "--network",
        this.#name,
        "--read-only",
        "--tmpfs",
        "/tmp:mode=1777",
      ],
      ...["--label", `com.docker.compose.project=${this.#name}`, "--label", "io.bulwark.backup=nightly"],
      ...["--tmpfs", "/var/spool/pgbackrest:uid=10432,gid=10432,mode=0750", "--cap-drop", "ALL"],
      ...[
        "-v",
        `${this.#name}-data:/var/lib/postgresql/data:ro`,
        "-v",
        `${this.#name}-state:/var/lib/bulwark`,
        ...this.#mounts(),
      ],
      ...[
        "-v",
        `${this.#folder}/secrets:/run/secrets:ro`,
        "--init",
        "--entrypoint",
        "sleep",
        imageOf("image-backup"),
        "infinity",
      ],
    );
  }

  /** Databases as ManagedPostgres makes them: an owner each, a guest, and nothing for everybody. */
  async #provision(): Promise<void> {
    await this.sql("postgres", `CREATE ROLE reporting LOGIN PASSWORD '${this.password}'`);
    for (const [database, owner] of Object.entries(DATABASES)) {
      await this.sql("postgres", `CREATE ROLE ${owner} LOGIN PASSWORD '${this.password}'`);
      await this.sql("postgres", `CREATE DATABASE ${database} OWNER ${owner}`);
      for (const statement of [
        `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
        `GRANT CONNECT, TEMPORARY ON DATABASE ${database} TO reporting`,
        `ALTER DATABASE ${database} SET statement_timeout TO '30s'`,
        `ALTER ROLE reporting IN DATABASE ${database} SET search_path TO public, pg_catalog`,
      ])
        await this.sql("postgres", statement);
      for (const statement of [
        "CREATE EXTENSION pg_stat_statements",
        `ALTER SCHEMA public OWNER TO ${owner}`,
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO reporting",
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${owner} IN SCHEMA public GRANT SELECT ON TABLES TO reporting`,
        `SET ROLE ${owner}; CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE); CREATE TABLE "Odd Name" (id int PRIMARY KEY REFERENCES items)`,
        `SET ROLE ${owner}; INSERT INTO items (name) SELECT '${database} ' || n FROM generate_series(1, 1000) n; INSERT INTO "Odd Name" SELECT id FROM items WHERE id % 10 = 0`,
      ])
        await this.sql(database, statement);
    }
  }
}

/** The command that runs SQL as the superuser, through the socket of the server's own container. */
export function superuser(database: string, sql: string): readonly string[] {
  return ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", database, "-c", sql];
}

/** Runs a program with the lab on its PATH. Never rejects. */
export function run(program: string, args: readonly string[], stdin?: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      [...args],
      { env: { ...environmentOf(PARTS), NO_COLOR: "1" }, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) =>
        resolve({ code: error === null ? 0 : typeof error.code === "number" ? error.code : 1, out, err }),
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(stdin ?? "");
  });
}

/** Waits until something holds. */
export async function until(seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
