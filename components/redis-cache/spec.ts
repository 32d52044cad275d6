import { checkHasTarget, checkName, checkReservedCpus } from "../core/arguments";
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
  /** In MiB. */
  readonly storage: number;
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
  checkHasTarget(problems, args, "cache", ["compose", "microk8s"]);
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
    .across(["vpc", "storage", "memory", "purpose"], (add) => {
      if (args.storage === undefined) return;
      if (args.vpc.network.kind !== "microk8s" || args.purpose === "cache") {
        add({
          path: "storage",
          given: `"${args.storage}" for a ${args.purpose} on ${args.vpc.network.kind}`,
          allowed: "microk8s only, for a session or a queue",
          fix: "remove storage: there is no volume of a fixed size",
        });
      } else if (mebibytes(args.storage) < 3 * mebibytes(args.memory)) {
        add({
          path: "storage",
          given: `"${args.storage}" with ${args.memory} of memory`,
          allowed: "at least three times memory",
          fix: "give more: while the server rewrites its log, the old one, the new one and a snapshot are there at once",
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
    storage: args.storage === undefined ? defaultStorage(memory) : mebibytes(args.storage),
    cpus: args.cpus,
    reservedCpus: args.reservedCpus ?? args.cpus / 2,
    image: args.image,
    rotation: args.rotation ?? "1",
    persistent,
    protect: args.protect ?? true,
  };
}

/** Steps of a power of two, so that a little more memory is not another volume. */
function defaultStorage(memory: number): number {
  return Math.max(4096, 2 ** Math.ceil(Math.log2(3 * memory)));
}
