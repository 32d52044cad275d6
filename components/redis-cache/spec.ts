import { checkName, checkReservedCpus } from "../core/arguments";
import { Problems } from "../core/problems";
import { mebibytes } from "../core/units";
import { overlap, windowMinutes } from "../core/window";
import { type CacheImage, type CacheOnAws, type Purpose, type RedisCacheArgs, schema } from "./args";
import { dataMemory, knownNodeType, nodeType } from "./elasticache";

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
  /** What ElastiCache is told; without meaning on the other targets. */
  readonly aws: Required<CacheOnAws>;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveCache(name: string, args: RedisCacheArgs): CacheSpec {
  const problems = new Problems(`RedisCache "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "cache");
  checkReservedCpus(problems, args);
  checkTarget(problems, args);
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
    .across(["vpc", "purpose", "memory", "maxMemory", "aws"], () => checkOnAws(problems, args))
    .throwIfAny();
  const persistent = args.purpose !== "cache";
  const memory = mebibytes(args.memory);
  return {
    purpose: args.purpose,
    memory,
    maxMemory: maxMemory(args),
    storage: args.storage === undefined ? defaultStorage(memory) : mebibytes(args.storage),
    cpus: args.cpus,
    reservedCpus: args.reservedCpus ?? args.cpus / 2,
    image: args.image,
    rotation: args.rotation ?? "1",
    persistent,
    protect: args.protect ?? true,
    aws: onAws(args),
  };
}

/** Steps of a power of two, so that a little more memory is not another volume. */
function defaultStorage(memory: number): number {
  return Math.max(4096, 2 ** Math.ceil(Math.log2(3 * memory)));
}

function maxMemory(args: RedisCacheArgs): number {
  const share = args.purpose === "cache" ? 0.75 : 0.6;
  return args.maxMemory === undefined ? Math.floor(mebibytes(args.memory) * share) : mebibytes(args.maxMemory);
}

function onAws(args: RedisCacheArgs): Required<CacheOnAws> {
  const { environment } = args.vpc.network.target;
  const prod = environment === "prod";
  return {
    nodeType: nodeType(environment, args.purpose, maxMemory(args))?.name ?? "",
    engine: "valkey",
    nodes: prod ? 2 : 1,
    snapshotDays: args.purpose === "cache" ? 0 : prod ? 30 : 5,
    snapshotWindow: "03:00-05:00",
    maintenanceWindow: "sun:05:30-sun:06:30",
    ...args.aws,
  };
}

function checkTarget(problems: Problems, args: RedisCacheArgs): void {
  problems.across(["vpc", "aws"], (add) => {
    if (args.aws !== undefined && args.vpc.network.kind !== "aws") {
      add({
        path: "aws",
        given: `an object on ${args.vpc.network.kind}`,
        allowed: "aws only",
        fix: "remove aws: these are settings of Amazon ElastiCache",
      });
    }
  });
  problems.across(["vpc", "image"], (add) => {
    if (args.image !== undefined && args.vpc.network.kind === "aws") {
      add({
        path: "image",
        given: "an image on aws",
        allowed: "compose and microk8s only",
        fix: "remove image: Amazon ElastiCache brings its own server; aws.engine chooses it",
      });
    }
  });
}

function checkOnAws(problems: Problems, args: RedisCacheArgs): void {
  const { network } = args.vpc;
  if (network.kind !== "aws") return;
  const aws = onAws(args);
  const asked = maxMemory(args);
  const known = knownNodeType(aws.nodeType);
  if (aws.nodeType === "") {
    problems.add({
      path: "memory",
      given: `"${args.memory}"`,
      allowed: "what the largest node of Amazon ElastiCache holds, about 250 GiB of data",
      fix: "ask for less, or split the data over several caches",
    });
  } else if (known !== undefined && dataMemory(known, args.purpose) < asked) {
    problems.add({
      path: "aws.nodeType",
      given: `"${aws.nodeType}" for ${asked} MiB of data`,
      allowed: `a node that holds it: ${aws.nodeType} holds ${dataMemory(known, args.purpose)} MiB of a ${args.purpose}`,
      fix: "leave nodeType out, choose a larger one, or lower maxMemory",
    });
  }
  if (windowMinutes(aws.snapshotWindow) < 60 || windowMinutes(aws.maintenanceWindow) < 60) {
    problems.add({
      path: windowMinutes(aws.snapshotWindow) < 60 ? "aws.snapshotWindow" : "aws.maintenanceWindow",
      given: windowMinutes(aws.snapshotWindow) < 60 ? `"${aws.snapshotWindow}"` : `"${aws.maintenanceWindow}"`,
      allowed: "at least 60 minutes",
      fix: 'make it an hour long: "03:00-04:00"',
    });
  } else if (overlap(aws.snapshotWindow, aws.maintenanceWindow)) {
    problems.add({
      path: "aws.maintenanceWindow",
      given: `"${aws.maintenanceWindow}", which meets the snapshots at ${aws.snapshotWindow}`,
      allowed: "a time without snapshots",
      fix: 'move one of them: { maintenanceWindow: "sun:05:30-sun:06:30" }',
    });
  }
}
