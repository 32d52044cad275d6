import { ArgumentError, type Problem } from "../core/errors";
import type { Consumer, Link } from "../core/links";
import { accept } from "../core/tick";
import type { ConnectionBudget } from "./connections";
import type { PostgresOutput } from "./output";
import type { PostgresSpec, RoleSpec } from "./spec";

/** How a consumer wants to use the server. */
export interface PostgresAccess {
  /** Role to log in with. Default: the owner of {@link database}. */
  readonly role?: string;
  /** Database. Default: the role's database, or the only one. */
  readonly database?: string;
  /** Prefix of the variables. Default: `DB`. Another one is needed where a service links to two databases. */
  readonly prefix?: string;
  /**
   * Most connections that one replica of the consumer opens, workers and overflow counted. The sum over all replicas that may run at once, those of
   * the next version included, is checked against `maxConnections` (X-30), and the consumer finds the figure in `DB_POOL_SIZE`. Default: not checked.
   */
  readonly pool?: number;
}

/**
 * The link that gives a consumer one role in one database. Throws an `ArgumentError` when there is no such role, or when the connections of all
 * consumers together are more than the server takes.
 */
export function linkTo(
  name: string,
  spec: PostgresSpec,
  made: PostgresOutput,
  access: PostgresAccess,
  consumer?: { readonly by: Consumer; readonly budget: ConnectionBudget },
): Link {
  const role = accept(() => choose(name, spec, access));
  const { pool } = access;
  if (pool !== undefined) accept(() => checkPool(name, pool));
  if (pool !== undefined && consumer !== undefined) {
    const { by, budget } = consumer;
    accept(() => budget.take(by.name, by.instances ?? 1, pool));
  }
  const prefix = access.prefix ?? "DB";
  const password = made.passwords.get(role.name);
  if (password === undefined) throw new Error(`no password was made for role ${role.name}`);
  const readers = made.readers.map((reader) => reader.host);
  return {
    to: name,
    variables: {
      [`${prefix}_HOST`]: made.writer.host,
      [`${prefix}_PORT`]: made.writer.port.apply(String),
      [`${prefix}_NAME`]: role.database,
      [`${prefix}_USER`]: role.name,
      [`${prefix}_SSLMODE`]: made.tls.mode,
      ...(pool === undefined ? {} : { [`${prefix}_POOL_SIZE`]: String(pool) }),
      ...(made.tls.caFile === undefined ? {} : { [`${prefix}_CA_FILE`]: made.tls.caFile }),
      ...Object.fromEntries(readers.map((host, index) => [`${prefix}_READER_${index + 1}_HOST`, host])),
    },
    secrets: [{ variable: `${prefix}_PASSWORD`, file: `${name}-${role.name}-password`, ref: password }],
    path: made.path,
    trust: made.tls.caFile !== undefined,
    after: made.after,
  };
}

function checkPool(name: string, pool: number): void {
  if (Number.isInteger(pool) && pool >= 1) return;
  throw new ArgumentError(`link to ManagedPostgres "${name}"`, [
    {
      path: "pool",
      given: String(pool),
      allowed: "a whole number from 1",
      fix: "give the most connections of one replica",
    },
  ]);
}

function choose(name: string, spec: PostgresSpec, access: PostgresAccess): RoleSpec {
  const candidates = spec.roles.filter(
    (role) =>
      (access.role === undefined ? role.access === "owner" : role.name === access.role) &&
      (access.database === undefined || role.database === access.database),
  );
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only;
  throw new ArgumentError(`link to ManagedPostgres "${name}"`, [problem(spec, access, candidates)]);
}

function problem(spec: PostgresSpec, access: PostgresAccess, candidates: readonly RoleSpec[]): Problem {
  if (candidates.length > 1) {
    const databases = spec.databases.map((each) => each.name);
    return {
      path: "database",
      given: "nothing",
      allowed: databases.join(", "),
      fix: `say which: db.as({ database: "${databases[0]}" })`,
    };
  }
  return {
    path: access.role === undefined ? "database" : "role",
    given: `"${access.role ?? access.database}"${access.role !== undefined && access.database !== undefined ? ` in ${access.database}` : ""}`,
    allowed: spec.roles.map((role) => `${role.name} (${role.access} in ${role.database})`).join(", "),
    fix: "use one of these, or declare it in `databases` or `roles` of the server",
  };
}
