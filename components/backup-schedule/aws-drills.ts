import { RestoreTestingPlan } from "@pulumi/aws/backup/restoreTestingPlan";
import { RestoreTestingSelection } from "@pulumi/aws/backup/restoreTestingSelection";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup";
import { StateMachine } from "@pulumi/aws/sfn/stateMachine";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { partitionOf } from "../targets/aws/account";
import { closedGroup, named } from "../targets/aws/children";
import { allow, documentOf, trusts } from "../targets/aws/documents";
import { logGroup } from "../targets/aws/logs";
import type { Shared } from "./aws";
import { buildReader, loginAndRead } from "./aws-drill-reader";
import { arnOf, type Vaults } from "./aws-vaults";
import type { VaultSubject } from "./cloud-spec";
import { type ContentNames, DRILL_NAMESPACE, drillMachine } from "./drill-machine";

/** Which recovery point a drill takes: the newest, and one that lies further back. */
const TAKES = {
  latest: { algorithm: "LATEST_WITHIN_WINDOW", days: 7 },
  random: { algorithm: "RANDOM_WITHIN_WINDOW", days: 365 },
} as const;

/** Hours that the judging may take; the server is deleted afterwards. */
const VALIDATION_HOURS = 4;

/**
 * Restores the newest backup and a random older one of each database into subnets without a way out, behind a group that nothing passes, and has
 * the result judged.
 */
export function buildDrills(
  shared: Shared,
  databases: readonly VaultSubject[],
  vaults: Vaults,
  roleArn: pulumi.Output<string>,
): void {
  const { name, spec, network, owner } = shared;
  const { target, parent } = owner;
  const group = closedGroup(owner, `${name}-drill`, network.vpcId, "Rehearsed restores");
  const subnets = new SubnetGroup(
    `${name}-drill`,
    {
      name: physicalName("parameterGroup", target.prefix, name, "drill"),
      description: "Subnets without a way to the internet",
      subnetIds: [...network.dataSubnetIds],
      ...named(owner, name, "drill"),
    },
    { parent },
  );
  const plans = Object.entries(TAKES).map(([take, { algorithm, days }]) => {
    const plan = new RestoreTestingPlan(
      `${name}-${take}`,
      {
        name: underscored(target.prefix, name, take),
        scheduleExpression: spec.drill,
        scheduleExpressionTimezone: spec.timeZone,
        startWindowHours: 1,
        recoveryPointSelection: {
          algorithm,
          includeVaults: [vaults.own.arn],
          recoveryPointTypes: ["SNAPSHOT"],
          selectionWindowDays: days,
        },
        ...named(owner, name, take),
      },
      { parent },
    );
    for (const database of databases) {
      new RestoreTestingSelection(
        `${name}-${take}-${database.component}`,
        {
          name: underscored(name, take, database.component),
          restoreTestingPlanName: plan.name,
          protectedResourceType: "RDS",
          protectedResourceArns: [arnOf(database)],
          iamRoleArn: roleArn,
          restoreMetadataOverrides: {
            dbSubnetGroupName: subnets.name,
            vpcSecurityGroupIds: pulumi.jsonStringify([group.id]),
            publiclyAccessible: "false",
            multiAz: "false",
          },
          validationWindowHours: VALIDATION_HOURS,
        },
        { parent },
      );
    }
    return plan;
  });
  judge(shared, plans, spec.judge === "server" ? undefined : buildReader(shared, databases, group));
}

/** The state machine that judges, and the rule that calls it when a drill of this schedule has ended. */
function judge(shared: Shared, plans: readonly RestoreTestingPlan[], content: ContentNames | undefined): void {
  const { name, owner, network, account } = shared;
  const { target, parent } = owner;
  const physical = physicalName("stateMachine", target.prefix, name, "drill");
  const logs = logGroup(owner, `${name}-drill`, `/aws/vendedlogs/states/${physical}`, network.keyArn);
  const worker = role(shared, "drill-judge", "Judges rehearsed restores", "states.amazonaws.com", {
    policy: documentOf(
      { account, ...(content === undefined ? {} : { reader: content.judge, key: content.key }) },
      (known) => {
        const { account: id } = known;
        const arn = (service: string, resource: string) =>
          `arn:${partitionOf(target.region)}:${service}:${target.region}:${id}:${resource}`;
        return [
          allow(["backup:DescribeRestoreJob", "backup:PutRestoreValidationResult"], [arn("backup", "restore-job:*")]),
          allow(["rds:DescribeDBInstances"], [arn("rds", "db:*")]),
          allow(["cloudwatch:PutMetricData"], ["*"], { StringEquals: { "cloudwatch:namespace": DRILL_NAMESPACE } }),
          allow(
            [
              "logs:CreateLogDelivery",
              "logs:DeleteLogDelivery",
              "logs:DescribeLogGroups",
              "logs:DescribeResourcePolicies",
              "logs:GetLogDelivery",
              "logs:ListLogDeliveries",
              "logs:PutResourcePolicy",
              "logs:UpdateLogDelivery",
            ],
            ["*"],
          ),
          ...(known.reader === undefined || known.key === undefined ? [] : loginAndRead(known.reader, known.key, arn)),
        ];
      },
    ),
  });
  const machine = new StateMachine(
    `${name}-drill`,
    {
      name: physical,
      roleArn: worker.arn,
      type: "STANDARD",
      definition: pulumi.jsonStringify(drillMachine({ schedule: name, ...(content === undefined ? {} : { content }) })),
      loggingConfiguration: {
        level: "ERROR",
        includeExecutionData: true,
        logDestination: pulumi.interpolate`${logs.arn}:*`,
      },
      ...named(owner, name, "drill"),
    },
    { parent, dependsOn: [...worker.after] },
  );
  const rule = new EventRule(
    `${name}-drill`,
    {
      name: physicalName("eventRule", target.prefix, name, "drill"),
      description: "A rehearsed restore has ended",
      eventPattern: pulumi.jsonStringify({
        source: ["aws.backup"],
        "detail-type": ["Restore Job State Change"],
        detail: {
          status: ["COMPLETED", "FAILED", "ABORTED"],
          restoreTestingPlanArn: plans.map((plan) => plan.arn),
        },
      }),
      state: "ENABLED",
      ...named(owner, name, "drill"),
    },
    { parent },
  );
  const starter = role(shared, "drill-start", "Starts the judging of a restore", "events.amazonaws.com", {
    policy: documentOf({ machine: machine.arn }, ({ machine: arn }) => [allow(["states:StartExecution"], [arn])]),
  });
  new EventTarget(
    `${name}-drill`,
    { rule: rule.name, targetId: "judge", arn: machine.arn, roleArn: starter.arn },
    { parent, dependsOn: [...starter.after] },
  );
}

function role(
  shared: Shared,
  use: string,
  description: string,
  service: string,
  may: { readonly policy: pulumi.Output<string> },
): { readonly arn: pulumi.Output<string>; readonly after: readonly pulumi.Resource[] } {
  const { name, owner } = shared;
  const made = new Role(
    `${name}-${use}`,
    {
      name: physicalName("iamRole", owner.target.prefix, name, use),
      description,
      assumeRolePolicy: trusts(service),
      ...named(owner, name, use),
    },
    { parent: owner.parent },
  );
  const policy = new RolePolicy(
    `${name}-${use}`,
    { name: use, role: made.name, policy: may.policy },
    { parent: owner.parent },
  );
  return { arn: made.arn, after: [policy] };
}

/** Restore testing allows no hyphens in its names. */
function underscored(...parts: readonly string[]): string {
  return physicalName("backup", ...parts).replace(/-/g, "_");
}
