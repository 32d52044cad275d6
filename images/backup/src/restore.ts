import { rm } from "node:fs/promises";
import { cpus } from "node:os";
import { dumpTo } from "./archive";
import { catalogue, readManifest } from "./catalogue";
import { type Ask, adorn, countRows, createLike, factsOf } from "./facts";
import { fetch } from "./fetch";
import { inMebibytes } from "./files";
import { inWords, type Manifest, rowDifferences } from "./manifest";
import { physicalBackups, recover } from "./pitr";
import { run } from "./process";
import { connection, execute, literal, query, quoted, type Server } from "./psql";
import { nameAside, type Swapped, standsBeside, swap } from "./swap";
import type { PostgresSource, Work } from "./work";

/** What to restore from. */
export type Origin =
  | { readonly kind: "latest" }
  | { readonly kind: "archive"; readonly id: string }
  | { readonly kind: "time"; readonly at: Date };

/** What a restore would do, found out without changing anything. */
export interface RestorePlan {
  readonly environment: string;
  readonly source: string;
  readonly database: string;
  /** In words: `archive 20261121T020000Z`. */
  readonly from: string;
  readonly origin: Exclude<Origin, { kind: "latest" }>;
  /** Moment that the restored data is of, as ISO 8601. */
  readonly dataOf: string;
  /** Bytes of the data, as far as known. */
  readonly bytes: number;
  /** Connections that the swap would end. */
  readonly connections: number;
  /** Whether there is a database of that name now. */
  readonly exists: boolean;
  /** Roles of the archive that the server does not have; they are made, without a login. */
  readonly missingRoles: readonly string[];
  readonly steps: readonly string[];
}

/** A restore that went well. */
export interface Restored {
  readonly database: string;
  readonly from: string;
  readonly dataOf: string;
  readonly rows: number;
  readonly seconds: number;
  /** Name of the restored database as long as it stands beside. */
  readonly beside: string;
  readonly swapped: Swapped | undefined;
}

/** A dump in clear and what it has to hold. */
type Material = Pick<Manifest, "facts" | "extensions" | "roles" | "rows" | "server"> & { readonly dump: string };

/** Looks at what there is and says what a restore would do. Throws when it could not be done. */
export async function planRestore(
  work: Work,
  source: PostgresSource,
  database: string,
  origin: Origin,
): Promise<RestorePlan> {
  const ask = asker(source, "postgres");
  const exists = (await factsOf(ask, database)) !== undefined;
  const [sessions] = await ask<{ n: number }>(
    `SELECT count(*) AS n FROM pg_stat_activity WHERE datname = ${literal(database)} AND backend_type = 'client backend'`,
  );
  const { environment } = work.config;
  const shared = { environment, source: source.name, database, exists, connections: sessions?.n ?? 0 };
  const last = [
    "compare the rows of every table, check indexes and heap",
    exists
      ? `swap the names in one transaction; the present ${database} is kept for 72 hours`
      : `give it the name ${database}`,
  ];
  if (origin.kind === "time") {
    const [newest] = await physicalBackups(work, source);
    if (newest === undefined) throw new Error(`there is no physical backup of ${source.name}`);
    const from = `point in time ${origin.at.toISOString()}`;
    return {
      ...shared,
      from,
      origin,
      dataOf: origin.at.toISOString(),
      bytes: newest.bytes,
      missingRoles: [],
      steps: [
        `restore ${source.name} as of ${origin.at.toISOString()} into an empty folder and start it there`,
        `copy ${database} from there into a new database beside the present one`,
        ...last,
      ],
    };
  }
  const entries = (await catalogue(work.store, { source: source.name, database })).filter((each) => each.complete);
  const chosen = origin.kind === "latest" ? entries[0] : entries.find((each) => each.id === origin.id);
  if (chosen === undefined) {
    const newest = entries.slice(0, 3).map((each) => each.id);
    throw new Error(
      entries.length === 0
        ? `there is no archive of ${database}`
        : `there is no archive ${origin.kind === "archive" ? origin.id : ""} of ${database}; the newest are ${newest.join(", ")}`,
    );
  }
  const manifest = await readManifest(work.store, chosen, chosen.id);
  await checkServer(ask, manifest);
  return {
    ...shared,
    from: `archive ${chosen.id}`,
    origin: { kind: "archive", id: chosen.id },
    dataOf: manifest.takenAt,
    bytes: manifest.databaseBytes,
    missingRoles: await missingRoles(ask, manifest.roles),
    steps: [
      `download archive ${chosen.id} (${inMebibytes(manifest.files.dump.encrypted.bytes)}), compare its checksums, decrypt it`,
      "restore it into a new database beside the present one",
      ...last,
    ],
  };
}

