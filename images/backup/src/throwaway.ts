import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { run } from "./process";
import type { Server } from "./psql";

/** A PostgreSQL server of this process alone, for rehearsals: no port, no archiving, nothing that starts by itself. */
export interface ThrowAway extends Server {
  readonly data: string;
  /** What the server said, newest last. */
  readonly log: () => readonly string[];
  stop(): Promise<void>;
}

/** An empty server below a folder. */
export async function emptyServer(folder: string): Promise<ThrowAway> {
  const data = join(folder, "data");
  await run("initdb", [
    "-D",
    data,
    "-U",
    "postgres",
    "--encoding=UTF8",
    "--locale=C.UTF-8",
    "--auth=trust",
    "--no-sync",
  ]);
  return await start(folder, data, 60_000);
}

/** Starts a server over existing data and waits until it takes connections; with a recovery to do, until that has ended. */
export async function start(folder: string, data: string, timeout: number): Promise<ThrowAway> {
  const socket = join(folder, "run");
  await mkdir(socket, { recursive: true, mode: 0o700 });
  const hba = join(folder, "pg_hba.conf");
  const configuration = join(folder, "postgresql.conf");
  await writeFile(hba, "local all all trust\n");
  await writeFile(configuration, "");
  const settings = {
    ...SETTINGS,
    ...(await settingsOf(data)),
    config_file: configuration,
    hba_file: hba,
    unix_socket_directories: socket,
  };
  const child = spawn(
    "postgres",
    ["-D", data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, PGDATA: data } },
  );
  const said: string[] = [];
  child.stderr?.setEncoding("utf8").on("data", (chunk: string) => {
    said.push(...chunk.split("\n").filter((line) => line.trim() !== ""));
    said.splice(0, Math.max(0, said.length - 200));
  });
  const server: ThrowAway = { socket, data, log: () => said, stop: () => stop(child) };
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(`ended with ${code}`));
  });
  const end = Date.now() + timeout;
  for (;;) {
    const dead = await Promise.race([ended, answers(socket).then((ready) => (ready ? undefined : sleep(250)))]);
    if (typeof dead === "string") throw new Error(`the throw-away server ${dead}: ${reason(said)}`);
    if (await answers(socket)) return server;
    if (Date.now() > end) {
      await server.stop();
      throw new Error(`the throw-away server was not ready within ${timeout / 1000} s: ${reason(said)}`);
    }
  }
}

/** Speed instead of durability, and nothing that could act on its own: no archiving, no replication, no jobs of extensions. */
const SETTINGS: Readonly<Record<string, string>> = {
  archive_mode: "off",
  autovacuum: "off",
  fsync: "off",
  full_page_writes: "off",
  hot_standby: "off",
  huge_pages: "off",
  jit: "off",
  listen_addresses: "",
  logging_collector: "off",
  log_destination: "stderr",
  maintenance_work_mem: "64MB",
  max_connections: "20",
  max_logical_replication_workers: "0",
  max_wal_senders: "0",
  max_wal_size: "1GB",
  max_worker_processes: "0",
  primary_conninfo: "",
  shared_buffers: "64MB",
  ssl: "off",
  synchronous_standby_names: "",
  wal_level: "minimal",
};

const TIMESCALE = "timescaledb.so";

async function settingsOf(data: string): Promise<Record<string, string>> {
  const library = join((await run("pg_config", ["--pkglibdir"])).trim(), TIMESCALE);
  const control = await run("pg_controldata", ["-D", data], { env: { LC_ALL: "C" } });
  const prepared = /max_prepared_xacts setting:\s+(\d+)/.exec(control)?.[1] ?? "0";
  return {
    max_prepared_transactions: prepared,
    shared_preload_libraries: existsSync(library) ? "timescaledb" : "",
    ...(existsSync(library) ? { "timescaledb.telemetry_level": "off" } : {}),
  };
}

async function answers(socket: string): Promise<boolean> {
  return await run("pg_isready", ["-q", "-h", socket, "-U", "postgres"]).then(
    () => true,
    () => false,
  );
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const closed = new Promise((resolve) => child.once("close", resolve));
  // Nothing of it is kept, so there is nothing to write out.
  child.kill("SIGQUIT");
  await closed;
}

function reason(said: readonly string[]): string {
  const telling = said.filter((line) => /FATAL|PANIC|ERROR/.test(line));
  return (telling.length > 0 ? telling : said).slice(-3).join(" | ");
}
