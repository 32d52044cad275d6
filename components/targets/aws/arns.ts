/** What follows the last slash of an ARN: the name of a cluster. */
export function lastPart(arn: string): string {
  return arn.split("/").at(-1) ?? arn;
}

/** A load balancer as CloudWatch names it, from the ARN of one of its listeners: `app/<name>/<id>`. */
export function balancerOf(listenerArn: string): string {
  return /listener\/(app\/[^/]+\/[^/]+)/.exec(listenerArn)?.[1] ?? listenerArn;
}

/** A target group as CloudWatch names it: `targetgroup/<name>/<id>`. */
export function targetGroupOf(arn: string): string {
  return arn.split(":").at(-1) ?? arn;
}
