import type * as pulumi from "@pulumi/pulumi";
import type { Owner } from "../targets/aws/children";
import { allow } from "../targets/aws/documents";
import { lambda } from "../targets/aws/function";
import type { AwsNetwork } from "../targets/network";

/** Longest that AWS Lambda lets a function run, in seconds: a migration must end within it. */
const LONGEST = 900;

/** The function that runs a task to its end, so that a migration is part of the update. Who needs it adds the right to start its own task. */
export function buildRunner(
  owner: Owner,
  name: string,
  keyArn: pulumi.Output<string>,
  clusterArn: pulumi.Output<string>,
): AwsNetwork["runner"] {
  const made = lambda(owner, `${name}-runner`, keyArn, {
    description: "Runs a task to its end",
    files: { "task-runner.js": require.resolve("../targets/aws/task-runner") },
    entry: "task-runner",
    timeout: LONGEST,
    statements: clusterArn.apply((cluster) => [
      allow(["ecs:DescribeTasks"], ["*"], { ArnEquals: { "ecs:cluster": cluster } }),
    ]),
  });
  return { functionName: made.function.name, roleName: made.role.name };
}
