import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { SEALING_TOOLS, type SealingTool } from "../../images/backup/src/config";
import { type BackupSource, isBackupSource } from "../core/backup-source";
import { type ChangeWindow, changeWindow, isTimeZone } from "../core/change-window";
import { duration, leaf, size, text, vpc } from "../core/schema";
import type { Duration, Size } from "../core/units";
import type { StorageBucket } from "../storage-bucket";
import type { NetworkSource } from "../targets/network";
import type { AwsTarget } from "../targets/target";
import type { BackupAlerts } from "./alerts";
import { PRESETS, type Preset } from "./presets";

/** An S3 endpoint outside the stack. */
export interface ExternalStore {
  /** `https://` and the host, with a port where it is not 443. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: pulumi.Input<string>;
  /** Give it as a secret. */
  readonly secretKey: pulumi.Input<string>;
  /** After how long a lifecycle rule of the bucket removes objects, where there is one. It is checked against the retention. */
  readonly expireAfter?: Duration;
}

/** A place off the site. */
export interface OffsiteStore extends ExternalStore {
  /** Certificates in PEM of the authority that signed the endpoint's, where it is not one that everybody knows. */
  readonly ca?: pulumi.Input<string>;
}

/** How long backups are kept. */
export interface RetentionArgs {
  /** How far back a point in time can be restored. Default: 30 days (BK-13, X-48). */
  readonly pointInTime?: Duration;
  /** Newest dump of so many days. Default: 30 (BK-13). */
  readonly daily?: number;
  /** Newest dump of so many ISO weeks. Default: 12 (BK-13). */
  readonly weekly?: number;
  /** Newest dump of so many months. Default: 12 (BK-13). */
  readonly monthly?: number;
  /** Newest dump of so many years. Default: 7 (BK-13). */
  readonly yearly?: number;
}

/** With what backups are encrypted before they leave the host. */
export interface EncryptionArgs {
  /**
   * Passphrase of at least 20 characters, as a secret, or `"generated"`: then it is made once and kept in the state. Either way keep a copy
   * off the host: `bulwark backup key` shows how. Without it no backup can be read.
   */
  readonly passphrase: pulumi.Input<string>;
  /** What dumps are encrypted with; everything else has the encryption of its own tool. Default: `age`. */
  readonly tool?: SealingTool;
  /**
   * Who can read the dumps: age recipients (`age1…`), or with `tool: "gpg"` OpenPGP public keys in ASCII armour. The private halves stay with you,
   * off the host: `bulwark restore --identity FILE` takes one, and drills rehearse base backups alone. Default: who has the passphrase; with GPG
   * that is AES-256 with SHA-512, as BK-16 has it.
   */
  readonly recipients?: readonly pulumi.Input<string>[];
}

