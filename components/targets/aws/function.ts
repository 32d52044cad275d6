import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import { Function as LambdaFunction } from "@pulumi/aws/lambda/function";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import { named, type Owner } from "./children";
import { document, type Statement, trusts } from "./documents";
import { logGroup } from "./logs";

/** A small program of Bulwark's own that AWS Lambda runs. */
export interface FunctionSpec {
  readonly description: string;
  /** Files by their path within the archive. */
  readonly files: Readonly<Record<string, string>>;
  /** Path of the file whose export `handler` is called, without its ending. */
  readonly entry: string;
  /** In seconds, at most 900. */
  readonly timeout: number;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  /** What it may do, besides writing its log. */
  readonly statements: pulumi.Input<readonly Statement[]>;
  /** Subnets and group, for a program that calls something inside the VPC. */
  readonly inside?: {
    readonly subnetIds: readonly pulumi.Input<string>[];
    readonly securityGroupId: pulumi.Input<string>;
  };
}

/** Actions that a function in a VPC needs for its network interfaces; Lambda gives them no finer resource. */
const INTERFACES = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

/** A Lambda function with its role and its log. */
export function lambda(
  owner: Owner,
  logicalName: string,
  keyArn: pulumi.Output<string>,
  spec: FunctionSpec,
): { readonly function: LambdaFunction; readonly role: Role; readonly ready: readonly pulumi.Resource[] } {
  const { parent, target } = owner;
  const physical = physicalName("lambda", target.prefix, logicalName);
  const logs = logGroup(owner, logicalName, `/aws/lambda/${physical}`, keyArn);
  const role = new Role(
    logicalName,
    {
      name: physicalName("iamRole", target.prefix, logicalName),
      description: spec.description,
      assumeRolePolicy: trusts("lambda.amazonaws.com"),
      ...named(owner, logicalName),
    },
    { parent },
  );
  const policy = new RolePolicy(
    logicalName,
    {
      name: "run",
      role: role.name,
      policy: pulumi
        .all([logs.arn, keyArn, spec.statements])
        .apply(([log, key, statements]) =>
          document([
            { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: [`${log}:*`] },
            { Effect: "Allow", Action: ["kms:Decrypt", "kms:GenerateDataKey"], Resource: [key] },
            ...(spec.inside === undefined ? [] : [{ Effect: "Allow", Action: INTERFACES, Resource: ["*"] } as const]),
            ...(statements as readonly Statement[]),
          ]),
        ),
    },
    { parent },
  );
  const made = new LambdaFunction(
    logicalName,
    {
      name: physical,
      description: spec.description,
      role: role.arn,
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      packageType: "Zip",
      handler: `${spec.entry}.handler`,
      code: archive(spec.files),
      memorySize: 256,
      timeout: spec.timeout,
      kmsKeyArn: keyArn,
      loggingConfig: { logFormat: "JSON", logGroup: logs.name },
      ...(spec.environment === undefined ? {} : { environment: { variables: { ...spec.environment } } }),
      ...(spec.inside === undefined
        ? {}
        : {
            vpcConfig: {
              subnetIds: [...spec.inside.subnetIds],
              securityGroupIds: [spec.inside.securityGroupId],
            },
          }),
      ...named(owner, logicalName),
    },
    { parent, dependsOn: [policy] },
  );
  return { function: made, role, ready: [policy] };
}

function archive(files: Readonly<Record<string, string>>): pulumi.asset.AssetArchive {
  return new pulumi.asset.AssetArchive(
    Object.fromEntries(Object.entries(files).map(([path, file]) => [path, new pulumi.asset.FileAsset(file)])),
  );
}
