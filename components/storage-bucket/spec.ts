import { checkName } from "../core/arguments";
import { physicalName } from "../core/names";
import { Problems } from "../core/problems";
import { mebibytes, seconds } from "../core/units";
import { type ReplicaArgs, type StorageBucketArgs, schema } from "./args";

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
  /** In whole days; 0 means never. */
  readonly coldDays: number;
  readonly coldClass: string;
  /** In whole days; 0 means as each writer says. */
  readonly lockDays: number;
  readonly lockMode: "governance" | "compliance";
  readonly replica: ReplicaArgs | undefined;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveBucket(name: string, args: StorageBucketArgs): BucketSpec {
  const problems = new Problems(`StorageBucket "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "recordings");
  checkOnAws(problems, args);
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
    bucketName: args.bucketName ?? defaultName(name, args),
    versioning,
    objectLock: args.objectLock ?? false,
    expireDays: days(args.lifecycle?.expireAfter),
    expireOldVersionsDays: versioning ? days(args.lifecycle?.expireOldVersionsAfter ?? "30 days") : 0,
    storage: mebibytes(args.storage),
    memory: mebibytes(args.memory ?? "256 MiB"),
    cpus: args.cpus ?? 1,
    rotation: args.rotation ?? "1",
    protect: args.protect ?? true,
    coldDays: days(args.aws?.coldAfter),
    coldClass: args.aws?.coldClass ?? "GLACIER",
    lockDays: days(args.aws?.lockFor),
    lockMode: args.aws?.lockMode ?? "governance",
    replica: args.aws?.replica,
  };
}

/** Names of Amazon S3 are shared by all accounts of the world, so the account and the region stand in them. */
function defaultName(name: string, args: StorageBucketArgs): string {
  const { target } = args.vpc.network;
  const place = target.kind === "aws" ? [...target.accountIds, target.region] : [];
  return physicalName("bucket", target.prefix, name, ...place);
}

function checkOnAws(problems: Problems, args: StorageBucketArgs): void {
  problems.across(["vpc", "aws", "objectLock", "versioning", "lifecycle"], (add) => {
    const { aws } = args;
    if (aws === undefined) return;
    if (args.vpc.network.kind !== "aws") {
      add({
        path: "aws",
        given: `an object on ${args.vpc.network.kind}`,
        allowed: "aws only",
        fix: "remove aws: these are settings of Amazon S3",
      });
      return;
    }
    for (const key of ["coldAfter", "lockFor"] as const) {
      const value = aws[key];
      if (value !== undefined && (seconds(value) % 86_400 !== 0 || seconds(value) === 0)) {
        add({
          path: `aws.${key}`,
          given: `"${value}"`,
          allowed: "whole days, at least one",
          fix: 'write it in days: "30 days"',
        });
      }
    }
    if (aws.coldClass === "STANDARD_IA" && aws.coldAfter !== undefined && seconds(aws.coldAfter) < 30 * 86_400) {
      add({
        path: "aws.coldAfter",
        given: `"${aws.coldAfter}" with STANDARD_IA`,
        allowed: "at least 30 days for STANDARD_IA",
        fix: 'use "30 days", or another class',
      });
    }
    const expire = args.lifecycle?.expireAfter;
    if (aws.coldAfter !== undefined && expire !== undefined && seconds(aws.coldAfter) >= seconds(expire)) {
      add({
        path: "aws.coldAfter",
        given: `"${aws.coldAfter}" with expiry after ${expire}`,
        allowed: "less than lifecycle.expireAfter",
        fix: "move objects before they expire, or not at all",
      });
    }
    if (aws.lockFor !== undefined && args.objectLock !== true) {
      add({
        path: "aws.lockFor",
        given: `"${aws.lockFor}" without objectLock`,
        allowed: "only with objectLock: true",
        fix: "set objectLock: true, or remove lockFor",
      });
    }
    if (aws.replica !== undefined && args.versioning === false) {
      add({
        path: "aws.replica",
        given: "a replica without versioning",
        allowed: "only with versioning",
        fix: "leave versioning on: Amazon S3 copies versions",
      });
    }
  });
}
