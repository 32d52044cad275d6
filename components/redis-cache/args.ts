import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { image, leaf, size, text, vpc } from "../core/schema";
import type { Size } from "../core/units";
import { type DailyWindow, dailyWindow, type WeeklyTime, weeklyTime } from "../core/window";
import type { NetworkSource } from "../targets/network";

/** What the data is for; it decides what happens when memory is full and when the process ends. */
export const PURPOSES = ["cache", "session", "queue"] as const;

/**
 * - `cache`: any key may be evicted (`allkeys-lru`), nothing is kept on disk.
 * - `session`: only keys with a time to live are evicted (`volatile-lru`), kept on disk.
 * - `queue`: nothing is evicted, writes fail when memory is full (`noeviction`), kept on disk.
 */
export type Purpose = (typeof PURPOSES)[number];

/** An image other than Bulwark's own, on compose and MicroK8s. */
export interface CacheImage {
  /** Reference with a fixed tag or digest: `redis:7.4.2-alpine`. */
  readonly reference: pulumi.Input<string>;
  /** `uid:gid` of the process: `999:1000` for the official Alpine image. */
  readonly user: string;
  /** Names of its programs: `redis-server` and `redis-cli`, or `valkey-server` and `valkey-cli`. */
  readonly engine: "redis" | "valkey";
}

/** What only Amazon ElastiCache has. */
export interface CacheOnAws {
  /** Node type: `cache.m7g.large`. Default: the cheapest whose memory holds the data; in prod none that is burstable. */
  readonly nodeType?: string;
  /** Engine. Default: `valkey`, version 8. */
  readonly engine?: "valkey" | "redis";
  /** Nodes, each in another zone. Default: 2 in prod, so that one takes over from the other; else 1. */
  readonly nodes?: number;
  /** Days that snapshots are kept; 0 makes none. Default: 30 in prod, else 5 (RC-03); none for a `cache`. */
  readonly snapshotDays?: number;
  /** When the snapshot is made, in UTC, at least an hour. Default: `"03:00-05:00"` (RC-03). */
  readonly snapshotWindow?: DailyWindow;
  /** When the servers may be replaced, in UTC, at least an hour. Default: `"sun:05:30-sun:06:30"`. */
  readonly maintenanceWindow?: WeeklyTime;
}

/** Arguments of {@link RedisCache}. */
export interface RedisCacheArgs {
  /** Network the server lives in. */
  readonly vpc: NetworkSource;
  /** What the data is for. */
  readonly purpose: Purpose;
  /** Memory limit of the server. */
  readonly memory: Size;
  /** Memory for data. Default: 75 % of `memory` for a cache, 60 % otherwise, because writing to disk copies pages. */
  readonly maxMemory?: Size;
  /**
   * MicroK8s: size of the volume, where the purpose keeps data on disk. Default: `"4 GiB"`, more where three times `memory` is more. It can grow
   * where the storage class allows that, and never shrink.
   */
  readonly storage?: Size;
  /** CPU limit of the server. */
  readonly cpus: number;
  /** CPUs that are kept free for it. Default: half of `cpus`. */
  readonly reservedCpus?: number;
  /** Image of the server. Default: Bulwark's own, Valkey 8. */
  readonly image?: CacheImage;
  /** AWS only: what Amazon ElastiCache decides by its own words. */
  readonly aws?: CacheOnAws;
  /** Any text; another text gives a new password (SEC-15). Default: `"1"`. */
  readonly rotation?: string;
  /** Whether deletion of the data is refused. Default: yes. */
  readonly protect?: boolean;
}

/** Shape of {@link RedisCacheArgs}. */
export const schema = z.strictObject({
  vpc,
  purpose: z.enum(PURPOSES),
  memory: size,
  maxMemory: size.optional(),
  storage: size.optional(),
  cpus: z.number().positive(),
  reservedCpus: z.number().positive().optional(),
  image: z
    .strictObject({
      reference: leaf(image),
      user: text(
        /^[1-9]\d*:\d+$/,
        "uid:gid of a user that is not root",
        'use "999:1000" for the official Alpine image',
      ),
      engine: z.enum(["redis", "valkey"]),
    })
    .optional(),
  aws: z
    .strictObject({
      nodeType: text(
        /^cache\.[a-z0-9-]+\.[a-z0-9]+$/,
        "a node type",
        'use a name such as "cache.m7g.large"',
      ).optional(),
      engine: z.enum(["valkey", "redis"]).optional(),
      nodes: z.number().int().min(1).max(6).optional(),
      snapshotDays: z.number().int().min(0).max(35).optional(),
      snapshotWindow: dailyWindow.optional(),
      maintenanceWindow: weeklyTime.optional(),
    })
    .optional(),
  rotation: z.string().min(1).optional(),
  protect: z.boolean().optional(),
});
