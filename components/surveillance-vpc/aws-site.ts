import { CustomerGateway } from "@pulumi/aws/ec2/customerGateway";
import { VpnConnection } from "@pulumi/aws/ec2/vpnConnection";
import { VpnConnectionRoute } from "@pulumi/aws/ec2/vpnConnectionRoute";
import { VpnGateway } from "@pulumi/aws/ec2/vpnGateway";
import { VpnGatewayRoutePropagation } from "@pulumi/aws/ec2/vpnGatewayRoutePropagation";
import type * as pulumi from "@pulumi/pulumi";
import { named, type Owner } from "../targets/aws/children";
import type { SiteArgs } from "./args";
import type { Subnets } from "./aws-subnets";

/** The autonomous system number that the gateway of a site has when it speaks no BGP. */
const PRIVATE_ASN = 65_000;

/** Two encrypted tunnels to the site, and routes to its camera networks from the subnets of tasks alone. */
export function buildSite(
  owner: Owner,
  name: string,
  site: SiteArgs,
  cameras: readonly string[],
  vpcId: pulumi.Output<string>,
  subnets: Subnets,
): readonly pulumi.Resource[] {
  const { parent } = owner;
  const gateway = new VpnGateway(`${name}-site`, { vpcId, ...named(owner, name, "site") }, { parent });
  const far = new CustomerGateway(
    `${name}-site`,
    {
      type: "ipsec.1",
      ipAddress: site.address,
      bgpAsn: String(site.asn ?? PRIVATE_ASN),
      ...named(owner, name, "site"),
    },
    { parent },
  );
  const tunnels = new VpnConnection(
    `${name}-site`,
    {
      type: "ipsec.1",
      vpnGatewayId: gateway.id,
      customerGatewayId: far.id,
      staticRoutesOnly: true,
      // The keys of the tunnels lie in Secrets Manager and not in the state.
      presharedKeyStorage: "SecretsManager",
      tunnel1IkeVersions: ["ikev2"],
      tunnel2IkeVersions: ["ikev2"],
      ...named(owner, name, "site"),
    },
    { parent },
  );
  const routes = cameras.map(
    (cidr) =>
      new VpnConnectionRoute(
        `${name}-site-${cidr}`,
        { vpnConnectionId: tunnels.id, destinationCidrBlock: cidr },
        { parent },
      ),
  );
  const learned = subnets.private.map(
    (each) =>
      new VpnGatewayRoutePropagation(
        `${name}-site-${each.zone}`,
        { vpnGatewayId: gateway.id, routeTableId: each.routeTableId },
        { parent },
      ),
  );
  return [...routes, ...learned];
}
