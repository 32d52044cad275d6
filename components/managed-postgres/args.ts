import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { identifier, image, leaf, size, text, vpc } from "../core/schema";
import type { Size } from "../core/units";
import { type DailyWindow, dailyWindow, type WeeklyTime, weeklyTime } from "../core/window";
import type { NetworkSource } from "../targets/network";

/** A database of the server. */
export interface DatabaseArgs {
  /** Role that owns the database and its tables. Default: `<database>_user`. */
  readonly owner?: string;
  /** Extensions to create, besides `pg_stat_statements`. `timescaledb` is refused on AWS, which does not offer it. */
  readonly extensions?: readonly string[];
}

/** A role besides the owners of the databases. */
export interface RoleArgs {
  /** Database the role may connect to; it can connect to no other. */
  readonly database: string;
  /** `readonly` may select, `readwrite` may also insert, update and delete. Tables made later by the owner are included. */
  readonly access: "readonly" | "readwrite";
}

/** An image other than Bulwark's own. It must keep the contract of the official `postgres` image. */
export interface PostgresImage {
  /** Reference with a fixed tag or digest: `timescale/timescaledb:2.19.3-pg17`. */
  readonly reference: pulumi.Input<string>;
  /** `uid:gid` of the user `postgres` in the image: `999:999` for Debian-based official images, `70:70` for Alpine-based ones. */
  readonly user: string;
}

/** Where the data of a new server comes from. */
export type RestoreFrom =
  | { /** Identifier of a snapshot. */ readonly snapshot: string }
  | {
      /** Identifier of the server whose backups are read. */
      readonly server: string;
      /** Point in time, in UTC: `"2026-11-21T09:30:00Z"`. Default: the latest. */
      readonly at?: string;
    };

/** What only Amazon RDS has. */
export interface PostgresOnAws {
  /** Instance class: `db.t3.large`. Default: the cheapest with the memory and CPUs; in prod none that is burstable. */
  readonly instanceClass?: string;
  /** Version of PostgreSQL: `"17"` follows the minor versions by itself, `"17.6"` stays. Default: `"17"`. */
  readonly engineVersion?: string;
  /**
   * Allows an update to another major version. The new parameter group is made first; then the server is upgraded at once and not in its maintenance
   * window, with its replicas behind it, and each gets the new group. Amazon RDS makes a snapshot before. Take it away when it is done. Default: no.
   */
  readonly allowMajorUpgrade?: boolean;
  /** Size up to which the storage grows by itself. Default: twice `storage`. */
  readonly maxStorage?: Size;
  /** Days within which every moment can be restored, at most 35. Default: 30 in prod, else 7 (PG-03). */
  readonly backupDays?: number;
  /** When the daily backup is made, in UTC, at least half an hour. Default: `"03:00-04:00"` (PG-03). */
  readonly backupWindow?: DailyWindow;
  /** When the server may be replaced, in UTC, at least half an hour. Default: `"sun:04:30-sun:05:30"`. */
  readonly maintenanceWindow?: WeeklyTime;
  /**
   * Time between two looks at the processes, memory and disks of the machine below the server (Enhanced Monitoring), in seconds; they lie in the log
   * group `RDSOSMetrics` and are paid as its logs are. Default: none, CloudWatch sees the machine from outside once a minute.
   */
  readonly monitoringInterval?: 1 | 5 | 10 | 15 | 30 | 60;
  /** Whether a standby in another zone takes over. Default: in prod. */
  readonly multiAz?: boolean;
  /** Restores into a new server. It is read when the server is made, and not again. */
  readonly restoreFrom?: RestoreFrom;
}

