import * as pulumi from "@pulumi/pulumi";
import type { AwsTarget } from "../target";

/** The account that the stack is deployed to: as configured when only one may be used, else as an ARN of the stack names it. */
export function accountOf(target: AwsTarget, arn: pulumi.Output<string>): pulumi.Output<string> {
  const [only, ...others] = target.accountIds;
  return only !== undefined && others.length === 0
    ? pulumi.output(only)
    : arn.apply((text) => text.split(":")[4] ?? "");
}

/** The part of AWS that a region belongs to, as ARNs name it. */
export function partitionOf(region: string): string {
  return region.startsWith("cn-") ? "aws-cn" : region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
