import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type CatalogueEntry, catalogue, readManifest, type Subject } from "./catalogue";
import { countRows, createLike } from "./facts";
import { canRead, fetch } from "./fetch";
import { passphraseOf, type Signature, signed } from "./keys";
import { archiveId, type Manifest } from "./manifest";
import { physicalBackups, recover } from "./pitr";
import { run } from "./process";
import { connection, execute, query, quoted } from "./psql";
import { asker, checkPages, compare, load } from "./restore";
import { emptyServer } from "./throwaway";
import type { PostgresSource, Work } from "./work";

/** One set of backups that a drill restored. */
export interface DrilledSet {
  readonly tier: "operational" | "archive";
  /** Database; of the operational tier, all of the server's. */
  readonly database: string;
  readonly id: string;
  /** Moment that the data is of, as ISO 8601. */
  readonly dataOf: string;
  /** From nothing to a server that answers with checked data. */
  readonly seconds: number;
  readonly rows: number | undefined;
  readonly ok: boolean;
  /** What was wrong. */
  readonly error?: string;
}

/** An objective and what was measured. */
export interface Objective {
  readonly objectiveSeconds: number;
  readonly measuredSeconds: number | undefined;
  readonly met: boolean;
}

/** What a drill found. */
export interface DrillReport {
  readonly version: 1;
  readonly id: string;
  readonly schedule: string;
  readonly environment: string;
  readonly source: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly ok: boolean;
  readonly sets: readonly DrilledSet[];
  readonly rto: Objective;
  readonly rpo: Objective;
}

/** A report with its signature, as stored and printed. The signature is over the report's JSON without spaces. */
export interface SignedReport {
  readonly report: DrillReport;
  readonly signature: Signature;
}

/** Folder of the reports in the bucket. */
export const REPORTS = "drills";

/**
 * Restores the newest backup of each tier and an older archive of each database into servers of its own, and checks all that is there. The
 * report is stored whatever the result; look at its `ok`.
 */
export async function drill(
  work: Work,
  source: PostgresSource,
  pick: (of: number) => number = random,
): Promise<SignedReport> {
  const startedAt = work.now();
  const sets: DrilledSet[] = [];
  let dataAge: number | undefined;
  let duration: number | undefined;
  if (source.wal) {
    const { set, worstLoss } = await operational(work, source);
    sets.push(set);
    dataAge = worstLoss;
    duration = set.seconds;
  }
  for (const database of source.databases) {
    const subject = { source: source.name, database };
    const [newest, older] = await choose(work, subject, pick);
    if (newest === undefined) {
      // The operational tier alone is a choice of the schedule; archives that are missing are not.
      if (work.config.jobs.some((job) => job.kind === "dump" && job.source === source.name))
        sets.push(missing(database, startedAt));
      continue;
    }
    // Where only the public half of the key is on the host, the other tier is rehearsed alone.
    if (source.wal && !canRead(work, await readManifest(work.store, newest, newest.id))) continue;
    for (const entry of older === undefined ? [newest] : [newest, older]) {
      const set = await archived(work, source, entry);
      sets.push(set);
      if (source.wal || entry !== newest) continue;
      dataAge = Math.max(dataAge ?? 0, (startedAt.getTime() - entry.at.getTime()) / 1000);
      duration = (duration ?? 0) + set.seconds;
    }
  }
  const ok = sets.length > 0 && sets.every((each) => each.ok);
  const report: DrillReport = {
    version: 1,
    id: archiveId(startedAt),
    schedule: work.config.schedule,
    environment: work.config.environment,
    source: source.name,
    startedAt: startedAt.toISOString(),
    endedAt: work.now().toISOString(),
    ok,
    sets,
    rto: objective(work.config.rto, duration),
    rpo: objective(work.config.rpo, dataAge),
  };
  const whole = { report, signature: signed(JSON.stringify(report), passphraseOf(work.config)) };
  await work.store.write(`${REPORTS}/${source.name}/${report.id}.json`, `${JSON.stringify(whole, null, 2)}\n`);
  return whole;
}

function objective(objectiveSeconds: number, measured: number | undefined): Objective {
  const measuredSeconds = measured === undefined ? undefined : Math.round(measured * 10) / 10;
  return {
    objectiveSeconds,
    measuredSeconds,
    met: measuredSeconds !== undefined && measuredSeconds <= objectiveSeconds,
  };
}

function missing(database: string, at: Date): DrilledSet {
  const shared = {
    tier: "archive",
    database,
    id: "none",
    dataOf: at.toISOString(),
    seconds: 0,
    rows: undefined,
  } as const;
  return { ...shared, ok: false, error: `there is no archive of ${database}` };
}

/** The newest complete archive and one of the others. */
async function choose(
  work: Work,
  subject: Subject,
  pick: (of: number) => number,
): Promise<[CatalogueEntry | undefined, CatalogueEntry | undefined]> {
  const [newest, ...older] = (await catalogue(work.store, subject)).filter((each) => each.complete);
  return [newest, older.length === 0 ? undefined : older[pick(older.length)]];
}

