import { EgressOnlyInternetGateway } from "@pulumi/aws/ec2/egressOnlyInternetGateway";
import { Eip } from "@pulumi/aws/ec2/eip";
import { InternetGateway } from "@pulumi/aws/ec2/internetGateway";
import { NatGateway } from "@pulumi/aws/ec2/natGateway";
import { Route } from "@pulumi/aws/ec2/route";
import { RouteTable } from "@pulumi/aws/ec2/routeTable";
import { RouteTableAssociation } from "@pulumi/aws/ec2/routeTableAssociation";
import { Subnet } from "@pulumi/aws/ec2/subnet";
import type { Vpc } from "@pulumi/aws/ec2/vpc";
import * as pulumi from "@pulumi/pulumi";
import { named, type Owner } from "../targets/aws/children";
import type { AwsTarget } from "../targets/target";
import type { AdoptedVpc, ByZone } from "./adopted";
import { subnetCidr, subnetCidr6, type Tier } from "./cidr";
import type { VpcSpec } from "./spec";

/** All addresses of IPv4. */
export const ANYWHERE = "0.0.0.0/0";
/** All addresses of IPv6. */
export const ANYWHERE_6 = "::/0";

/** A subnet and its zone. */
export interface ZoneSubnet {
  readonly zone: string;
  readonly id: pulumi.Output<string>;
}

/** A subnet with a route table of its own. */
export interface RoutedSubnet extends ZoneSubnet {
  readonly routeTableId: pulumi.Output<string>;
}

/** Subnets by tier, in the order of the zones. */
export interface Subnets {
  readonly public: readonly ZoneSubnet[];
  readonly private: readonly RoutedSubnet[];
  readonly data: readonly ZoneSubnet[];
  /** NAT gateways by zone. */
  readonly nats: Readonly<Record<string, pulumi.Output<string>>>;
  /** Routes that must exist before something in a private subnet calls out. */
  readonly ready: readonly pulumi.Resource[];
}

/** The subnets of a VPC that others made. */
export function adoptSubnets(adopted: AdoptedVpc, target: AwsTarget): Subnets {
  const ids = (from: ByZone) => target.zones.map((zone): ZoneSubnet => ({ zone, id: pulumi.output(from[zone] ?? "") }));
  return {
    public: ids(adopted.subnets.public),
    private: ids(adopted.subnets.private).map((each) => ({
      ...each,
      routeTableId: pulumi.output(adopted.privateRouteTables[each.zone] ?? ""),
    })),
    data: ids(adopted.subnets.data),
    nats: {},
    ready: [],
  };
}

/**
 * One subnet for each tier and zone. Public ones reach the internet directly, private ones through NAT and, by IPv6, through a gateway that lets nothing
 * in; data ones not at all.
 */
export function buildSubnets(owner: Owner, name: string, spec: VpcSpec, vpc: Vpc): Subnets {
  const { parent, target } = owner;
  const vpcId = vpc.id;
  const gateway = new InternetGateway(`${name}-gateway`, { vpcId, ...named(owner, name) }, { parent });
  const publicTable = table(owner, `${name}-public`, vpcId);
  const outside = new Route(
    `${name}-public-outside`,
    { routeTableId: publicTable.id, destinationCidrBlock: ANYWHERE, gatewayId: gateway.id },
    { parent },
  );
  const dataTable = table(owner, `${name}-data`, vpcId);
  const privateTables = new Map(target.zones.map((zone) => [zone, table(owner, `${name}-private-${zone}`, vpcId)]));
  const tier = (which: Tier, tableOf: (zone: string) => RouteTable) =>
    target.zones.map((zone, position) =>
      subnet(owner, `${name}-${which}-${zone}`, {
        zone,
        vpcId,
        cidr: subnetCidr(spec.cidr, which, position),
        ...(spec.ipv6 ? { cidr6: vpc.ipv6CidrBlock.apply((block) => subnetCidr6(block, which, position)) } : {}),
        table: tableOf(zone),
      }),
    );
  const subnets = {
    private: tier("private", (zone) => privateTables.get(zone) ?? dataTable),
    public: tier("public", () => publicTable),
    data: tier("data", () => dataTable),
  };
  const gateways = subnets.public
    .slice(0, { none: 0, single: 1, "per-zone": undefined }[spec.nat])
    .map((each) => ({ zone: each.zone, nat: nat(owner, `${name}-nat-${each.zone}`, each, [outside]) }));
  const nats = gateways.map((each) => each.nat);
  const ways = subnets.private.flatMap((each, index) => {
    const through = nats[index] ?? nats[0];
    if (through === undefined) return [];
    return new Route(
      `${name}-private-outside-${each.zone}`,
      { routeTableId: each.routeTableId, destinationCidrBlock: ANYWHERE, natGatewayId: through.id },
      { parent },
    );
  });
  return {
    ...subnets,
    nats: Object.fromEntries(gateways.map((each) => [each.zone, each.nat.id])),
    ready: [...ways, ...(spec.ipv6 ? outsideBy6(owner, name, vpcId, { gateway, publicTable }, subnets.private) : [])],
  };
}

/** Routes to the internet by IPv6: of public subnets both ways, of private ones outwards alone. */
function outsideBy6(
  owner: Owner,
  name: string,
  vpcId: pulumi.Output<string>,
  open: { readonly gateway: InternetGateway; readonly publicTable: RouteTable },
  tasks: readonly RoutedSubnet[],
): readonly Route[] {
  const { parent } = owner;
  const outwards = new EgressOnlyInternetGateway(`${name}-gateway`, { vpcId, ...named(owner, name) }, { parent });
  new Route(
    `${name}-public-outside-ipv6`,
    { routeTableId: open.publicTable.id, destinationIpv6CidrBlock: ANYWHERE_6, gatewayId: open.gateway.id },
    { parent },
  );
  return tasks.map(
    (each) =>
      new Route(
        `${name}-private-outside-ipv6-${each.zone}`,
        {
          routeTableId: each.routeTableId,
          destinationIpv6CidrBlock: ANYWHERE_6,
          egressOnlyGatewayId: outwards.id,
        },
        { parent },
      ),
  );
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
    readonly cidr6?: pulumi.Output<string>;
    readonly table: RouteTable;
  },
): RoutedSubnet {
  const { parent } = owner;
  const made = new Subnet(
    logicalName,
    {
      vpcId: args.vpcId,
      availabilityZone: args.zone,
      cidrBlock: args.cidr,
      mapPublicIpOnLaunch: false,
      ...(args.cidr6 === undefined ? {} : { ipv6CidrBlock: args.cidr6, assignIpv6AddressOnCreation: true }),
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
