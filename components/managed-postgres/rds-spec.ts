import type { Problem } from "../core/errors";
import { mebibytes, sizeOf } from "../core/units";
import { overlap, windowMinutes } from "../core/window";
import type { ManagedPostgresArgs, RestoreFrom } from "./args";
import { instanceClass } from "./rds";

/** Settings of Amazon RDS with every default filled in. */
export interface RdsSpec {
  readonly instanceClass: string;
  readonly engineVersion: string;
  readonly allowMajorUpgrade: boolean;
  /** In GiB. */
  readonly storage: number;
  /** In GiB. */
  readonly maxStorage: number;
  readonly backupDays: number;
  readonly backupWindow: string;
  readonly maintenanceWindow: string;
  readonly monitoringInterval: number;
  readonly multiAz: boolean;
  readonly restoreFrom: RestoreFrom | undefined;
}

const GIB = 1024;
/** Least that Amazon RDS gives with gp3, in GiB. */
const LEAST_STORAGE = 20;
/** Most that Amazon RDS gives, in GiB. */
const MOST_STORAGE = 64 * 1024;

/** The settings of Amazon RDS; the arguments have passed the schema. */
export function resolveRds(args: ManagedPostgresArgs): RdsSpec {
  const { environment } = args.vpc.network.target;
  const prod = environment === "prod";
  const storage = Math.max(LEAST_STORAGE, Math.ceil(mebibytes(args.storage) / GIB));
  const { maxStorage, ...aws } = args.aws ?? {};
  return {
    instanceClass: instanceClass(environment, args.cpus, mebibytes(args.memory))?.name ?? "",
    engineVersion: "17",
    allowMajorUpgrade: false,
    storage,
    backupDays: prod ? 30 : 7,
    backupWindow: "03:00-04:00",
    maintenanceWindow: "sun:04:30-sun:05:30",
    monitoringInterval: 0,
    multiAz: prod,
    restoreFrom: undefined,
    ...aws,
    maxStorage: maxStorage === undefined ? Math.min(MOST_STORAGE, storage * 2) : Math.ceil(mebibytes(maxStorage) / GIB),
  };
}

/** What is wrong with the settings of Amazon RDS, taken together. */
export function checkRds(args: ManagedPostgresArgs): Problem[] {
  const problems: Problem[] = [];
  const spec = resolveRds(args);
  if (spec.instanceClass === "") {
    problems.push({
      path: "memory",
      given: `"${args.memory}" with ${args.cpus} CPUs`,
      allowed: "at most 512 GiB and 64 CPUs on aws",
      fix: "ask for less, or split the databases over several servers",
    });
  }
  if (spec.storage > MOST_STORAGE) {
    problems.push({
      path: "storage",
      given: `"${args.storage}"`,
      allowed: "at most 64 TiB on aws",
      fix: "split the databases over several servers",
    });
  } else if (spec.maxStorage * 10 < spec.storage * 11) {
    problems.push({
      path: "aws.maxStorage",
      given: `"${args.aws?.maxStorage}"`,
      allowed: `at least a tenth more than storage: ${sizeOf(Math.ceil(spec.storage * 1.1) * GIB)}`,
      fix: "raise it: Amazon RDS does not grow by less",
    });
  }
  for (const [path, window] of [
    ["aws.backupWindow", spec.backupWindow],
    ["aws.maintenanceWindow", spec.maintenanceWindow],
  ] as const) {
    if (windowMinutes(window) >= 30) continue;
    problems.push({
      path,
      given: `"${window}"`,
      allowed: "at least 30 minutes",
      fix: 'make it an hour long: "03:00-04:00"',
    });
    return problems;
  }
  if (overlap(spec.backupWindow, spec.maintenanceWindow)) {
    problems.push({
      path: "aws.maintenanceWindow",
      given: `"${spec.maintenanceWindow}", which meets the backup at ${spec.backupWindow}`,
      allowed: "a time without a backup",
      fix: 'move one of them: { maintenanceWindow: "sun:04:30-sun:05:30" }',
    });
  }
  return problems;
}
