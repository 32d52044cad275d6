import { checkName, checkReservedCpus } from "../core/arguments";
import type { Problem } from "../core/errors";
import { Problems } from "../core/problems";
import { identifier } from "../core/schema";
import { mebibytes } from "../core/units";
import type { Network } from "../targets/network";
import { type ManagedPostgresArgs, type PostgresImage, schema } from "./args";
import { type RdsSpec, resolveRds } from "./rds-spec";
import { LARGE_PROFILE_MEMORY, type Settings, tuning } from "./tuning";
import { unsupportedPostgres } from "./unsupported";

/** A database with its defaults filled in. */
export interface DatabaseSpec {
  readonly name: string;
  readonly owner: string;
  readonly extensions: readonly string[];
}

/** A login role. */
export interface RoleSpec {
  readonly name: string;
  readonly database: string;
  readonly access: "owner" | "readwrite" | "readonly";
}

/** {@link ManagedPostgresArgs} with every default filled in. */
export interface PostgresSpec {
  readonly databases: readonly DatabaseSpec[];
  /** Owners first, then the other roles, in the order given. */
  readonly roles: readonly RoleSpec[];
  /** In MiB. */
  readonly memory: number;
  readonly cpus: number;
  readonly reservedCpus: number;
  /** In MiB. */
  readonly storage: number;
  readonly maxConnections: number;
  readonly replicas: number;
  /** Memory, planner and user's own settings. */
  readonly settings: Settings;
  readonly preload: readonly string[];
  readonly image: PostgresImage | undefined;
  readonly rotation: string;
  readonly protect: boolean;
  /** What RDS is told; without meaning on the other targets. */
  readonly aws: RdsSpec;
}

/** Extensions that need `shared_preload_libraries`. */
const PRELOADED = new Set(["timescaledb", "pg_cron", "pgaudit"]);

/** Extensions that Amazon RDS does not offer. */
const NOT_ON_RDS = new Set(["timescaledb"]);

/** Database names that PostgreSQL uses itself. */
const SYSTEM_DATABASES = new Set(["postgres", "template0", "template1"]);

