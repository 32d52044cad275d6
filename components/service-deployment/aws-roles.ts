import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { named } from "../targets/aws/children";
import type { AwsService } from "./aws";
import { repositoryArn } from "./fargate";

const FOR_TASKS = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "ecs-tasks.amazonaws.com" }, Action: "sts:AssumeRole" }],
});

/** The role with which ECS starts the task: it may pull this image, write this log and read these secrets. */
export function executionRole(
  service: AwsService,
  logGroup: pulumi.Output<string>,
  secrets: readonly pulumi.Input<string>[],
): { readonly arn: pulumi.Output<string>; readonly after: readonly pulumi.Resource[] } {
  const { name, args, owner } = service;
  const role = roleFor(service, "execution", "Starts the tasks of one service");
  const policy = new RolePolicy(
    `${name}-execution`,
    {
      name: "start-tasks",
      role: role.name,
      policy: pulumi.all([args.image, logGroup, pulumi.all([...secrets])]).apply(([image, log, arns]) => {
        const repository = repositoryArn(image);
        return JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${log}:*`]),
            ...(repository === undefined
              ? []
              : [allow(["ecr:GetAuthorizationToken"], ["*"]), allow(PULL, [repository])]),
            ...(arns.length === 0 ? [] : [allow(["secretsmanager:GetSecretValue"], [...new Set(arns)].sort())]),
          ],
        });
      }),
    },
    { parent: owner.parent },
  );
  return { arn: role.arn, after: [policy] };
}

/** The role of the process itself: nothing, until a link grants something. */
export function taskRole(service: AwsService): Role {
  return roleFor(service, "task", "Processes of one service");
}

const PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

function roleFor(service: AwsService, use: string, description: string): Role {
  const { name, owner } = service;
  return new Role(
    `${name}-${use}`,
    {
      name: physicalName("iamRole", owner.target.prefix, name, use),
      description,
      assumeRolePolicy: FOR_TASKS,
      ...named(owner, name, use),
    },
    { parent: owner.parent },
  );
}

function allow(actions: readonly string[], resources: readonly string[]) {
  return { Effect: "Allow", Action: actions, Resource: resources };
}
