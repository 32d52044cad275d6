import { type Connect, connectTo } from "../targets/aws/database-client";
import { type Login, secretsManager } from "../targets/aws/rotation";

/** What {@link handler} is asked to judge. */
export interface JudgeRequest {
  readonly host: string;
  readonly port: number;
  /** ARN of the secret with the login of the restored server's master user. */
  readonly secret: string;
  /** ARN of the server that was backed up; empty where AWS Backup does not say. */
  readonly source: string;
  /** Databases of each server that is backed up. */
  readonly servers: readonly { readonly arn: string; readonly databases: readonly string[] }[];
}

/** What was found. */
export interface Verdict {
  readonly sound: boolean;
  /** One sentence for whoever reads the result of the drill. */
  readonly message: string;
  readonly tables: number;
  readonly rows: number;
  /** Tables for which the time did not suffice. */
  readonly unread: number;
}

/** Longest message that AWS Backup takes, with room to spare. */
const LONGEST_MESSAGE = 500;
/** Time kept for the answer itself, in milliseconds. */
const SPARE = 30_000;

/** Runs in AWS Lambda, inside the VPC: reads a restored server whole, as far as the time goes. */
export const handler = async (
  request: JudgeRequest,
  context: { getRemainingTimeInMillis(): number },
): Promise<Verdict> => {
  const login = await secretsManager().read(request.secret, "AWSCURRENT");
  if (login === undefined) throw new Error("the restored server has no login");
  const until = Date.now() + context.getRemainingTimeInMillis() - SPARE;
  return judge(expected(request), connectTo(request.host, request.port), login, until);
};

/** Databases that must be there; of a source that is not known, those that every server has. */
export function expected({ source, servers }: Pick<JudgeRequest, "source" | "servers">): readonly string[] {
  const known = servers.find((each) => each.arn === source);
  if (known !== undefined) return known.databases;
  const [first, ...others] = servers;
  return (first?.databases ?? []).filter((each) => others.every((other) => other.databases.includes(each)));
}

const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND c.relpersistence = 'p'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg_toast%'
  ORDER BY c.relpages, 1`;

/** The master user may take the part of every owner, and here it may: the server is thrown away afterwards. */
const OWNERS = `
  SELECT DISTINCT format('GRANT %I TO CURRENT_USER', r.rolname)
    || CASE WHEN current_setting('server_version_num')::int >= 160000 THEN ' WITH INHERIT TRUE' ELSE '' END
  FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    AND NOT pg_has_role(r.rolname, 'USAGE')`;

/** Whether every database is there and every table can be read to its end, the small ones first. */
export async function judge(
  databases: readonly string[],
  connect: Connect,
  login: Login,
  until: number,
): Promise<Verdict> {
  const seen = { tables: 0, rows: 0, unread: 0 };
  const unsound = (message: string): Verdict => ({ ...seen, sound: false, message: message.slice(0, LONGEST_MESSAGE) });
  const there = await reading(connect, login, "postgres", (run) => run("SELECT datname FROM pg_database"));
  const missing = databases.filter((each) => !there.includes(each));
  if (missing.length > 0) return unsound(`not restored: ${missing.join(", ")}`);
  for (const database of databases) {
    const broken = await reading(connect, login, database, async (run) => {
      for (const grant of await run(OWNERS)) await run(grant);
      // Through an index alone the pages of a table would not be read, and their checksums not be checked.
      await run("SET enable_indexonlyscan = off");
      for (const table of await run(TABLES)) {
        const left = until - Date.now();
        if (left <= 0) {
          seen.unread += 1;
          continue;
        }
        await run(`SET statement_timeout = ${Math.ceil(left)}`);
        try {
          const [rows = "0"] = await run(`SELECT count(*) FROM ${table}`);
          seen.tables += 1;
          seen.rows += Number(rows);
        } catch (error) {
          if (!ranOutOfTime(error)) return `${database}.${table} cannot be read: ${reasonOf(error)}`;
          seen.unread += 1;
        }
      }
      return undefined;
    });
    if (broken !== undefined) return unsound(broken);
  }
  if (seen.tables === 0 && seen.unread > 0) return unsound("the time did not suffice for a single table");
  const rest = seen.unread === 0 ? "" : `; the time did not suffice for ${seen.unread} more`;
  return {
    ...seen,
    sound: true,
    message: `${databases.length} databases, ${seen.tables} tables with ${seen.rows} rows read whole${rest}`,
  };
}

async function reading<T>(
  connect: Connect,
  login: Login,
  database: string,
  read: (run: (statement: string) => Promise<readonly string[]>) => Promise<T>,
): Promise<T> {
  const session = await connect(login, database);
  try {
    return await read((statement) => session.run(statement));
  } finally {
    await session.close();
  }
}

/** `query_canceled`: the statement's own limit. */
function ranOutOfTime(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "57014";
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
