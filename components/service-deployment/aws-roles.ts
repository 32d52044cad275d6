import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import type { Permission } from "../core/links";
import { physicalName } from "../core/names";
import { named } from "../targets/aws/children";
import { allow, document, trusts } from "../targets/aws/documents";
import type { AwsService } from "./aws";
import type { Process } from "./aws-task";
import { repositoryArn } from "./fargate";

const FOR_TASKS = trusts("ecs-tasks.amazonaws.com");

/** The role with which ECS starts the task: it may pull this image, write this log and read these secrets. */
export function executionRole(
  service: AwsService,
  process: Process,
  logGroup: pulumi.Output<string>,
  secrets: readonly pulumi.Input<string>[],
): { readonly arn: pulumi.Output<string>; readonly after: readonly pulumi.Resource[] } {
  const { owner, network } = service;
  const { name } = process;
  const role = roleFor(service, name, "execution", "Starts the tasks of one service");
  const policy = new RolePolicy(
    `${name}-execution`,
    {
      name: "start-tasks",
      role: role.name,
      policy: pulumi
        .all([process.image, logGroup, pulumi.all([...secrets]), network.keyArn])
        .apply(([image, log, arns, key]) => {
          const repository = repositoryArn(image);
          return document([
            allow(["logs:CreateLogStream", "logs:PutLogEvents"], [`${log}:*`]),
            ...(repository === undefined
              ? []
              : [allow(["ecr:GetAuthorizationToken"], ["*"]), allow(PULL, [repository])]),
            ...(arns.length === 0
              ? []
              : [
                  allow(["secretsmanager:GetSecretValue"], [...new Set(arns)].sort()),
                  allow(["kms:Decrypt"], [key], {
                    StringEquals: { "kms:ViaService": `secretsmanager.${owner.target.region}.amazonaws.com` },
                  }),
                ]),
          ]);
        }),
    },
    { parent: owner.parent },
  );
  return { arn: role.arn, after: [policy] };
}

/** The role of the process itself: nothing, until a link grants something. */
export function taskRole(
  service: AwsService,
  process: Process,
): { readonly arn: pulumi.Output<string>; readonly after: readonly pulumi.Resource[] } {
  const { owner } = service;
  const { name } = process;
  const role = roleFor(service, name, "task", "Processes of one service");
  const granted = process.bound.links.flatMap((link) =>
    link.permissions === undefined ? [] : [{ ...link, permissions: link.permissions }],
  );
  const policies = granted.map(
    (link) =>
      new RolePolicy(
        `${name}-${link.to}`,
        {
          name: `use-${link.to}`,
          role: role.name,
          policy: pulumi
            .output(link.permissions)
            .apply((permissions) => document(permissions as readonly Permission[])),
        },
        { parent: owner.parent },
      ),
  );
  return { arn: role.arn, after: policies };
}

const PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"];

function roleFor(service: AwsService, name: string, use: string, description: string): Role {
  const { owner } = service;
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
