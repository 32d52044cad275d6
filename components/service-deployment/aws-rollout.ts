import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import type { ServiceArgs } from "@pulumi/aws/ecs/service";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { partitionOf } from "../targets/aws/account";
import { condition } from "../targets/aws/alarm";
import { balancerOf, targetGroupOf } from "../targets/aws/arns";
import { named } from "../targets/aws/children";
import { trusts } from "../targets/aws/documents";
import type { AwsService } from "./aws";
import type { Routed } from "./aws-routes";
import { rolloutAlarm } from "./cloud-alarms";
import type { GuardedRolloutSpec } from "./rollout";

/** What the ECS service is told of its rollout. */
export interface Rollout {
  readonly args: Pick<ServiceArgs, "deploymentConfiguration" | "alarms">;
  /** What lets Amazon ECS move requests from one target group to the other. */
  readonly moving?: {
    readonly alternateTargetGroupArn: pulumi.Output<string>;
    readonly roleArn: pulumi.Output<string>;
  };
  readonly opts: Pick<pulumi.CustomResourceOptions, "customTimeouts">;
  readonly after: readonly pulumi.Resource[];
}

/** Time for the tasks themselves to start and to stop, in minutes. */
const TASKS = 30;

/** One replica after another; or two versions side by side, with the alarm that puts the old one back. */
export function rollOut(service: AwsService, routes: Routed | undefined): Rollout {
  const { rollout } = service.spec;
  if (rollout.strategy === "rolling" || routes?.alternateTargetGroupArn === undefined)
    return { args: {}, opts: {}, after: [] };
  const role = mover(service);
  const alarm = guard(service, rollout, routes.targetGroupArn, routes.alternateTargetGroupArn);
  const waits = rollout.keepOld + (rollout.strategy === "canary" ? rollout.watch : 0);
  return {
    args: {
      deploymentConfiguration: strategy(rollout),
      alarms: { alarmNames: [alarm.name], enable: true, rollback: true },
    },
    moving: { alternateTargetGroupArn: routes.alternateTargetGroupArn, roleArn: role.arn },
    opts: { customTimeouts: { create: `${waits + TASKS}m`, update: `${waits + TASKS}m` } },
    after: role.after,
  };
}

function strategy(rollout: GuardedRolloutSpec) {
  const bakeTimeInMinutes = String(rollout.keepOld);
  if (rollout.strategy === "blue-green") return { strategy: "BLUE_GREEN", bakeTimeInMinutes };
  return {
    strategy: "CANARY",
    bakeTimeInMinutes,
    canaryConfiguration: { canaryPercent: rollout.percent, canaryBakeTimeInMinutes: String(rollout.watch) },
  };
}

/** The role with which Amazon ECS changes the weights of the rule and moves tasks between the target groups. */
function mover(service: AwsService): {
  readonly arn: pulumi.Output<string>;
  readonly after: readonly pulumi.Resource[];
} {
  const { name, owner } = service;
  const { target, parent } = owner;
  const role = new Role(
    `${name}-rollout`,
    {
      name: physicalName("iamRole", target.prefix, name, "rollout"),
      description: "Moves requests between two versions of one service",
      assumeRolePolicy: trusts("ecs.amazonaws.com"),
      ...named(owner, name, "rollout"),
    },
    { parent },
  );
  const policy = new RolePolicyAttachment(
    `${name}-rollout`,
    {
      role: role.name,
      policyArn: `arn:${partitionOf(target.region)}:iam::aws:policy/AmazonECSInfrastructureRolePolicyForLoadBalancers`,
    },
    { parent },
  );
  return { arn: role.arn, after: [policy] };
}

/** The alarm that Amazon ECS listens to while it rolls out. It tells nobody: the failed rollout is an event that does. */
function guard(
  service: AwsService,
  rollout: GuardedRolloutSpec,
  first: pulumi.Output<string>,
  second: pulumi.Output<string>,
): MetricAlarm {
  const { name, owner, network } = service;
  const alarm = rolloutAlarm(
    name,
    {
      balancer: network.edge.listenerArn.apply(balancerOf),
      targetGroup: first.apply(targetGroupOf),
      alternate: second.apply(targetGroupOf),
    },
    rollout.errorPercent,
  );
  return new MetricAlarm(
    `${name}-rollout`,
    {
      name: physicalName("alarm", owner.target.prefix, name, "rollout"),
      alarmDescription: `${alarm.summary}. ${alarm.description}`,
      ...condition(alarm),
      actionsEnabled: true,
      ...named(owner, name, "rollout"),
    },
    { parent: owner.parent },
  );
}
