/** Kinds of job. `wal` is not one: WAL is archived by the server itself, and watched by the scheduler. */
export const JOB_KINDS = ["full", "incremental", "dump", "copy", "verify", "prune", "drill", "offsite"] as const;

/** A kind of job. */
export type JobKind = (typeof JOB_KINDS)[number];

/** Programs that dumps are encrypted with. */
export const SEALING_TOOLS = ["age", "gpg"] as const;

/** A program that dumps are encrypted with. */
export type SealingTool = (typeof SEALING_TOOLS)[number];

/** An S3 location, without its keys. */
export interface StoreConfig {
  /** `https://host:port`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  /** Certificate authority to trust, where it is not one of the system's. */
  readonly caFile?: string;
  /** Files with the two halves of the key. */
  readonly accessKeyFile: string;
  readonly secretKeyFile: string;
}

/** What is backed up, as the runner sees it. */
export type SourceConfig =
  | {
      readonly kind: "postgres";
      readonly name: string;
      /** Databases to dump one by one. */
      readonly databases: readonly string[];
      /** Folder of the server's data, mounted here at the same path, and read only. */
      readonly dataPath: string;
      /** Folder of the server's socket. */
      readonly socket: string;
      /** Whether WAL is archived: without it there are only dumps. */
      readonly wal: boolean;
    }
  | {
      readonly kind: "redis";
      readonly name: string;
      readonly host: string;
      readonly port: number;
      readonly username: string;
      readonly passwordFile: string;
      readonly caFile: string;
    }
  | { readonly kind: "bucket"; readonly name: string; readonly store: StoreConfig }
  | { readonly kind: "volume"; readonly name: string; readonly path: string }
  | { readonly kind: "configuration"; readonly name: string; readonly path: string };

/** One job: what it does, to what, when, and how old its last success may be. */
export interface JobConfig {
  /** Unique within the runner: `full-db`. */
  readonly name: string;
  readonly kind: JobKind;
  /** Name of the source; of `prune` and `offsite`, the schedule's own name. */
  readonly source: string;
  /** Value of the metrics' label `database`. */
  readonly database: string;
  /** Five fields, in the runner's time zone. Without it the job runs only when asked for. */
  readonly cron?: string;
  /** Seconds after which the last success is too old. */
  readonly maxAge: number;
  /** Seconds after which a run is ended as failed. */
  readonly timeout: number;
}

/** How long backups are kept. */
export interface RetentionConfig {
  /** Days back to which a point in time can be restored. */
  readonly pointInTimeDays: number;
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

/** All that a runner is told, in `/etc/bulwark/backup.json`. No secret stands here: those are files below `/run/secrets`. */
export interface RunnerConfig {
  readonly version: 1;
  /** Name of the BackupSchedule. */
  readonly schedule: string;
  readonly environment: string;
  /** Value of the metrics' label `target`. */
  readonly target: "compose" | "microk8s";
  readonly timeZone: string;
  /** Longest random delay of a scheduled run, in seconds. */
  readonly jitter: number;
  /** Objectives, in seconds. */
  readonly rpo: number;
  readonly rto: number;
  /** Age in seconds that the newest archived WAL may have. */
  readonly walMaxAge: number;
  readonly store: StoreConfig;
  readonly offsite?: StoreConfig;
  /** A second repository on a disk of the host, with so many full backups. */
  readonly local?: { readonly path: string; readonly fulls: number };
  readonly passphraseFile: string;
  /** What dumps are encrypted with. Default: age. */
  readonly tool?: SealingTool;
  /** Who can read dumps: age recipients, or GPG public keys in ASCII armour. Empty: who has the passphrase. */
  readonly recipients: readonly string[];
  readonly retention: RetentionConfig;
  readonly sources: readonly SourceConfig[];
  readonly jobs: readonly JobConfig[];
}
