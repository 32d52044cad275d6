import { checkName, checkOnCompose, checkReservedCpus } from "../core/arguments";
import { Problems } from "../core/problems";
import { mebibytes } from "../core/units";
import { type CacheImage, type Purpose, type RedisCacheArgs, schema } from "./args";

/** {@link RedisCacheArgs} with every default filled in. */
export interface CacheSpec {
  readonly purpose: Purpose;
  /** In MiB. */
  readonly memory: number;
  /** In MiB. */
  readonly maxMemory: number;
  readonly cpus: number;
  readonly reservedCpus: number;
  readonly image: CacheImage | undefined;
  readonly rotation: string;
  /** Whether the data outlives the process. */
  readonly persistent: boolean;
  readonly protect: boolean;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveCache(name: string, args: RedisCacheArgs): CacheSpec {
  const problems = new Problems(`RedisCache "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "cache");
  checkReservedCpus(problems, args);
  checkOnCompose(problems, args, "cache");
  problems
    .across(["memory", "maxMemory", "purpose"], (add) => {
      const share = args.purpose === "cache" ? 0.9 : 0.75;
      const most = Math.floor(mebibytes(args.memory) * share);
      if (mebibytes(args.memory) < 32) {
        add({ path: "memory", given: `"${args.memory}"`, allowed: "at least 32 MiB", fix: 'use "64 MiB" or more' });
      }
      if (args.maxMemory !== undefined && mebibytes(args.maxMemory) > most) {
        add({
          path: "maxMemory",
          given: `"${args.maxMemory}" with a limit of ${args.memory}`,
          allowed: `at most ${most} MiB, ${share * 100} % of memory for a ${args.purpose}`,
          fix: "raise memory or lower maxMemory: the rest is needed for buffers and for writing to disk",
        });
      }
    })
    .across(["vpc", "memory", "cpus", "reservedCpus"], () => {
      const { target } = args.vpc.network;
      if (target.kind === "aws") return;
      target.capacity.take(
        { name, cpus: args.reservedCpus ?? args.cpus / 2, memory: mebibytes(args.memory) },
        problems,
      );
    })
    .throwIfAny();
  const persistent = args.purpose !== "cache";
  const memory = mebibytes(args.memory);
  return {
    purpose: args.purpose,
    memory,
    maxMemory:
      args.maxMemory === undefined ? Math.floor(memory * (persistent ? 0.6 : 0.75)) : mebibytes(args.maxMemory),
    cpus: args.cpus,
    reservedCpus: args.reservedCpus ?? args.cpus / 2,
    image: args.image,
    rotation: args.rotation ?? "1",
    persistent,
    protect: args.protect ?? true,
  };
}
