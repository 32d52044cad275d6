import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { duration, leaf, size, text, vpc } from "../core/schema";
import type { Duration, Size } from "../core/units";
import type { NetworkSource } from "../targets/network";

/** When objects are removed by themselves. */
export interface LifecycleArgs {
  /** Removes an object this long after it was written. Default: never. */
  readonly expireAfter?: Duration;
  /** Removes a replaced or deleted version this long after it was written. Default: 30 days where versioning is on. */
  readonly expireOldVersionsAfter?: Duration;
}

/** A bucket elsewhere that keeps a second copy. */
export interface ReplicaArgs {
  /** ARN of the bucket. It must have versioning and let this account write. */
  readonly bucketArn: pulumi.Input<string>;
  /** ARN of the key in the region of that bucket. */
  readonly keyArn: pulumi.Input<string>;
}

/** Storage classes for what is seldom read. `GLACIER_IR` answers at once, the others after hours. */
export const COLD_CLASSES = ["STANDARD_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"] as const;

/** What only Amazon S3 has. */
export interface BucketOnAws {
  /** Moves objects to {@link coldClass} this long after they were written. Default: never. */
  readonly coldAfter?: Duration;
  /** Class of old objects. Default: `GLACIER` (SB-03). */
  readonly coldClass?: (typeof COLD_CLASSES)[number];
  /** With `objectLock`: how long each new version cannot be deleted. Default: as each writer says. */
  readonly lockFor?: Duration;
  /** `compliance`: nobody can shorten the lock, not even the account's owner. Default: `governance`. */
  readonly lockMode?: "governance" | "compliance";
  /** Where every new version is copied to. Default: nowhere. */
  readonly replica?: ReplicaArgs;
}

/** Arguments of {@link StorageBucket}. */
export interface StorageBucketArgs {
  /** Network the bucket's server lives in. */
  readonly vpc: NetworkSource;
  /** Name of the bucket. Default: project, stack and component name, which is unique enough for every target. */
  readonly bucketName?: string;
  /** Whether replaced and deleted objects are kept as versions. Default: yes (SB-01). */
  readonly versioning?: boolean;
  /** Whether versions can be locked against deletion. It cannot be switched off later. Default: no. */
  readonly objectLock?: boolean;
  readonly lifecycle?: LifecycleArgs;
  /** AWS only: what Amazon S3 decides by its own words. */
  readonly aws?: BucketOnAws;
  /** Size of the volume below. On a compose host a volume has no limit of its own, and on AWS a bucket has none. */
  readonly storage: Size;
  /** Memory limit of the server. Default: `"256 MiB"`. */
  readonly memory?: Size;
  /** CPU limit of the server. Default: 1. */
  readonly cpus?: number;
  /** Any text; another text gives every consumer a new key (SEC-15). Default: `"1"`. */
  readonly rotation?: string;
  /** Whether deletion of the objects is refused. Default: yes. */
  readonly protect?: boolean;
}

/** Shape of {@link StorageBucketArgs}. */
export const schema = z.strictObject({
  vpc,
  bucketName: text(
    /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/,
    "3 to 63 lower-case letters, digits and hyphens",
    'use a name such as "smartoffice-recordings"',
  ).optional(),
  versioning: z.boolean().optional(),
  objectLock: z.boolean().optional(),
  lifecycle: z
    .strictObject({ expireAfter: duration.optional(), expireOldVersionsAfter: duration.optional() })
    .optional(),
  aws: z
    .strictObject({
      coldAfter: duration.optional(),
      coldClass: z.enum(COLD_CLASSES).optional(),
      lockFor: duration.optional(),
      lockMode: z.enum(["governance", "compliance"]).optional(),
      replica: z
        .strictObject({
          bucketArn: leaf(
            text(/^arn:aws[a-z-]*:s3:::[a-z0-9.-]+$/, "the ARN of a bucket", 'use "arn:aws:s3:::<name>"'),
          ),
          keyArn: leaf(
            text(/^arn:aws[a-z-]*:kms:/, "the ARN of a key", 'use "arn:aws:kms:<region>:<account>:key/<id>"'),
          ),
        })
        .optional(),
    })
    .optional(),
  storage: size,
  memory: size.optional(),
  cpus: z.number().positive().optional(),
  rotation: z.string().min(1).optional(),
  protect: z.boolean().optional(),
});
