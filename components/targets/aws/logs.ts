import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../../core/environment";
import { named, type Owner } from "./children";

/** Days that logs are kept, by environment: a year in prod, so that a question of an audit finds an answer. */
export const LOG_DAYS: Readonly<Record<Environment, number>> = { dev: 30, staging: 90, prod: 365 };

/** A log group with a retention and the stack's key. */
export function logGroup(
  owner: Owner,
  logicalName: string,
  physical: string,
  keyArn: pulumi.Input<string>,
  opts: pulumi.CustomResourceOptions = {},
): LogGroup {
  return new LogGroup(
    logicalName,
    {
      name: physical,
      retentionInDays: LOG_DAYS[owner.target.environment],
      kmsKeyId: keyArn,
      skipDestroy: owner.target.environment === "prod",
      ...named(owner, logicalName),
    },
    { parent: owner.parent, ...opts },
  );
}
