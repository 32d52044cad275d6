import { createHash } from "node:crypto";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { Invocation } from "@pulumi/aws/lambda/invocation";
import * as pulumi from "@pulumi/pulumi";
import { closedGroup } from "../targets/aws/children";
import { allow, document } from "../targets/aws/documents";
import type { AwsService } from "./aws";
import { type Kept, type Process, taskDefinition } from "./aws-task";
import { openWays } from "./aws-ways";
import { bind } from "./variables";

/** Version of the Fargate platform. */
export const PLATFORM_VERSION = "1.4.0";

/**
 * Runs the migration as a task of its own, to its end. It is run again when its task definition changes: another image, command, variable or link. A
 * failure stops the update before any task of the new version starts.
 */
export function migrate(service: AwsService, kept: Kept): pulumi.Resource | undefined {
  const { args, owner, network } = service;
  const { migration } = args;
  if (migration === undefined) return undefined;
  const { parent } = owner;
  const name = `${service.name}-migration`;
  const bound = bind({ name, parent }, migration.links ?? args.links ?? [], args.environment ?? {});
  const group = closedGroup(owner, name, network.vpcId, "Migration of a service");
  const ways = openWays(service, name, group.id, bound.links);
  const process: Process = {
    name,
    kind: "migration",
    image: migration.image ?? args.image,
    command: migration.command,
    bound,
  };
  const task = taskDefinition(service, process, kept);
  const policy = new RolePolicy(
    name,
    {
      name,
      role: network.runner.roleName,
      policy: pulumi
        .all([task.definition.arn, network.clusterArn, pulumi.all([...task.roles])])
        .apply(([definition, cluster, roles]) =>
          document([
            allow(["ecs:RunTask"], [definition.replace(/:\d+$/, ":*")], { ArnEquals: { "ecs:cluster": cluster } }),
            allow(["ecs:TagResource"], ["*"], { StringEquals: { "ecs:CreateAction": "RunTask" } }),
            allow(["iam:PassRole"], roles, { StringEquals: { "iam:PassedToService": "ecs-tasks.amazonaws.com" } }),
          ]),
        ),
    },
    { parent },
  );
  return new Invocation(
    name,
    {
      functionName: network.runner.functionName,
      input: pulumi.jsonStringify({
        cluster: network.clusterArn,
        taskDefinition: task.definition.arn,
        subnets: network.privateSubnetIds,
        securityGroup: group.id,
        container: name,
        token: task.definition.arn.apply((arn) => createHash("sha256").update(arn).digest("hex").slice(0, 32)),
        platformVersion: PLATFORM_VERSION,
      }),
    },
    {
      parent,
      dependsOn: [...network.ready, ...ways, ...task.after, policy, ...bound.links.flatMap((link) => link.after)],
    },
  );
}
