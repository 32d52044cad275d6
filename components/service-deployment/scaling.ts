import * as z from "zod";
import { duration } from "../core/schema";
import { type Duration, seconds } from "../core/units";

/** How fast the number of replicas may change in one direction. */
export interface PaceArgs {
  /** Time that the need must last first. Default: up none, down 5 minutes (SD-11). */
  readonly after?: Duration;
  /** Change of one step, in percent of the replicas there are. Default: up 100, down 50 (SD-11). */
  readonly percent?: number;
  /** Time between two steps. Default: up 30 seconds, down 60 seconds (SD-11). */
  readonly every?: Duration;
}

/** Between which numbers of replicas a service moves, and what moves it. */
export interface ScalingArgs {
  /** Most replicas; `replicas` are the fewest. The node must have room for all of them. */
  readonly max: number;
  /** Average CPU use to keep, in percent of `reservedCpus`. Default: 70 (SD-10). */
  readonly cpuPercent?: number;
  /** Average memory use to keep, in percent of `memory`. Default: 80 (SD-10). */
  readonly memoryPercent?: number;
  /** How fast replicas are added. */
  readonly up?: PaceArgs;
  /** How fast replicas are taken away. */
  readonly down?: PaceArgs;
}

/** {@link PaceArgs} with every default filled in; times in seconds. */
export interface PaceSpec {
  readonly after: number;
  readonly percent: number;
  readonly every: number;
}

/** {@link ScalingArgs} with every default filled in. */
export interface ScalingSpec {
  readonly max: number;
  readonly cpuPercent: number;
  readonly memoryPercent: number;
  readonly up: PaceSpec;
  readonly down: PaceSpec;
}

const pace = z.strictObject({
  after: duration.optional(),
  percent: z.number().int().min(1).max(1000).optional(),
  every: duration.optional(),
});

/** Shape of {@link ScalingArgs}. */
export const scalingSchema = z.strictObject({
  max: z.number().int().min(2).max(200),
  cpuPercent: z.number().int().min(1).max(1000).optional(),
  memoryPercent: z.number().int().min(1).max(100).optional(),
  up: pace.optional(),
  down: pace.optional(),
});

/** Fills in what was left out. */
export function resolveScaling(args: ScalingArgs): ScalingSpec {
  return {
    max: args.max,
    cpuPercent: args.cpuPercent ?? 70,
    memoryPercent: args.memoryPercent ?? 80,
    up: resolvePace(args.up, { after: 0, percent: 100, every: 30 }),
    down: resolvePace(args.down, { after: 300, percent: 50, every: 60 }),
  };
}

function resolvePace(args: PaceArgs | undefined, defaults: PaceSpec): PaceSpec {
  return {
    after: args?.after === undefined ? defaults.after : seconds(args.after),
    percent: args?.percent ?? defaults.percent,
    every: args?.every === undefined ? defaults.every : seconds(args.every),
  };
}