/** Arguments of {@link BackupSchedule}. */
export interface BackupScheduleArgs {
  /** Network that the sources live in. */
  readonly vpc: NetworkSource;
  /** What is backed up: databases, caches, buckets, services with volumes, and `configurationSource(...)`. */
  readonly sources: readonly BackupSource[];
  /**
   * Figures to begin with; each argument wins over them. `hourly-rpo`: RPO 1 h, RTO 4 h by WAL archiving (BK-12, BK-25). `daily`: RPO 24 h, RTO 4 h
   * by daily dumps alone (BK-01, BK-19, BK-28). `dotmac-full`, `dotmac-incremental`, `dotmac-config`, `dotmac-emergency`: what BK-07…BK-10 hold.
   * Default: `hourly-rpo` where a source is a PostgreSQL server, else `daily`.
   */
  readonly preset?: Preset;
  /** Most data that may be lost. A schedule that cannot keep it is refused. */
  readonly rpo?: Duration;
  /** Longest time that a restore may take; drills measure it. */
  readonly rto?: Duration;
  /**
   * When base backups are made, in five cron fields. `"off"`: dumps alone, without WAL. Default: daily at 02:00 (BK-12). On AWS the time of day of the
   * snapshots; default: 00:00, clear of the windows of Amazon RDS.
   */
  readonly full?: string;
  /** When increments are made. Default: at 08:00, 14:00 and 20:00, every six hours between the base backups (BK-12). */
  readonly incremental?: string;
  /** When each database is dumped for the archive. Default: daily at 01:00. */
  readonly dump?: string;
  /** When caches, buckets, volumes and configuration are copied. Default: hourly with `hourly-rpo`, else daily at 03:00 (BK-14). */
  readonly copy?: string;
  /** When backups are read back whole. Default: Saturdays at 04:00. */
  readonly verify?: string;
  /** When a restore is rehearsed. Default: on the 1st of each month at 05:00 (BK-20). */
  readonly drill?: string;
  /** When expired backups are removed. Default: daily at 06:00. */
  readonly prune?: string;
  readonly retention?: RetentionArgs;
  /** Must be given, but on AWS, whose vaults have keys of AWS KMS. */
  readonly encryption?: EncryptionArgs;
  /** Where backups go: a bucket of this stack, or an S3 endpoint elsewhere. Must be given, but on AWS, where they lie in a vault. */
  readonly store?: StorageBucket | ExternalStore;
  /** AWS only: a second region, to which every backup is copied. In prod it must be given. */
  readonly copyTo?: AwsTarget;
  /**
   * AWS only: who may shorten what is kept in the vaults. `governance`: those with a right of their own. `compliance`: nobody, not even AWS, from
   * the seventh day on, and never again. Default: `governance`.
   */
  readonly lock?: "governance" | "compliance";
  /**
   * AWS only: by what a rehearsed restore is judged. `server`: Amazon RDS says that it is there, encrypted, not public and of the size that was backed up.
   * `content`: besides, a function logs in and reads every table of every database to its end, for 15 minutes at most. Default: `server`.
   */
  readonly judge?: "server" | "content";
  /** A second place off the site, to which the whole store is copied once a day; nothing is ever deleted or overwritten there. */
  readonly offsite?: OffsiteStore;
  /** A second repository on a disk of the host, for quick restores. Default: none. */
  readonly local?: {
    /** Base backups that it holds. Default: 2. */
    readonly fulls?: number;
  };
  /** Time zone of every cron field. Default: UTC, which has no day of 25 hours. */
  readonly timeZone?: string;
  /** Times in which the platform is changed; base backups, dumps, checks and drills that fall into one are refused. */
  readonly changeWindows?: readonly ChangeWindow[];
  /** Longest random delay of a run. Default: 2 minutes. */
  readonly jitter?: Duration;
  /** Longest time that a job takes; one that takes longer is ended as failed. Default: 1 hour; drills get the RTO on top. */
  readonly longestRun?: Duration;
  /** Changes to the alerts about backups. */
  readonly alerts?: BackupAlerts;
  /** Memory limit of the runner. Default: `"512 MiB"`. */
  readonly memory?: Size;
  /** CPU limit of the runner. Default: 1. */
  readonly cpus?: number;
}

/** The arguments where Bulwark's own runners back up: on compose and MicroK8s. */
export type HostedArgs = BackupScheduleArgs & Required<Pick<BackupScheduleArgs, "encryption" | "store">>;

const cron = text(
  /^(\S+ ){4}\S+$/,
  "five cron fields: minute, hour, day of the month, month, day of the week",
  'write it as "0 2 * * *"',
);
const cronOrOff = text(/^(off|(\S+ ){4}\S+)$/, 'five cron fields, or "off"', 'write it as "0 2 * * *"');
const key = z.unknown().refine((value) => value !== undefined && value !== "", {
  params: { allowed: "a key", fix: "set it with `pulumi config set --secret`" },
});

/** Shape of an {@link ExternalStore}. */
export const externalStore = z.strictObject({
  endpoint: text(
    /^https:\/\/[a-z0-9.-]+(:\d+)?$/,
    "https:// and a host, without a path",
    'write it as "https://s3.eu-central-1.amazonaws.com"',
  ),
  bucket: text(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "the name of a bucket",
    'use a name such as "smartoffice-backups"',
  ),
  region: z.string().min(1),
  accessKey: key,
  secretKey: key,
  expireAfter: duration.optional(),
});

const offsiteStore = externalStore.extend({
  ca: leaf(
    text(
      /^\s*-----BEGIN CERTIFICATE-----[\s\S]+-----END CERTIFICATE-----\s*$/,
      "certificates in PEM",
      "give the text of the file",
    ),
  ).optional(),
});

const count = z.number().int().min(0).max(3650);

