import * as z from "zod";
import type { Problem } from "../core/errors";
import { duration } from "../core/schema";
import { type Duration, seconds } from "../core/units";
import type { RouteArgs } from "./args";

/** How a new version takes the place of the one that runs. */
export type RolloutArgs =
  | {
      /** One replica after another, each ready before the next. On every target. */
      readonly strategy: "rolling";
    }
  | ({
      /** All replicas of the new version beside the old ones; then all requests move at once. AWS only. */
      readonly strategy: "blue-green";
    } & GuardedRollout)
  | ({
      /** As `blue-green`, but a share of the requests moves first, and the rest when it did well. AWS only. */
      readonly strategy: "canary";
      /** Share of the requests that moves first, in percent. Default: 10. */
      readonly percent?: number;
      /** How long that share is watched before the rest moves, in whole minutes. Default: 10 minutes. */
      readonly watch?: Duration;
    } & GuardedRollout);

/** What rollouts with two versions side by side have in common. */
export interface GuardedRollout {
  /** How long the old version stays after all requests have moved, so that it can be put back at once; in whole minutes. Default: 10 minutes. */
  readonly keepOld?: Duration;
  /** Share of failed requests of either version, in percent, that puts the old one back. Default: 5. */
  readonly errorPercent?: number;
}

/** {@link RolloutArgs} with every default filled in; times in minutes. */
export type RolloutSpec =
  | { readonly strategy: "rolling" }
  | { readonly strategy: "blue-green"; readonly keepOld: number; readonly errorPercent: number }
  | {
      readonly strategy: "canary";
      readonly percent: number;
      readonly watch: number;
      readonly keepOld: number;
      readonly errorPercent: number;
    };

/** A rollout with two versions side by side. */
export type GuardedRolloutSpec = Exclude<RolloutSpec, { readonly strategy: "rolling" }>;

/** Longest that Amazon ECS waits in one stage, in minutes. */
const LONGEST = 1440;

const guarded = { keepOld: duration.optional(), errorPercent: z.number().gt(0).max(100).optional() };

/** Shape of {@link RolloutArgs}. */
export const rolloutSchema = z.discriminatedUnion("strategy", [
  z.strictObject({ strategy: z.literal("rolling") }),
  z.strictObject({ strategy: z.literal("blue-green"), ...guarded }),
  z.strictObject({
    strategy: z.literal("canary"),
    percent: z.number().min(1).max(99).optional(),
    watch: duration.optional(),
    ...guarded,
  }),
]);

/** Fills in what was left out. */
export function resolveRollout(args: RolloutArgs | undefined): RolloutSpec {
  switch (args?.strategy) {
    case undefined:
    case "rolling":
      return { strategy: "rolling" };
    case "blue-green":
      return { strategy: "blue-green", ...guards(args) };
    case "canary":
      return { strategy: "canary", percent: args.percent ?? 10, watch: minutes(args.watch), ...guards(args) };
  }
}

function guards(args: GuardedRollout) {
  return { keepOld: minutes(args.keepOld), errorPercent: args.errorPercent ?? 5 };
}

function minutes(given: Duration | undefined): number {
  return seconds(given ?? "10 minutes") / 60;
}

/** What a rollout needs besides its own arguments. The arguments have passed the schema. */
export function checkRollout(args: {
  readonly rollout?: RolloutArgs;
  readonly routes?: readonly RouteArgs[];
  readonly linkable?: boolean;
}): Problem[] {
  const { rollout } = args;
  if (rollout === undefined || rollout.strategy === "rolling") return [];
  const problems: Problem[] = [];
  const given = `strategy "${rollout.strategy}"`;
  const routes = args.routes?.length ?? 0;
  if (routes !== 1) {
    problems.push({
      path: "rollout",
      given: `${given} with ${routes === 0 ? "no route" : `${routes} routes`}`,
      allowed: "one route: Amazon ECS moves the requests of one rule of the load balancer",
      fix: 'give it one route, split the service, or remove rollout: replicas are then replaced one after another ("rolling")',
    });
  }
  if (args.linkable === true) {
    problems.push({
      path: "rollout",
      given: `${given} of a service with linkable: true`,
      allowed: 'strategy "rolling": service discovery knows all tasks at once, so both versions would be asked',
      fix: "remove rollout, or put what other services call into a service of its own",
    });
  }
  const waits = { keepOld: rollout.keepOld, ...(rollout.strategy === "canary" ? { watch: rollout.watch } : {}) };
  for (const [key, wait] of Object.entries(waits)) {
    const length = minutes(wait);
    if (Number.isInteger(length) && length <= LONGEST) continue;
    problems.push({
      path: `rollout.${key}`,
      given: `"${wait}"`,
      allowed: "whole minutes, at most 24 hours",
      fix: 'use a time such as "10 minutes"',
    });
  }
  return problems;
}

/** Why a target has no second version beside the first. The arguments have passed the schema. */
export function refuseGuardedRollout(rollout: RolloutArgs | undefined, kind: "compose" | "microk8s"): Problem[] {
  if (rollout === undefined || rollout.strategy === "rolling") return [];
  return [
    {
      path: "rollout",
      given: `strategy "${rollout.strategy}" on ${kind}`,
      allowed: 'strategy "rolling"; the others on aws only',
      fix: `remove rollout: ${REASONS[kind]}`,
    },
  ];
}

const REASONS = {
  compose:
    "a host is sized for one set of replicas, and nothing on it weighs requests or watches them; replicas are replaced one after another",
  microk8s:
    "an Ingress has no weights, and a single node no room for a second set of replicas; they are replaced one after another",
} as const;
