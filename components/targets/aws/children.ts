import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import { SecurityGroupEgressRule } from "@pulumi/aws/vpc/securityGroupEgressRule";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import type { AwsTarget } from "../target";

/** Where a resource belongs. */
export interface Owner {
  readonly target: AwsTarget;
  readonly parent: pulumi.Resource;
}

/** The tag that the console shows as the name. */
export function named(owner: Owner, ...parts: readonly string[]): { readonly tags: { readonly Name: string } } {
  return { tags: { Name: [owner.target.prefix, ...parts].join("-") } };
}

/** A security group without rules: nothing in, nothing out. Rules are resources of their own, so that a link only adds. */
export function closedGroup(
  owner: Owner,
  logicalName: string,
  vpcId: pulumi.Input<string>,
  description: string,
): SecurityGroup {
  return new SecurityGroup(
    logicalName,
    {
      name: physicalName("securityGroup", owner.target.prefix, logicalName),
      description,
      vpcId,
      revokeRulesOnDelete: true,
      ...named(owner, logicalName),
    },
    { parent: owner.parent },
  );
}

/** One end of a way: a group, a network of IPv4 or IPv6, or a managed prefix list. */
export type End =
  | { readonly group: pulumi.Input<string> }
  | { readonly cidr: string }
  | { readonly prefixList: pulumi.Input<string> };

/** Lets a group be reached on a port from the other end. */
export function ingress(
  owner: Owner,
  logicalName: string,
  securityGroupId: pulumi.Input<string>,
  from: End,
  port: number,
): SecurityGroupIngressRule {
  return new SecurityGroupIngressRule(
    logicalName,
    { securityGroupId, ...far(from), ...tcp(port), description: logicalName },
    { parent: owner.parent },
  );
}

/** Lets a group reach the other end on a port; without a port, on all. */
export function egress(
  owner: Owner,
  logicalName: string,
  securityGroupId: pulumi.Input<string>,
  to: End,
  port?: number,
): SecurityGroupEgressRule {
  return new SecurityGroupEgressRule(
    logicalName,
    {
      securityGroupId,
      ...far(to),
      ...(port === undefined ? { ipProtocol: "-1" } : tcp(port)),
      description: logicalName,
    },
    { parent: owner.parent },
  );
}

function tcp(port: number) {
  return { ipProtocol: "tcp", fromPort: port, toPort: port };
}

function far(end: End) {
  if ("group" in end) return { referencedSecurityGroupId: end.group };
  if ("prefixList" in end) return { prefixListId: end.prefixList };
  return end.cidr.includes(":") ? { cidrIpv6: end.cidr } : { cidrIpv4: end.cidr };
}
