import { checkHasTarget, checkName } from "../core/arguments";
import { physicalName } from "../core/names";
import { Problems } from "../core/problems";
import { mebibytes, seconds } from "../core/units";
import { type StorageBucketArgs, schema } from "./args";

/** {@link StorageBucketArgs} with every default filled in. */
export interface BucketSpec {
  readonly bucketName: string;
  readonly versioning: boolean;
  readonly objectLock: boolean;
  /** In whole days; 0 means never. */
  readonly expireDays: number;
  /** In whole days; 0 means never. */
  readonly expireOldVersionsDays: number;
  /** In MiB. */
  readonly storage: number;
  /** In MiB. */
  readonly memory: number;
  readonly cpus: number;
  readonly rotation: string;
  readonly protect: boolean;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveBucket(name: string, args: StorageBucketArgs): BucketSpec {
  const problems = new Problems(`StorageBucket "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "recordings");
  checkHasTarget(problems, args, "bucket", ["compose", "microk8s"]);
  problems
    .across(["versioning", "objectLock"], (add) => {
      if (args.objectLock === true && args.versioning === false) {
        add({
          path: "versioning",
          given: "false with objectLock",
          allowed: "true: only versions can be locked",
          fix: "leave versioning out, or give up objectLock",
        });
      }
    })
    .across(["lifecycle", "versioning"], (add) => {
      for (const key of ["expireAfter", "expireOldVersionsAfter"] as const) {
        const value = args.lifecycle?.[key];
        if (value !== undefined && (seconds(value) % 86_400 !== 0 || seconds(value) === 0)) {
          add({
            path: `lifecycle.${key}`,
            given: `"${value}"`,
            allowed: "whole days, at least one",
            fix: 'write it in days: "30 days"',
          });
        }
      }
      if (args.versioning === false && args.lifecycle?.expireOldVersionsAfter !== undefined) {
        add({
          path: "lifecycle.expireOldVersionsAfter",
          given: "a time without versioning",
          allowed: "only with versioning",
          fix: "remove it, or leave versioning on",
        });
      }
    })
    .across(["vpc", "memory", "cpus"], () => {
      const { target } = args.vpc.network;
      if (target.kind === "aws") return;
      target.capacity.take({ name, cpus: (args.cpus ?? 1) / 2, memory: mebibytes(args.memory ?? "256 MiB") }, problems);
    })
    .throwIfAny();
  const versioning = args.versioning ?? true;
  const days = (value: string | undefined): number => (value === undefined ? 0 : seconds(value) / 86_400);
  return {
    bucketName: args.bucketName ?? physicalName("bucket", args.vpc.network.target.prefix, name),
    versioning,
    objectLock: args.objectLock ?? false,
    expireDays: days(args.lifecycle?.expireAfter),
    expireOldVersionsDays: versioning ? days(args.lifecycle?.expireOldVersionsAfter ?? "30 days") : 0,
    storage: mebibytes(args.storage),
    memory: mebibytes(args.memory ?? "256 MiB"),
    cpus: args.cpus ?? 1,
    rotation: args.rotation ?? "1",
    protect: args.protect ?? true,
  };
}
