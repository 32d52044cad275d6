import type { Function as LambdaFunction } from "@pulumi/aws/lambda/function";
import { Permission } from "@pulumi/aws/lambda/permission";
import { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretRotation } from "@pulumi/aws/secretsmanager/secretRotation";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import { named, type Owner } from "./children";

/** Days between two passwords. */
export const ROTATION_DAYS = 90;

/** What a function needs to rotate secrets. */
export const ROTATE = [
  "secretsmanager:DescribeSecret",
  "secretsmanager:GetSecretValue",
  "secretsmanager:PutSecretValue",
  "secretsmanager:UpdateSecretVersionStage",
];

/** A secret of Secrets Manager with the stack's key. Its folder is the stack's prefix. */
export function secret(owner: Owner, logicalName: string, keyArn: pulumi.Input<string>, description: string): Secret {
  return new Secret(
    logicalName,
    {
      name: physicalName("secret", `${owner.target.prefix}/${logicalName}`),
      description,
      kmsKeyId: keyArn,
      recoveryWindowInDays: owner.target.environment === "prod" ? 30 : 7,
      ...named(owner, logicalName),
    },
    { parent: owner.parent },
  );
}

/** Lets Secrets Manager call a function for one secret, every 90 days. */
export function rotateWith(
  owner: Owner,
  logicalName: string,
  of: Secret,
  by: LambdaFunction,
  after: readonly pulumi.Input<pulumi.Resource>[],
): void {
  const { parent } = owner;
  const permission = new Permission(
    logicalName,
    {
      action: "lambda:InvokeFunction",
      function: by.name,
      principal: "secretsmanager.amazonaws.com",
      sourceArn: of.arn,
    },
    { parent },
  );
  new SecretRotation(
    logicalName,
    {
      secretId: of.id,
      rotationLambdaArn: by.arn,
      rotateImmediately: false,
      rotationRules: { automaticallyAfterDays: ROTATION_DAYS },
    },
    { parent, dependsOn: [permission, ...after] },
  );
}
