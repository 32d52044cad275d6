import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { DatabaseSpec, PostgresSpec, RoleSpec } from "./spec";

/** Role of the exporter: it may read statistics, and no table. */
export const MONITOR_ROLE = "bulwark_monitor";

/** A role with what proves its password. */
export interface RoleSecret {
  readonly role: string;
  /** A SCRAM verifier: the server never sees the password, and no log can hold it. */
  readonly verifier: string;
}

/**
 * The SQL that brings roles and databases in step with the arguments. It may run any number of times. Roles that are no longer listed lose
 * their login; neither they nor any database is dropped. On Amazon RDS who runs it is no superuser, so it grants itself the roles it makes.
 */
export function provisionSql(
  spec: PostgresSpec,
  secrets: readonly RoleSecret[],
  server: "own" | "rds" = "own",
): string {
  const listed = secrets.map((secret) => secret.role);
  return [
    "\\set ON_ERROR_STOP on",
    "SET client_min_messages = warning;",
    unless("FROM pg_roles WHERE rolname = 'bulwark_managed'", "CREATE ROLE bulwark_managed NOLOGIN"),
    ...secrets.flatMap((secret) => (server === "rds" ? roleOnRds(secret) : role(secret))),
    ...(listed.includes(MONITOR_ROLE)
      ? [`GRANT pg_monitor TO ${MONITOR_ROLE};`, `ALTER ROLE ${MONITOR_ROLE} CONNECTION LIMIT 5;`]
      : []),
    `SELECT format('ALTER ROLE %I NOLOGIN', member.rolname) FROM pg_auth_members m JOIN pg_roles parent ON parent.oid = m.roleid JOIN pg_roles member ON member.oid = m.member WHERE parent.rolname = 'bulwark_managed' AND member.rolname NOT IN (${listed.map(literal).join(", ")})${server === "rds" ? " AND member.rolname <> current_user" : ""} \\gexec`,
    ...Array.from({ length: server === "rds" ? 0 : spec.replicas }, (_, index) => slot(index + 1)),
    ...spec.databases.flatMap((database) => createDatabase(database, spec.roles)),
    ...(listed.includes(MONITOR_ROLE)
      ? spec.databases.map((database) => `GRANT CONNECT ON DATABASE ${database.name} TO ${MONITOR_ROLE};`)
      : []),
    ...spec.databases.flatMap((database) => grants(database, spec.roles)),
    "",
  ].join("\n");
}

/** Name of a replica's replication slot. */
export function slotName(replica: number): string {
  return `replica_${replica}`;
}

/**
 * A SCRAM-SHA-256 verifier as PostgreSQL stores it. The salt follows from the role, so the same password gives the same text and a second
 * update changes nothing; generated passwords are random enough for that.
 */
export function scramVerifier(subject: string, password: string, iterations = 4096): string {
  const salt = createHash("sha256").update(`bulwark scram salt\0${subject}`).digest().subarray(0, 16);
  const salted = pbkdf2Sync(password.normalize("NFKC"), salt, iterations, 32, "sha256");
  const clientKey = createHmac("sha256", salted).update("Client Key").digest();
  const storedKey = createHash("sha256").update(clientKey).digest("base64");
  const serverKey = createHmac("sha256", salted).update("Server Key").digest("base64");
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`;
}

function role(secret: RoleSecret): string[] {
  const replication = secret.role === "replicator" ? "REPLICATION" : "NOREPLICATION";
  return [
    unless(`FROM pg_roles WHERE rolname = ${literal(secret.role)}`, `CREATE ROLE ${secret.role} LOGIN`),
    `ALTER ROLE ${secret.role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS ${replication} PASSWORD ${literal(secret.verifier)};`,
    `GRANT bulwark_managed TO ${secret.role};`,
  ];
}

/** The master user of Amazon RDS may not speak of attributes that only a superuser can change, not even to leave them as they are. */
function roleOnRds(secret: RoleSecret): string[] {
  return [
    unless(`FROM pg_roles WHERE rolname = ${literal(secret.role)}`, `CREATE ROLE ${secret.role} LOGIN`),
    `ALTER ROLE ${secret.role} LOGIN NOCREATEDB NOCREATEROLE PASSWORD ${literal(secret.verifier)};`,
    `GRANT bulwark_managed TO ${secret.role};`,
    `GRANT ${secret.role} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE;`,
  ];
}

function slot(replica: number): string {
  const name = slotName(replica);
  return `SELECT pg_create_physical_replication_slot('${name}') WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = '${name}');`;
}

function createDatabase(database: DatabaseSpec, roles: readonly RoleSpec[]): string[] {
  const guests = roles.filter((each) => each.database === database.name).map((each) => each.name);
  return [
    unless(
      `FROM pg_database WHERE datname = ${literal(database.name)}`,
      `CREATE DATABASE ${database.name} OWNER ${database.owner}`,
    ),
    `ALTER DATABASE ${database.name} OWNER TO ${database.owner};`,
    `REVOKE ALL ON DATABASE ${database.name} FROM PUBLIC;`,
    `GRANT CONNECT, TEMPORARY ON DATABASE ${database.name} TO ${guests.join(", ")};`,
  ];
}

function grants(database: DatabaseSpec, roles: readonly RoleSpec[]): string[] {
  const guests = roles.filter((each) => each.database === database.name && each.access !== "owner");
  return [
    `\\connect ${database.name}`,
    "SET client_min_messages = warning;",
    "BEGIN;",
    ...["pg_stat_statements", ...database.extensions].map((each) => `CREATE EXTENSION IF NOT EXISTS "${each}";`),
    `ALTER SCHEMA public OWNER TO ${database.owner};`,
    "REVOKE ALL ON SCHEMA public FROM PUBLIC;",
    ...guests.flatMap((guest) => {
      const tables = guest.access === "readwrite" ? "SELECT, INSERT, UPDATE, DELETE" : "SELECT";
      const sequences = guest.access === "readwrite" ? "USAGE, SELECT, UPDATE" : "SELECT";
      return [
        `GRANT USAGE ON SCHEMA public TO ${guest.name};`,
        `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${guest.name};`,
        `REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${guest.name};`,
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${database.owner} IN SCHEMA public REVOKE ALL ON TABLES FROM ${guest.name};`,
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${database.owner} IN SCHEMA public REVOKE ALL ON SEQUENCES FROM ${guest.name};`,
        `GRANT ${tables} ON ALL TABLES IN SCHEMA public TO ${guest.name};`,
        `GRANT ${sequences} ON ALL SEQUENCES IN SCHEMA public TO ${guest.name};`,
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${database.owner} IN SCHEMA public GRANT ${tables} ON TABLES TO ${guest.name};`,
        `ALTER DEFAULT PRIVILEGES FOR ROLE ${database.owner} IN SCHEMA public GRANT ${sequences} ON SEQUENCES TO ${guest.name};`,
      ];
    }),
    "COMMIT;",
  ];
}

/** Runs a statement only when a query finds nothing; `CREATE DATABASE` cannot stand in a block. */
function unless(query: string, statement: string): string {
  return `SELECT ${literal(statement)} WHERE NOT EXISTS (SELECT ${query}) \\gexec`;
}

function literal(text: string): string {
  return `'${text.replace(/'/g, "''")}'`;
}
