import type { Environment } from "../core/environment";
import type { PostgresSpec } from "./spec";

/** A size of server that Amazon RDS sells. */
export interface InstanceClass {
  readonly name: string;
  readonly cpus: number;
  /** In MiB. */
  readonly memory: number;
  /** Most CPU credits that it can save, those of 24 hours (Amazon EC2, burstable instances); only of burstable classes. */
  readonly credits?: number;
}

const GIB = 1024;

/** Cheapest first. Burstable classes are for dev and staging: in prod their credits would run out in the busiest hour. */
const BURSTABLE: readonly InstanceClass[] = [
  { name: "db.t4g.micro", cpus: 2, memory: 1 * GIB, credits: 288 },
  { name: "db.t4g.small", cpus: 2, memory: 2 * GIB, credits: 576 },
  { name: "db.t4g.medium", cpus: 2, memory: 4 * GIB, credits: 576 },
  { name: "db.t4g.large", cpus: 2, memory: 8 * GIB, credits: 864 },
];
const STEADY: readonly InstanceClass[] = [
  { name: "db.m7g.large", cpus: 2, memory: 8 * GIB },
  { name: "db.r7g.large", cpus: 2, memory: 16 * GIB },
  { name: "db.m7g.xlarge", cpus: 4, memory: 16 * GIB },
  { name: "db.r7g.xlarge", cpus: 4, memory: 32 * GIB },
  { name: "db.m7g.2xlarge", cpus: 8, memory: 32 * GIB },
  { name: "db.r7g.2xlarge", cpus: 8, memory: 64 * GIB },
  { name: "db.m7g.4xlarge", cpus: 16, memory: 64 * GIB },
  { name: "db.r7g.4xlarge", cpus: 16, memory: 128 * GIB },
  { name: "db.m7g.8xlarge", cpus: 32, memory: 128 * GIB },
  { name: "db.r7g.8xlarge", cpus: 32, memory: 256 * GIB },
  { name: "db.m7g.16xlarge", cpus: 64, memory: 256 * GIB },
  { name: "db.r7g.16xlarge", cpus: 64, memory: 512 * GIB },
];

/** The cheapest class with at least so many CPUs and so much memory; `undefined` when there is none. */
export function instanceClass(environment: Environment, cpus: number, memory: number): InstanceClass | undefined {
  const classes = environment === "prod" ? STEADY : [...BURSTABLE, ...STEADY];
  return classes.find((each) => each.cpus >= cpus && each.memory >= memory);
}

/** What is known of a class by its name. One that is not sold by default is taken to have what was asked for. */
export function classOf(name: string, asked: { readonly cpus: number; readonly memory: number }): InstanceClass {
  return (
    [...BURSTABLE, ...STEADY].find((each) => each.name === name) ?? { name, cpus: asked.cpus, memory: asked.memory }
  );
}

/** Settings that RDS counts in units of so many kB. */
const UNITS: Readonly<Record<string, number>> = {
  autovacuum_work_mem: 1,
  effective_cache_size: 8,
  logical_decoding_work_mem: 1,
  maintenance_work_mem: 1,
  shared_buffers: 8,
  temp_buffers: 8,
  wal_buffers: 8,
  work_mem: 1,
};
const KILOBYTES: Readonly<Record<string, number>> = { kB: 1, MB: 1024, GB: 1024 ** 2, TB: 1024 ** 3 };

/** A setting as a parameter group takes it, a bare number without a unit; `undefined` when the unit is not known for it. */
export function rdsValue(setting: string, value: string): string | undefined {
  const match = /^(\d+) ?([A-Za-z]+)$/.exec(value);
  if (match?.[1] === undefined || match[2] === undefined) return value;
  const [unit, kilobytes] = [UNITS[setting], KILOBYTES[match[2]]];
  return unit === undefined || kilobytes === undefined
    ? undefined
    : String(Math.floor((Number(match[1]) * kilobytes) / unit));
}

/** Settings that need a restart. */
const STATIC = new Set(["max_connections", "shared_buffers", "shared_preload_libraries", "wal_buffers"]);

/** Settings of every server; the ones that RDS decides itself are not among them. */
const FIXED: Readonly<Record<string, string>> = {
  "pg_stat_statements.track": "all",
  "rds.accepted_password_auth_method": "scram",
  "rds.force_ssl": "1",
  log_connections: "1",
  log_disconnections: "1",
  log_lock_waits: "1",
  log_min_duration_statement: "1000",
  ssl_min_protocol_version: "TLSv1.2",
};

/** A parameter of a parameter group. */
export interface RdsParameter {
  readonly name: string;
  readonly value: string;
  readonly applyMethod: "immediate" | "pending-reboot";
}

/** The whole parameter group, sorted by name. */
export function rdsParameters(spec: PostgresSpec): RdsParameter[] {
  const all: Record<string, string> = {
    ...FIXED,
    max_connections: String(spec.maxConnections),
    shared_preload_libraries: spec.preload.join(","),
  };
  for (const [setting, value] of Object.entries(spec.settings)) all[setting] = rdsValue(setting, value) ?? value;
  return Object.entries(all)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => ({ name, value, applyMethod: STATIC.has(name) ? "pending-reboot" : "immediate" }));
}