/** Arguments of {@link ManagedPostgres}. */
export interface ManagedPostgresArgs {
  /** Network the server lives in. */
  readonly vpc: NetworkSource;
  /** Databases by name. At least one. */
  readonly databases: Readonly<Record<string, DatabaseArgs>>;
  /** Roles besides the owners, by name. Default: none. */
  readonly roles?: Readonly<Record<string, RoleArgs>>;
  /** Memory limit of the server, and of each replica. Tuning is derived from it. */
  readonly memory: Size;
  /** CPU limit of the server, and of each replica. */
  readonly cpus: number;
  /** CPUs that are kept free for it. Default: half of `cpus`. */
  readonly reservedCpus?: number;
  /** Size of the data volume. On a compose host a volume has no limit of its own: the disk is the limit. */
  readonly storage: Size;
  /** Most connections at the same time. Default: 200 (PG-22). */
  readonly maxConnections?: number;
  /** Streaming replicas for reading. Default: 0. */
  readonly replicas?: number;
  /** `derived` computes the memory settings from `memory`; `large` takes the figures of PG-04 and needs 16 GiB. Default: `derived`. */
  readonly profile?: "derived" | "large";
  /** Server settings that win over the derived ones: `{ work_mem: "64MB" }`. */
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** AWS only: what Amazon RDS decides by its own words. */
  readonly aws?: PostgresOnAws;
  /** Image of the server, on compose and MicroK8s. Default: Bulwark's own, PostgreSQL 17. */
  readonly image?: PostgresImage;
  /** Any text; another text gives every role a new password and alters the roles with it (SEC-15). Default: `"1"`. */
  readonly rotation?: string;
  /** Whether deletion of the data is refused. Default: yes, in every environment. */
  readonly protect?: boolean;
}

/** Settings that other arguments or the component itself decide. */
const RESERVED_PARAMETERS = new Set([
  "archive_command",
  "archive_mode",
  "archive_timeout",
  "config_file",
  "data_directory",
  "hba_file",
  "hot_standby",
  "listen_addresses",
  "max_connections",
  "password_encryption",
  "port",
  "shared_preload_libraries",
  "ssl",
  "ssl_cert_file",
  "ssl_key_file",
  "ssl_min_protocol_version",
  "unix_socket_directories",
  "wal_level",
]);

/** Shape of {@link ManagedPostgresArgs}. */
export const schema = z.strictObject({
  vpc,
  databases: z.record(
    z.string(),
    z.strictObject({
      owner: identifier.optional(),
      extensions: z.array(text(/^[a-z_0-9-]+$/, "an extension name", "use its name in lower case")).optional(),
    }),
  ),
  roles: z
    .record(z.string(), z.strictObject({ database: z.string(), access: z.enum(["readonly", "readwrite"]) }))
    .optional(),
  memory: size,
  cpus: z.number().positive(),
  reservedCpus: z.number().positive().optional(),
  storage: size,
  maxConnections: z.number().int().min(20).max(10_000).optional(),
  replicas: z.number().int().min(0).max(5).optional(),
  profile: z.enum(["derived", "large"]).optional(),
  parameters: z
    .record(
      text(/^[a-z_][a-z0-9_.]*$/, "a setting's name in lower case", "write it as postgresql.conf does").refine(
        (key) => typeof key !== "string" || !RESERVED_PARAMETERS.has(key),
        {
          params: {
            allowed: "settings that the component does not decide itself",
            fix: "use the argument for it, or leave it out",
          },
        },
      ),
      z.union([z.string(), z.number(), z.boolean()]),
    )
    .optional(),
  image: z
    .strictObject({
      reference: leaf(image),
      user: text(/^[1-9]\d*:\d+$/, "uid:gid of a user that is not root", 'use "999:999" for the official Debian image'),
    })
    .optional(),
  aws: z
    .strictObject({
      instanceClass: text(
        /^db\.[a-z0-9-]+\.[a-z0-9]+$/,
        "an instance class",
        'use a name such as "db.m7g.large"',
      ).optional(),
      engineVersion: text(/^1[3-9](\.\d+)?$/, "a version of PostgreSQL from 13", 'use "17" or "17.6"').optional(),
      allowMajorUpgrade: z.boolean().optional(),
      maxStorage: size.optional(),
      backupDays: z.number().int().min(1).max(35).optional(),
      backupWindow: dailyWindow.optional(),
      maintenanceWindow: weeklyTime.optional(),
      monitoringInterval: z.literal([1, 5, 10, 15, 30, 60]).optional(),
      multiAz: z.boolean().optional(),
      restoreFrom: z
        .union([
          z.strictObject({ snapshot: z.string().min(1) }),
          z.strictObject({ server: z.string().min(1), at: z.iso.datetime().optional() }),
        ])
        .optional(),
    })
    .optional(),
  rotation: z.string().min(1).optional(),
  protect: z.boolean().optional(),
});