/** Role names that PostgreSQL or Bulwark use themselves. */
export const SYSTEM_ROLES: ReadonlySet<string> = new Set([
  "postgres",
  "replicator",
  "bulwark_managed",
  "bulwark_monitor",
]);

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolvePostgres(name: string, args: ManagedPostgresArgs): PostgresSpec {
  const problems = new Problems(`ManagedPostgres "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "orders-db");
  checkNames(problems, args);
  checkResources(problems, args);
  const unsupported: Problem[] = [];
  problems.across(["vpc", "databases", "roles", "memory", "cpus", "storage", "parameters"], () => {
    unsupported.push(...unsupportedPostgres(name, args, args.vpc.network));
  });
  problems.across(["vpc"], () => checkTarget(problems, args, args.vpc.network));
  for (const problem of unsupported) problems.add(problem);
  problems.across(["vpc", "memory", "cpus", "reservedCpus", "replicas"], () => {
    if (args.vpc.network.kind === "aws") return;
    const servers = 1 + (args.replicas ?? 0);
    args.vpc.network.target.capacity.take(
      { name, cpus: (args.reservedCpus ?? args.cpus / 2) * servers, memory: mebibytes(args.memory) * servers },
      problems,
    );
  });
  problems.throwIfAny();

  const memory = mebibytes(args.memory);
  const maxConnections = args.maxConnections ?? 200;
  const databases = Object.entries(args.databases).map(([database, each]) => ({
    name: database,
    owner: each.owner ?? `${database}_user`,
    extensions: each.extensions ?? [],
  }));
  const owners = databases.map((each): RoleSpec => ({ name: each.owner, database: each.name, access: "owner" }));
  const others = Object.entries(args.roles ?? {}).map(([role, each]): RoleSpec => ({ name: role, ...each }));
  const own = Object.fromEntries(
    Object.entries(args.parameters ?? {}).map(([key, value]) => [key, settingText(value)]),
  );
  return {
    databases,
    roles: [...owners, ...others],
    memory,
    cpus: args.cpus,
    reservedCpus: args.reservedCpus ?? args.cpus / 2,
    storage: mebibytes(args.storage),
    maxConnections,
    replicas: args.replicas ?? 0,
    settings: { ...tuning(memory, maxConnections, args.profile ?? "derived"), ...own },
    preload: [
      "pg_stat_statements",
      ...new Set(databases.flatMap((each) => each.extensions).filter((each) => PRELOADED.has(each))),
    ],
    image: args.image,
    rotation: args.rotation ?? "1",
    protect: args.protect ?? true,
    aws: resolveRds(args),
  };
}

function settingText(value: string | number | boolean): string {
  return typeof value === "boolean" ? (value ? "on" : "off") : String(value);
}

function checkNames(problems: Problems, args: ManagedPostgresArgs): void {
  problems.across(["databases"], (add) => {
    const names = Object.keys(args.databases);
    if (names.length === 0) {
      add({
        path: "databases",
        given: "no database",
        allowed: "at least one",
        fix: "add one: { databases: { orders: {} } }",
      });
    }
    for (const name of names) {
      if (!identifier.safeParse(name).success || SYSTEM_DATABASES.has(name)) {
        add({
          path: `databases.${name}`,
          given: `"${name}"`,
          allowed: "lower-case letters, digits and underscores, no system database",
          fix: 'use a name such as "orders"',
        });
      }
    }
    const owners = new Map<string, string>();
    for (const [database, each] of Object.entries(args.databases)) {
      const owner = each.owner ?? `${database}_user`;
      const other = owners.get(owner);
      if (other !== undefined) {
        add({
          path: `databases.${database}.owner`,
          given: `"${owner}", the owner of ${other} too`,
          allowed: "an owner of its own for each database",
          fix: "give each database another owner, so that one leaked password opens one database",
        });
      }
      owners.set(owner, database);
      if (SYSTEM_ROLES.has(owner)) {
        add({
          path: `databases.${database}.owner`,
          given: `"${owner}"`,
          allowed: `any role but ${[...SYSTEM_ROLES].join(", ")}`,
          fix: `use "${database}_user"`,
        });
      }
    }
  });
  problems.across(["databases", "roles"], (add) => {
    const databases = Object.keys(args.databases);
    const owners = new Set(Object.entries(args.databases).map(([database, each]) => each.owner ?? `${database}_user`));
    for (const [role, each] of Object.entries(args.roles ?? {})) {
      if (!identifier.safeParse(role).success || SYSTEM_ROLES.has(role) || owners.has(role)) {
        add({
          path: `roles.${role}`,
          given: `"${role}"`,
          allowed: "an identifier that is no owner and no system role",
          fix: 'use a name such as "reporting"',
        });
      }
      if (!databases.includes(each.database)) {
        add({
          path: `roles.${role}.database`,
          given: `"${each.database}"`,
          allowed: databases.join(", ") || "a database of this server",
          fix: "name a database of this server",
        });
      }
    }
  });
}

function checkResources(problems: Problems, args: ManagedPostgresArgs): void {
  problems.across(["memory"], (add) => {
    if (mebibytes(args.memory) < 256) {
      add({ path: "memory", given: `"${args.memory}"`, allowed: "at least 256 MiB", fix: 'use "256 MiB" or more' });
    }
    if (args.profile === "large" && mebibytes(args.memory) < LARGE_PROFILE_MEMORY) {
      add({
        path: "profile",
        given: `"large" with ${args.memory}`,
        allowed: '"large" from 16 GiB of memory: its effective_cache_size is 12 GB',
        fix: "give 16 GiB, or leave profile out",
      });
    }
  });
  checkReservedCpus(problems, args);
}

function checkTarget(problems: Problems, args: ManagedPostgresArgs, network: Network): void {
  if (network.kind !== "aws") return;
  problems.across(["image"], (add) => {
    if (args.image !== undefined) {
      add({
        path: "image",
        given: "an image on aws",
        allowed: "compose and microk8s only",
        fix: "remove image: Amazon RDS brings its own server",
      });
    }
  });
  problems.across(["databases"], (add) => {
    for (const [database, each] of Object.entries(args.databases)) {
      for (const extension of (each.extensions ?? []).filter((name) => NOT_ON_RDS.has(name))) {
        add({
          path: `databases.${database}.extensions`,
          given: `"${extension}" on aws`,
          allowed: "extensions that Amazon RDS offers",
          fix: `remove ${extension}, or run this database on compose or MicroK8s`,
        });
      }
    }
  });
}
