import * as z from "zod";
import { duration, size, text, vpc } from "../core/schema";
import type { Duration, Size } from "../core/units";
import type { NetworkSource } from "../targets/network";

/** When objects are removed by themselves. */
export interface LifecycleArgs {
  /** Removes an object this long after it was written. Default: never. */
  readonly expireAfter?: Duration;
  /** Removes a replaced or deleted version this long after it was written. Default: 30 days where versioning is on. */
  readonly expireOldVersionsAfter?: Duration;
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
  /** Size of the volume below. On a compose host a volume has no limit of its own. */
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
  storage: size,
  memory: size.optional(),
  cpus: z.number().positive().optional(),
  rotation: z.string().min(1).optional(),
  protect: z.boolean().optional(),
});