/** Whether a store is a bucket of the stack. By shape: two copies of the library may be loaded. */
export function isBucket(store: StorageBucket | ExternalStore): store is StorageBucket {
  return "backup" in store;
}

/** Shape of {@link BackupScheduleArgs}. */
export const schema = z.strictObject({
  vpc,
  sources: z
    .array(
      z.custom<BackupSource>(isBackupSource, {
        params: {
          allowed: "ManagedPostgres, RedisCache, StorageBucket, ServiceDeployment, configurationSource(...)",
          fix: "give the component itself",
        },
      }),
    )
    .min(1),
  preset: z.enum(PRESETS).optional(),
  rpo: duration.optional(),
  rto: duration.optional(),
  full: cronOrOff.optional(),
  incremental: cronOrOff.optional(),
  dump: cronOrOff.optional(),
  copy: cron.optional(),
  verify: cron.optional(),
  drill: cron.optional(),
  prune: cron.optional(),
  retention: z
    .strictObject({
      pointInTime: duration.optional(),
      daily: count.optional(),
      weekly: count.optional(),
      monthly: count.optional(),
      yearly: count.optional(),
    })
    .optional(),
  encryption: z.custom((value) => typeof value === "object" && value !== null && "passphrase" in value, {
    params: {
      allowed: "a passphrase: backups leave the host encrypted or not at all",
      fix: 'run `pulumi config set --secret backupPassphrase "$(openssl rand -base64 32)"` and give it, or give { passphrase: "generated" }',
    },
  }),
  store: z.custom(
    (value) => typeof value === "object" && value !== null && ("backup" in value || "endpoint" in value),
    {
      params: {
        allowed: "a StorageBucket, or endpoint, bucket, region, accessKey and secretKey of an S3 endpoint",
        fix: 'make one: new StorageBucket("backups-store", { vpc, storage: "100 GiB" })',
      },
    },
  ),
  offsite: offsiteStore.optional(),
  copyTo: z
    .custom<AwsTarget>((value) => typeof value === "object" && value !== null && "accountIds" in value, {
      params: { allowed: "an AwsRegion", fix: 'make one: new AwsRegion("backup-region", { ... })' },
    })
    .optional(),
  lock: z.enum(["governance", "compliance"]).optional(),
  judge: z.enum(["server", "content"]).optional(),
  local: z.strictObject({ fulls: z.number().int().min(1).max(14).optional() }).optional(),
  timeZone: z
    .string()
    .refine(isTimeZone, { params: { allowed: "an IANA time zone", fix: 'use a name such as "Europe/Berlin"' } })
    .optional(),
  changeWindows: z.array(changeWindow).optional(),
  jitter: duration.optional(),
  longestRun: duration.optional(),
  alerts: z.record(z.string(), z.unknown()).optional(),
  memory: size.optional(),
  cpus: z.number().positive().optional(),
});

/** Shape of {@link EncryptionArgs}. */
export const encryption = z.strictObject({
  passphrase: leaf(
    z.string().refine((value) => value === "generated" || value.length >= 20, {
      params: { allowed: 'at least 20 characters, or "generated"', fix: "make one: openssl rand -base64 32" },
    }),
  ),
  tool: z.enum(SEALING_TOOLS).optional(),
  recipients: z.array(leaf(z.string())).min(1).optional(),
});

/** Shape of one recipient, by the tool that encrypts to it. */
export const recipient: Readonly<Record<SealingTool, z.ZodType>> = {
  age: leaf(
    text(
      /^age1[02-9ac-hj-np-z]{58}$/,
      "an age recipient",
      'make one with age-keygen and give its public key; for a GPG public key add { tool: "gpg" }',
    ),
  ),
  gpg: leaf(
    text(
      /^\s*-----BEGIN PGP PUBLIC KEY BLOCK-----\r?\n[\x20-\x7e\s]+\n-----END PGP PUBLIC KEY BLOCK-----\s*$/,
      "one OpenPGP public key in ASCII armour",
      "give what gpg --armor --export KEY prints; the private key stays with you",
    ),
  ),
};

/** Shape of {@link BackupScheduleArgs} on AWS. */
export const cloudSchema = schema.extend({
  encryption: schema.shape.encryption.optional(),
  store: schema.shape.store.optional(),
});
