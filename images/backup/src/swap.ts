import { setTimeout as sleep } from "node:timers/promises";
import { archiveId } from "./manifest";
import { execute, literal, query, quoted, type Server, Session } from "./psql";

/** Hours for which a replaced database is kept, so that the swap can be undone (design §6). */
export const KEEP_HOURS = 72;

/** A database that another one took the place of. */
export interface Replaced {
  /** Its name now: `orders_old_20261121T020000Z`. */
  readonly name: string;
  /** Its name before. */
  readonly database: string;
  /** When it was replaced, as ISO 8601 in UTC. */
  readonly at: string;
  /** From then on it may be dropped. */
  readonly keepUntil: string;
  /** What took its place: `archive 20261121T020000Z`, `point in time …`, `undo`. */
  readonly by: string;
}

/** What a swap did. */
export interface Swapped {
  readonly database: string;
  /** The database that was there before; `undefined` when there was none. */
  readonly replaced: Replaced | undefined;
  /** Connections that had to be ended. */
  readonly ended: number;
}

const MARK = "bulwark-replaced ";
const BESIDE = "bulwark-beside ";
/** PostgreSQL cuts longer names. */
const LONGEST_NAME = 63;

/** The name that a database gets when it is put aside. */
export function nameAside(database: string, kind: "old" | "restore", at: Date): string {
  const suffix = `_${kind}_${archiveId(at).toLowerCase()}`;
  return `${database.slice(0, LONGEST_NAME - suffix.length)}${suffix}`;
}

/** The name of the second in which it happens; an undo that follows within the same one takes the next that is free. */
function freeName(database: string, now: Date, taken: readonly string[]): string {
  for (let at = now; ; at = new Date(at.getTime() + 1000)) {
    const name = nameAside(database, "old", at);
    if (!taken.includes(name)) return name;
  }
}

/**
 * Gives `incoming` the name `database`, in one transaction: whoever connects sees the one or the other, and a failure at any point leaves
 * everything as it was. Connections to both are ended; a new one waits until the swap is over.
 */
export async function swap(
  server: Server,
  database: string,
  incoming: string,
  by: string,
  now: Date,
): Promise<Swapped> {
  const names = (await query<{ name: string }>(server, "postgres", "SELECT datname AS name FROM pg_database")).map(
    (each) => each.name,
  );
  if (!names.includes(incoming)) throw new Error(`there is no database ${incoming}`);
  const replaced: Replaced | undefined = names.includes(database)
    ? {
        name: freeName(database, now, names),
        database,
        at: now.toISOString(),
        keepUntil: new Date(now.getTime() + KEEP_HOURS * 3_600_000).toISOString(),
        by,
      }
    : undefined;
  const statements = [
    ...(replaced === undefined ? [] : [`ALTER DATABASE ${quoted(database)} RENAME TO ${quoted(replaced.name)}`]),
    `ALTER DATABASE ${quoted(incoming)} RENAME TO ${quoted(database)}`,
    `ALTER DATABASE ${quoted(database)} ALLOW_CONNECTIONS true`,
    `COMMENT ON DATABASE ${quoted(database)} IS NULL`,
    ...(replaced === undefined
      ? []
      : [
          `ALTER DATABASE ${quoted(replaced.name)} ALLOW_CONNECTIONS false`,
          `COMMENT ON DATABASE ${quoted(replaced.name)} IS ${literal(`${MARK}${JSON.stringify(replaced)}`)}`,
        ]),
  ];
  const closing = [incoming, ...(replaced === undefined ? [] : [database])];
  let ended = 0;
  for (let attempt = 1; ; attempt++) {
    try {
      ended += await renamed(server, statements, closing);
      return { database, replaced, ended };
    } catch (error) {
      if (attempt === 5 || !(error instanceof Error && /accessed by other users/.test(error.message))) throw error;
    }
  }
}

/** Runs the transaction while connections are being ended: the first rename waits for them, and holds back those that come anew. */
async function renamed(server: Server, statements: readonly string[], closing: readonly string[]): Promise<number> {
  const session = new Session(server, "postgres");
  let ended = 0;
  let done = false;
  const ending = (async () => {
    while (!done) {
      const gone = await query(
        server,
        "postgres",
        `SELECT pg_terminate_backend(pid) AS ended FROM pg_stat_activity WHERE datname IN (${closing.map(literal).join(", ")})`,
      );
      ended += gone.length;
      await sleep(100);
    }
  })();
  try {
    await session.run("BEGIN");
    for (const statement of statements) await session.run(statement);
    await session.run("COMMIT");
  } finally {
    done = true;
    await session.close();
    await ending.catch(() => undefined);
  }
  return ended;
}

/** The statement that says of a restored copy until when it may stand beside; a swap takes it away. */
export function standsBeside(name: string, now: Date): string {
  const keepUntil = new Date(now.getTime() + KEEP_HOURS * 3_600_000).toISOString();
  return `COMMENT ON DATABASE ${quoted(name)} IS ${literal(`${BESIDE}${JSON.stringify({ keepUntil })}`)}`;
}

/** Databases that were put aside by a swap, the newest first. */
export async function replacedDatabases(server: Server): Promise<Replaced[]> {
  return (await marked<Replaced>(server, MARK)).sort((a, b) => (a.at < b.at ? 1 : -1));
}

async function marked<T>(server: Server, mark: string): Promise<(T & { readonly name: string })[]> {
  const rows = await query<{ name: string; comment: string }>(
    server,
    "postgres",
    `SELECT d.datname AS name, shobj_description(d.oid, 'pg_database') AS comment FROM pg_database d
     WHERE shobj_description(d.oid, 'pg_database') LIKE ${literal(`${mark}%`)}`,
  );
  return rows.map(({ name, comment }) => ({ ...(JSON.parse(comment.slice(mark.length)) as T), name }));
}

/** Puts the database back that the last swap replaced; what was there in its place is put aside in turn. */
export async function undo(server: Server, database: string, now: Date): Promise<Swapped> {
  const [last] = (await replacedDatabases(server)).filter((each) => each.database === database);
  if (last === undefined) throw new Error(`nothing to undo: no replaced copy of ${database} is kept`);
  return await swap(server, database, last.name, "undo", now);
}

/** Drops the replaced databases, and restored copies that nobody put into use, whose time is over. Returns their names. */
export async function dropReplaced(server: Server, now: Date): Promise<string[]> {
  const aside = [
    ...(await replacedDatabases(server)),
    ...(await marked<{ readonly keepUntil: string }>(server, BESIDE)),
  ];
  const over = aside.filter((each) => new Date(each.keepUntil) <= now).map((each) => each.name);
  for (const name of over) await execute(server, "postgres", [`DROP DATABASE ${quoted(name)}`]);
  return over;
}
