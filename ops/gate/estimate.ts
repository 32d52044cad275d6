import type { RawChange } from "../change/model";

/** Minutes that one change takes, by type; a guess on the safe side, until a run has measured it. */
const MINUTES: readonly (readonly [RegExp, number])[] = [
  [/^aws:(rds|docdb|neptune|redshift|opensearch)\//, 30],
  [/^aws:(elasticache|memorydb|msk|eks|mq)\//, 25],
  [/^aws:(cloudfront|acm)\//, 15],
  [/^aws:(ecs|lb|autoscaling|ec2\/natGateway)/, 5],
  [/^kubernetes:(apps|batch)\//, 5],
  [/^docker:/, 1],
];

/**
 * Estimates in seconds how long an update takes: the slowest change, because Pulumi works in parallel, ten seconds for each of the others, and as
 * much again to look whether all is well.
 */
export function estimate(changes: readonly RawChange[]): number {
  if (changes.length === 0) return 0;
  const minutes = changes.map(({ type, operation }) =>
    operation === "move" || operation === "forget" ? 0 : (MINUTES.find(([types]) => types.test(type))?.[1] ?? 0.5),
  );
  const slowest = minutes.reduce((most, each) => Math.max(most, each), 0);
  return Math.round((slowest * 60 + Math.min(changes.length - 1, 360) * 10) * 2);
}
