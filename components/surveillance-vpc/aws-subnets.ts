import { Eip } from "@pulumi/aws/ec2/eip";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { Route } from "@pulumi/aws/ec2/route";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Owner } from "../targets/aws/children";
import { subnetCidr, TIERS, type Tier } from "./cidr";

const ANYWHERE = "0.0.0.0/0";

/** A subnet, its zone and the table that routes it. */
export interface ZoneSubnet {
  readonly zone: string;
  readonly id: pulumi.Output<string>;
  readonly routeTableId: pulumi.Output<string>;
}

/** Subnets by tier, in the order of the zones. */
export interface Subnets extends Readonly<Record<Tier, readonly ZoneSubnet[]>> {
  /** NAT gateways by zone. */
  readonly nats: Readonly<Record<string, pulumi.Output<string>>>;
  /** Routes that must exist before something in a private subnet calls out. */
  readonly ready: readonly pulumi.Resource[];
}

/**
 * One subnet for each tier and zone. Public ones reach the internet directly, private ones through NAT (one for all zones, in prod one for each),
 * data ones not at all.
 */
export function buildSubnets(owner: Owner, name: string, cidr: string, vpcId: pulumi.Output<string>): Subnets {
  const { parent, target } = owner;
  const gateway = new InternetGateway(`${name}-gateway`, { vpcId, ...named(owner, name) }, { parent });
  const publicTable = table(owner, `${name}-public`, vpcId);
  const outside = new Route(
    `${name}-public-outside`,
    { routeTableId: publicTable.id, destinationCidrBlock: ANYWHERE, gatewayId: gateway.id },
    { parent },
  );
  const dataTable = table(owner, `${name}-data`, vpcId);
  const privateTables = new Map(target.zones.map((zone) => [zone, table(owner, `${name}-private-${zone}`, vpcId)]));
  const tableOf = (tier: Tier, zone: string): RouteTable =>
    tier === "private" ? (privateTables.get(zone) ?? dataTable) : tier === "public" ? publicTable : dataTable;
  const [inPrivate, inPublic, inData] = TIERS.map((tier) =>
    target.zones.map((zone, position) =>
      subnet(owner, `${name}-${tier}-${zone}`, {
        zone,
        vpcId,
        cidr: subnetCidr(cidr, tier, position),
        table: tableOf(tier, zone),
      }),
    ),
  );
  const subnets = { private: inPrivate ?? [], public: inPublic ?? [], data: inData ?? [] };
  const gateways = subnets.public
    .slice(0, target.environment === "prod" ? undefined : 1)
    .map((each) => ({ zone: each.zone, nat: nat(owner, `${name}-nat-${each.zone}`, each, [outside]) }));
  const nats = gateways.map((each) => each.nat);
  const ways = subnets.private.map((each, index) => {
    const through = nats[index] ?? nats[0];
    return new Route(
      `${name}-private-outside-${each.zone}`,
      {
        routeTableId: each.routeTableId,
        destinationCidrBlock: ANYWHERE,
        ...(through === undefined ? {} : { natGatewayId: through.id }),
      },
      { parent },
    );
  });
  return {
    ...subnets,
    nats: Object.fromEntries(gateways.map((each) => [each.zone, each.nat.id])),
    ready: ways,
  };
}

function table(owner: Owner, logicalName: string, vpcId: pulumi.Output<string>): RouteTable {
  return new RouteTable(logicalName, { vpcId, ...named(owner, logicalName) }, { parent: owner.parent });
}

function subnet(
  owner: Owner,
  logicalName: string,
  args: {
    readonly zone: string;
    readonly vpcId: pulumi.Output<string>;
    readonly cidr: string;
    readonly table: RouteTable;
  },
): ZoneSubnet {
  const { parent } = owner;
  const made = new Subnet(
    logicalName,
    {
      vpcId: args.vpcId,
      availabilityZone: args.zone,
      cidrBlock: args.cidr,
      mapPublicIpOnLaunch: false,
      ...named(owner, logicalName),
    },
    { parent },
  );
  new RouteTableAssociation(logicalName, { subnetId: made.id, routeTableId: args.table.id }, { parent });
  return { zone: args.zone, id: made.id, routeTableId: args.table.id };
}

function nat(owner: Owner, logicalName: string, at: ZoneSubnet, after: readonly pulumi.Resource[]): NatGateway {
  const { parent } = owner;
  const address = new Eip(
    logicalName,
    { domain: "vpc", ...named(owner, logicalName) },
    { parent, dependsOn: [...after] },
  );
  return new NatGateway(
    logicalName,
    { allocationId: address.id, subnetId: at.id, connectivityType: "public", ...named(owner, logicalName) },
    { parent, dependsOn: [...after] },
  );
}