/** Restores beside, checks, and swaps the names when asked to. A failure leaves the present database as it was. */
export async function restore(
  work: Work,
  source: PostgresSource,
  plan: RestorePlan,
  swapNames: boolean,
): Promise<Restored> {
  const began = work.now();
  const { database } = plan;
  const beside = nameAside(database, "restore", began);
  try {
    const rows = await material(work, source, plan, (found) => fill(work, source, beside, database, found));
    if (swapNames) work.say({ step: "swap", detail: `${database}: swapping the names` });
    const swapped = swapNames ? await swap(source, database, beside, plan.from, work.now()) : undefined;
    return {
      database,
      from: plan.from,
      dataOf: plan.dataOf,
      rows,
      seconds: (work.now().getTime() - began.getTime()) / 1000,
      beside: swapped === undefined ? beside : database,
      swapped,
    };
  } catch (error) {
    await execute(source, "postgres", [`DROP DATABASE IF EXISTS ${quoted(beside)} WITH (FORCE)`]).catch(
      () => undefined,
    );
    throw error;
  }
}

/** Gets the dump that a plan names, hands it over, and cleans up. Gives the number of rows. */
async function material(
  work: Work,
  source: PostgresSource,
  plan: RestorePlan,
  use: (found: Material) => Promise<void>,
): Promise<number> {
  const total = (rows: Readonly<Record<string, number>>): number => Object.values(rows).reduce((sum, n) => sum + n, 0);
  const { origin, database } = plan;
  if (origin.kind === "archive") {
    const fetched = await fetch(work, { source: source.name, database }, origin.id);
    try {
      await use({ ...fetched.manifest, dump: fetched.dump });
      return total(fetched.manifest.rows);
    } finally {
      await rm(fetched.folder, { recursive: true, force: true });
    }
  }
  const recovered = await recover(work, source, { kind: "time", at: origin.at }, [database]);
  try {
    const seen = await dumpTo(work, recovered.server, database, recovered.folder);
    await use({ ...seen, dump: `${recovered.folder}/dump` });
    return total(seen.rows);
  } finally {
    await recovered.remove();
  }
}

/** Makes the database beside and fills it. Its rights and settings are those that the present one has now. */
async function fill(
  work: Work,
  server: PostgresSource,
  beside: string,
  database: string,
  found: Material,
): Promise<void> {
  const ask = asker(server, "postgres");
  await checkServer(ask, found);
  for (const role of await missingRoles(ask, found.roles)) {
    work.say({ step: "role", detail: `making the role ${role}, without a login` });
    await execute(server, "postgres", [`CREATE ROLE ${quoted(role)} NOLOGIN`]);
  }
  const facts = (await factsOf(ask, database)) ?? found.facts;
  const present = await missingRoles(ask, [facts.owner]);
  if (present.length > 0) throw new Error(`the owner ${facts.owner} is not a role of the server`);
  await execute(server, "postgres", [
    createLike(beside, facts),
    standsBeside(beside, work.now()),
    `REVOKE ALL ON DATABASE ${quoted(beside)} FROM PUBLIC`,
  ]);
  await load(work, server, beside, found);
  await compare(work, server, beside, found.rows);
  await checkPages(work, server, beside);
  await execute(server, "postgres", adorn(beside, facts));
}

