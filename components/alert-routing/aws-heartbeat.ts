import { EventApiDestination } from "@pulumi/aws/cloudwatch/eventApiDestination";
import { EventConnection } from "@pulumi/aws/cloudwatch/eventConnection";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { named } from "../targets/aws/children";
import type { Shared } from "./aws";

/**
 * Calls the dead man's switch: a service outside, which raises the alarm when the calls stop. There is nothing of ours in between that could
 * fail unseen: EventBridge calls it.
 */
export function buildHeartbeat(shared: Shared): EventRule | undefined {
  const { name, spec, owner } = shared;
  const { target, parent } = owner;
  const { heartbeat } = spec;
  const receiver = heartbeat === undefined ? undefined : spec.receivers[heartbeat.receiver];
  if (heartbeat === undefined || receiver?.kind !== "webhook") return undefined;
  const physical = physicalName("eventRule", target.prefix, name, "heartbeat");
  const minutes = heartbeat.every / 60;
  const rule = new EventRule(
    `${name}-heartbeat`,
    {
      name: physical,
      description: "Says that alerts of this stack could be sent",
      scheduleExpression: minutes === 1 ? "rate(1 minute)" : `rate(${minutes} minutes)`,
      state: "ENABLED",
      ...named(owner, name, "heartbeat"),
    },
    { parent },
  );
  const connection = new EventConnection(
    `${name}-heartbeat`,
    {
      name: physical,
      description: "The address itself holds the token; this header only says who calls",
      authorizationType: "API_KEY",
      authParameters: { apiKey: { key: "X-Bulwark-Stack", value: target.prefix } },
    },
    { parent },
  );
  const destination = new EventApiDestination(
    `${name}-heartbeat`,
    {
      name: physical,
      description: "The dead man's switch",
      connectionArn: connection.arn,
      httpMethod: "POST",
      invocationEndpoint: pulumi.secret(receiver.url),
      invocationRateLimitPerSecond: 1,
    },
    { parent },
  );
  const role = caller(shared, destination.arn);
  new EventTarget(
    `${name}-heartbeat`,
    {
      rule: rule.name,
      targetId: "heartbeat",
      arn: destination.arn,
      roleArn: role.arn,
      input: JSON.stringify({ alert: "Watchdog", stack: target.prefix }),
      // An old heartbeat says nothing.
      retryPolicy: { maximumEventAgeInSeconds: 60, maximumRetryAttempts: 1 },
    },
    { parent },
  );
  return rule;
}

function caller(shared: Shared, destination: pulumi.Output<string>): Role {
  const { name, owner } = shared;
  const role = new Role(
    `${name}-heartbeat`,
    {
      name: physicalName("iamRole", owner.target.prefix, name, "heartbeat"),
      description: "Calls the dead man's switch",
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sts:AssumeRole" }],
      }),
      ...named(owner, name, "heartbeat"),
    },
    { parent: owner.parent },
  );
  new RolePolicy(
    `${name}-heartbeat`,
    {
      name: "call",
      role: role.name,
      policy: destination.apply((arn) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Action: "events:InvokeApiDestination", Resource: arn }],
        }),
      ),
    },
    { parent: owner.parent },
  );
  return role;
}
