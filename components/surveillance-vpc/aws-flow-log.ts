import { FlowLog } from "@pulumi/aws/ec2/flowLog";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { named, type Owner } from "../targets/aws/children";
import { allow, documentOf, trusts } from "../targets/aws/documents";
import { logGroup } from "../targets/aws/logs";

/** Who spoke to whom: every connection that was let through or refused, kept as long as the other logs. */
export function buildFlowLog(
  owner: Owner,
  name: string,
  vpcId: pulumi.Output<string>,
  keyArn: pulumi.Output<string>,
): void {
  const { target, parent } = owner;
  const logs = logGroup(owner, `${name}-flows`, physicalName("logGroup", `/vpc/${target.prefix}/${name}`), keyArn);
  const role = new Role(
    `${name}-flows`,
    {
      name: physicalName("iamRole", target.prefix, name, "flows"),
      description: "Writes the flow log of the VPC",
      assumeRolePolicy: trusts("vpc-flow-logs.amazonaws.com"),
      ...named(owner, name, "flows"),
    },
    { parent },
  );
  const policy = new RolePolicy(
    `${name}-flows`,
    {
      name: "write-flows",
      role: role.name,
      policy: documentOf({ group: logs.arn }, ({ group }) => [
        allow(["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"], [`${group}:*`]),
      ]),
    },
    { parent },
  );
  new FlowLog(
    `${name}-flows`,
    {
      vpcId,
      trafficType: "ALL",
      logDestinationType: "cloud-watch-logs",
      logDestination: logs.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 600,
      ...named(owner, name, "flows"),
    },
    { parent, dependsOn: [policy] },
  );
}
