import type { DatabaseFacts } from "./manifest";
import { literal, quoted } from "./psql";

/** What asks a database about itself, whichever way it is connected. */
export type Ask = <Row>(sql: string) => Promise<Row[]>;

/** Owner, locale, rights and settings of a database; `undefined` when there is none of that name. */
export async function factsOf(ask: Ask, database: string): Promise<DatabaseFacts | undefined> {
  const [row] = await ask<DatabaseFacts>(`
    SELECT pg_get_userbyid(d.datdba) AS owner, pg_encoding_to_char(d.encoding) AS encoding,
      d.datcollate AS collate, d.datctype AS ctype, d.datlocprovider AS provider, d.datlocale AS locale,
      d.datconnlimit AS "connectionLimit",
      CASE WHEN d.datacl IS NULL THEN NULL ELSE (
        SELECT coalesce(jsonb_agg(jsonb_build_object(
          'grantee', CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END,
          'privilege', a.privilege_type, 'grantable', a.is_grantable) ORDER BY a.grantee, a.privilege_type), '[]')
        FROM aclexplode(d.datacl) a) END AS grants,
      (SELECT coalesce(jsonb_agg(jsonb_build_object(
          'role', CASE WHEN s.setrole = 0 THEN NULL ELSE pg_get_userbyid(s.setrole) END,
          'setting', split_part(c, '=', 1), 'value', substr(c, strpos(c, '=') + 1)) ORDER BY s.setrole, c), '[]')
        FROM pg_db_role_setting s, unnest(s.setconfig) c WHERE s.setdatabase = d.oid) AS settings
    FROM pg_database d WHERE d.datname = ${literal(database)}`);
  return row;
}

/** Makes an empty database with the same owner and locale. */
export function createLike(name: string, facts: DatabaseFacts): string {
  const locale =
    facts.provider === "c"
      ? ""
      : ` LOCALE_PROVIDER ${facts.provider === "i" ? "icu ICU_LOCALE" : "builtin BUILTIN_LOCALE"} ${literal(facts.locale ?? "")}`;
  return `CREATE DATABASE ${quoted(name)} OWNER ${quoted(facts.owner)} TEMPLATE template0 ENCODING ${literal(facts.encoding)} LC_COLLATE ${literal(facts.collate)} LC_CTYPE ${literal(facts.ctype)}${locale}`;
}

/** Settings that take a list: quoted as one text they would be one name. */
const LISTS = new Set(["search_path", "session_preload_libraries", "local_preload_libraries", "temp_tablespaces"]);

/** Gives a database the rights, settings and limit of another one. */
export function adorn(name: string, facts: DatabaseFacts): string[] {
  const database = quoted(name);
  const grants =
    facts.grants === null
      ? []
      : [
          `REVOKE ALL ON DATABASE ${database} FROM PUBLIC`,
          `REVOKE ALL ON DATABASE ${database} FROM ${quoted(facts.owner)}`,
          ...facts.grants.map(
            ({ grantee, privilege, grantable }) =>
              `GRANT ${privilege} ON DATABASE ${database} TO ${grantee === "" ? "PUBLIC" : quoted(grantee)}${grantable ? " WITH GRANT OPTION" : ""}`,
          ),
        ];
  const settings = facts.settings.map(({ role, setting, value }) => {
    const subject = role === null ? `DATABASE ${database}` : `ROLE ${quoted(role)} IN DATABASE ${database}`;
    return `ALTER ${subject} SET ${setting} TO ${LISTS.has(setting) ? value : literal(value)}`;
  });
  return [...grants, ...settings, `ALTER DATABASE ${database} CONNECTION LIMIT ${facts.connectionLimit}`];
}

/** Tables that a dump holds rows of, by quoted name; those of extensions belong to the extension. */
export const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND c.relpersistence <> 't'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' AND n.nspname NOT LIKE 'pg\\_temp%'
    AND NOT EXISTS (SELECT FROM pg_depend e WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')
  ORDER BY 1`;

/** Rows of every table, counted one by one. */
export async function countRows(
  ask: Ask,
  onTable?: (done: number, of: number) => void,
): Promise<Record<string, number>> {
  const tables = await ask<{ readonly name: string }>(TABLES);
  const rows: Record<string, number> = {};
  for (const [index, { name }] of tables.entries()) {
    const [counted] = await ask<{ readonly n: number }>(`SELECT count(*) AS n FROM ONLY ${name}`);
    rows[name] = counted?.n ?? 0;
    onTable?.(index + 1, tables.length);
  }
  return rows;
}

/** Roles that a restored copy needs: they own something, or hold or give a right in the database. */
export const ROLES = `
  SELECT DISTINCT pg_get_userbyid(s.refobjid) AS name FROM pg_shdepend s
  WHERE s.refclassid = 'pg_authid'::regclass
    AND (s.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
      OR (s.classid = 'pg_database'::regclass AND s.objid = (SELECT oid FROM pg_database WHERE datname = current_database())))
  ORDER BY 1`;
