import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import { VpcEndpointRouteTableAssociation } from "@pulumi/aws/ec2/vpcEndpointRouteTableAssociation";
import * as pulumi from "@pulumi/pulumi";
import { closedGroup, named, type Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import type { AdoptedVpc } from "./adopted";
import type { Subnets } from "./aws-subnets";

/** What a task needs to start: its image, its secrets, and a place for its output. */
const SERVICES = ["ecr.api", "ecr.dkr", "logs", "secretsmanager"] as const;

/**
 * Ways to the APIs of AWS inside the VPC, so that a service without `outbound` needs no way to the internet. In prod they stand in every zone.
 * Those that an adopted VPC has are used as they are.
 */
export function buildEndpoints(
  owner: Owner,
  name: string,
  vpcId: pulumi.Output<string>,
  subnets: Subnets,
  existing: AdoptedVpc["endpoints"],
): { readonly ways: AwsNetwork["endpoints"]; readonly ready: readonly pulumi.Resource[] } {
  const { parent, target } = owner;
  if (existing !== undefined) {
    return {
      ways: {
        securityGroupId: pulumi.output(existing.securityGroupId),
        s3PrefixListId: pulumi.output(existing.s3PrefixListId),
      },
      ready: [],
    };
  }
  const group = closedGroup(owner, `${name}-endpoints`, vpcId, "Interface endpoints of AWS services");
  const places = subnets.private.slice(0, target.environment === "prod" ? undefined : 1);
  const interfaces = SERVICES.map(
    (service) =>
      new VpcEndpoint(
        `${name}-${service}`,
        {
          vpcId,
          vpcEndpointType: "Interface",
          serviceName: `com.amazonaws.${target.region}.${service}`,
          privateDnsEnabled: true,
          subnetIds: places.map((each) => each.id),
          securityGroupIds: [group.id],
          ...named(owner, name, service),
        },
        { parent },
      ),
  );
  const s3 = new VpcEndpoint(
    `${name}-s3`,
    {
      vpcId,
      vpcEndpointType: "Gateway",
      serviceName: `com.amazonaws.${target.region}.s3`,
      ...named(owner, name, "s3"),
    },
    { parent },
  );
  const routes = subnets.private.map(
    (each) =>
      new VpcEndpointRouteTableAssociation(
        `${name}-s3-${each.zone}`,
        { vpcEndpointId: s3.id, routeTableId: each.routeTableId },
        { parent },
      ),
  );
  return {
    ways: { securityGroupId: group.id, s3PrefixListId: s3.prefixListId },
    ready: [...interfaces, s3, ...routes],
  };
}