async function archived(work: Work, source: PostgresSource, entry: CatalogueEntry): Promise<DrilledSet> {
  const { database, id } = entry;
  const began = work.now();
  const shared = { tier: "archive", database, id, dataOf: entry.at.toISOString() } as const;
  const since = (): number => (work.now().getTime() - began.getTime()) / 1000;
  const folder = join(work.scratch, "drill");
  try {
    const fetched = await fetch(work, entry, id);
    try {
      const server = await emptyServer(folder);
      try {
        await makeRoles(server, fetched.manifest);
        await execute(server, "postgres", [createLike(database, fetched.manifest.facts)]);
        await load(work, server, database, { dump: fetched.dump, extensions: fetched.manifest.extensions });
        await compare(work, server, database, fetched.manifest.rows);
        await checkPages(work, server, database);
      } finally {
        await server.stop();
      }
      const rows = Object.values(fetched.manifest.rows).reduce((sum, n) => sum + n, 0);
      return { ...shared, seconds: since(), rows, ok: true };
    } finally {
      await rm(fetched.folder, { recursive: true, force: true });
    }
  } catch (error) {
    return { ...shared, seconds: since(), rows: undefined, ok: false, error: wordsOf(error) };
  } finally {
    await rm(folder, { recursive: true, force: true });
    work.say({ step: "drilled", detail: `${source.name}: archive ${database}/${id} after ${Math.round(since())} s` });
  }
}

async function makeRoles(server: { readonly socket: string }, manifest: Manifest): Promise<void> {
  const there = await query<{ name: string }>(server, "postgres", "SELECT rolname AS name FROM pg_roles");
  const wanted = new Set([...manifest.roles, manifest.facts.owner]);
  for (const { name } of there) wanted.delete(name);
  await execute(
    server,
    "postgres",
    [...wanted].map((role) => `CREATE ROLE ${quoted(role)} NOLOGIN`),
  );
}

/**
 * The newest physical backup with all of the log. A transaction is committed first and must be there afterwards; what can be lost at worst is
 * what the server may hold back before it archives, and the time that archiving took.
 */
async function operational(
  work: Work,
  source: PostgresSource,
): Promise<{ readonly set: DrilledSet; readonly worstLoss: number | undefined }> {
  const [newest] = (await physicalBackups(work, source)).filter((each) => !each.failed);
  const shared = { tier: "operational", database: source.databases.join(", "), id: newest?.label ?? "none" } as const;
  let began = work.now();
  const since = (): number => (work.now().getTime() - began.getTime()) / 1000;
  try {
    const { committedAt, worstLoss } = await archiveUpToNow(work, source);
    began = work.now();
    const recovered = await recover(work, source, { kind: "latest" });
    try {
      const { server, lastCommit } = recovered;
      // The server's clock has microseconds, ours milliseconds.
      if (lastCommit === undefined || lastCommit.getTime() + 1 < committedAt.getTime())
        throw new Error(
          `the last transaction that came back is of ${lastCommit?.toISOString() ?? "never"}, one of ${committedAt.toISOString()} is missing`,
        );
      const there = await query<{ name: string }>(server, "postgres", "SELECT datname AS name FROM pg_database");
      const gone = source.databases.filter((each) => !there.some(({ name }) => name === each));
      if (gone.length > 0) throw new Error(`databases are missing: ${gone.join(", ")}`);
      work.say({ step: "amcheck", detail: `${source.name}: checking heap and indexes of every database` });
      await run("pg_amcheck", ["--all", "--install-missing", "--heapallindexed", ...connection(server)]);
      return {
        set: {
          ...shared,
          dataOf: lastCommit.toISOString(),
          seconds: since(),
          rows: await rowsOf(source, server),
          ok: true,
        },
        worstLoss,
      };
    } finally {
      await recovered.remove();
    }
  } catch (error) {
    const dataOf = (newest?.endedAt ?? work.now()).toISOString();
    return {
      set: { ...shared, dataOf, seconds: since(), rows: undefined, ok: false, error: wordsOf(error) },
      worstLoss: undefined,
    };
  }
}

async function rowsOf(source: PostgresSource, server: { readonly socket: string }): Promise<number> {
  let rows = 0;
  for (const database of source.databases) {
    rows += Object.values(await countRows(asker(server, database))).reduce((sum, n) => sum + n, 0);
  }
  return rows;
}

/** Commits a transaction, closes its segment of the log, and waits until that is in the repository. */
async function archiveUpToNow(
  work: Work,
  source: PostgresSource,
): Promise<{ readonly committedAt: Date; readonly worstLoss: number }> {
  const [before] = await query<{ at: string; timeout: number }>(
    source,
    "postgres",
    "SELECT clock_timestamp() AS at, (SELECT setting::int FROM pg_settings WHERE name = 'archive_timeout') AS timeout, pg_current_xact_id()::text AS id",
  );
  const [closed] = await query<{ segment: string }>(
    source,
    "postgres",
    "SELECT pg_walfile_name(pg_switch_wal()) AS segment",
  );
  if (before === undefined || closed === undefined) throw new Error("the server gave no answer");
  const began = work.now().getTime();
  for (;;) {
    const [state] = await query<{ done: boolean | null }>(
      source,
      "postgres",
      `SELECT last_archived_wal >= '${closed.segment}' AS done FROM pg_stat_archiver`,
    );
    const waited = (work.now().getTime() - began) / 1000;
    if (state?.done === true) return { committedAt: new Date(before.at), worstLoss: before.timeout + waited };
    if (waited > 120) throw new Error(`the log segment ${closed.segment} was not archived within two minutes`);
    await sleep(500);
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function random(of: number): number {
  return Math.floor(Math.random() * of);
}
