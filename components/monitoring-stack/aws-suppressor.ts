import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { Schedule } from "@pulumi/aws/scheduler/schedule";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { named } from "../targets/aws/children";
import { allow, documentOf, trusts } from "../targets/aws/documents";
import type { Shared } from "./aws";
import { switchSchedule } from "./cloud-windows";

/**
 * The alarm that is on while a change window is open, and holds back the pages of all services. Nothing reports to its metric: it stays in the
 * state that it was last set to, by the schedules of the windows or by whoever opens one by hand with `aws cloudwatch set-alarm-state`.
 */
export function buildSuppressor(shared: Shared): MetricAlarm {
  const { name, owner, routing } = shared;
  const { target, parent } = owner;
  const physical = physicalName("alarm", target.prefix, name, "change-window");
  const alarm = new MetricAlarm(
    `${name}-change-window`,
    {
      name: physical,
      alarmDescription: "On while a change window is open; it holds back the pages of services.",
      namespace: "Bulwark/ChangeWindow",
      metricName: "Open",
      dimensions: { Stack: target.prefix },
      statistic: "Maximum",
      period: 60,
      evaluationPeriods: 1,
      datapointsToAlarm: 1,
      comparisonOperator: "GreaterThanOrEqualToThreshold",
      threshold: 1,
      treatMissingData: "ignore",
      actionsEnabled: true,
      tags: { Name: "change-window" },
    },
    { parent },
  );
  const { muted } = routing.audienceOf({ severity: "critical", team: "platform", group: "availability" });
  if (muted.length === 0) return alarm;
  const role = switcher(shared, alarm.arn);
  for (const window of muted) {
    const { open, close, timezone } = switchSchedule(window);
    for (const [moment, expression, state] of [
      ["open", open, "ALARM"],
      ["close", close, "OK"],
    ] as const) {
      new Schedule(
        `${name}-${window.name}-${moment}`,
        {
          name: physicalName("eventRule", target.prefix, name, window.name, moment),
          description: `Change window ${window.name}`,
          scheduleExpression: expression,
          scheduleExpressionTimezone: timezone,
          flexibleTimeWindow: { mode: "OFF" },
          state: "ENABLED",
          kmsKeyArn: shared.network.keyArn,
          target: {
            arn: "arn:aws:scheduler:::aws-sdk:cloudwatch:setAlarmState",
            roleArn: role.arn,
            input: JSON.stringify({
              AlarmName: physical,
              StateValue: state,
              StateReason: `Change window ${window.name}: ${moment}`,
            }),
            retryPolicy: { maximumEventAgeInSeconds: 900, maximumRetryAttempts: 10 },
          },
        },
        { parent, dependsOn: [alarm] },
      );
    }
  }
  return alarm;
}

function switcher(shared: Shared, alarmArn: pulumi.Output<string>): Role {
  const { name, owner, network } = shared;
  const role = new Role(
    `${name}-change-window`,
    {
      name: physicalName("iamRole", owner.target.prefix, name, "change-window"),
      description: "Opens and closes change windows",
      assumeRolePolicy: trusts("scheduler.amazonaws.com"),
      ...named(owner, name, "change-window"),
    },
    { parent: owner.parent },
  );
  new RolePolicy(
    `${name}-change-window`,
    {
      name: "switch",
      role: role.name,
      policy: documentOf({ alarm: alarmArn, key: network.keyArn }, ({ alarm, key }) => [
        allow(["cloudwatch:SetAlarmState"], [alarm]),
        allow(["kms:Decrypt"], [key]),
      ]),
    },
    { parent: owner.parent },
  );
  return role;
}