/** Fills an empty database from a dump. */
export async function load(
  work: Work,
  server: Server,
  into: string,
  found: Pick<Material, "dump" | "extensions">,
): Promise<void> {
  const timescale = found.extensions["timescaledb"];
  if (timescale !== undefined) await beforeTimescale(server, into, timescale);
  work.say({ step: "load", detail: `${into}: loading the dump` });
  // Its catalogue cannot be loaded by several at a time.
  const jobs = timescale !== undefined ? 1 : Math.max(1, Math.min(4, cpus().length));
  await run("pg_restore", ["--exit-on-error", `--jobs=${jobs}`, ...connection(server, into), found.dump]);
  if (timescale !== undefined) await execute(server, into, ["SELECT timescaledb_post_restore()"]);
  work.say({ step: "analyze", detail: `${into}: collecting statistics` });
  await execute(server, into, ["ANALYZE"]);
}

/** Its catalogue can only be loaded into the version that it was dumped from; an update comes afterwards. */
async function beforeTimescale(server: Server, into: string, version: string): Promise<void> {
  const there = await query<{ version: string }>(
    server,
    into,
    "SELECT version FROM pg_available_extension_versions WHERE name = 'timescaledb'",
  );
  if (!there.some((each) => each.version === version))
    throw new Error(
      `the backup is of timescaledb ${version}, the server has ${there.map((each) => each.version).join(", ")}: restore it with an image that has ${version}, then ALTER EXTENSION timescaledb UPDATE`,
    );
  await execute(server, into, [
    `CREATE EXTENSION IF NOT EXISTS timescaledb VERSION ${literal(version)}`,
    "SELECT timescaledb_pre_restore()",
  ]);
}

/** Throws when a table has not as many rows as it should. */
export async function compare(
  work: Work,
  server: Server,
  database: string,
  rows: Readonly<Record<string, number>>,
): Promise<void> {
  const counted = await countRows(asker(server, database), (done, of) =>
    work.say({ step: "compare", detail: `${database}: comparing rows, table ${done} of ${of}`, share: done / of }),
  );
  const differences = rowDifferences(rows, counted);
  if (differences.length > 0)
    throw new Error(`the restored ${database} is not what was backed up: ${inWords(differences)}`);
}

/** Checks heap and indexes page by page. */
export async function checkPages(work: Work, server: Server, database: string): Promise<void> {
  work.say({ step: "amcheck", detail: `${database}: checking heap and indexes` });
  const had = await query(server, database, "SELECT FROM pg_extension WHERE extname = 'amcheck'");
  await run("pg_amcheck", ["--install-missing", ...connection(server), database]);
  if (had.length === 0) await execute(server, database, ["DROP EXTENSION IF EXISTS amcheck"]);
}

/** Throws when the server is too old for the dump or lacks an extension. */
async function checkServer(ask: Ask, { server, extensions }: Pick<Manifest, "server" | "extensions">): Promise<void> {
  const [about] = await ask<{ version: number }>(
    "SELECT current_setting('server_version_num')::int / 10000 AS version",
  );
  const major = Number.parseInt(server.version, 10);
  if ((about?.version ?? 0) < major)
    throw new Error(`the backup is of PostgreSQL ${major}, the server is older: ${about?.version ?? "unknown"}`);
  const there = await ask<{ name: string }>("SELECT name FROM pg_available_extensions");
  const missing = Object.keys(extensions).filter((each) => !there.some(({ name }) => name === each));
  if (missing.length > 0) throw new Error(`the server lacks extensions of the backup: ${missing.join(", ")}`);
}

async function missingRoles(ask: Ask, wanted: readonly string[]): Promise<string[]> {
  const there = await ask<{ name: string }>("SELECT rolname AS name FROM pg_roles");
  return wanted.filter((each) => !there.some(({ name }) => name === each));
}

/** What asks one database over connections of its own. */
export function asker(server: Server, database: string): Ask {
  return (sql) => query(server, database, sql);
}
