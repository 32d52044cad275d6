import { one } from "../aws/examples";
import type { Graph, Subject } from "../join";
import type { ExampleResource } from "../rule";
import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";

const GROUPS = [...aws("rds/subnetGroup:SubnetGroup"), ...aws("elasticache/subnetGroup:SubnetGroup")];
const SUBNET = aws("ec2/subnet:Subnet");
const TABLE = aws("ec2/routeTable:RouteTable");
const ASSOCIATION = aws("ec2/routeTableAssociation:RouteTableAssociation");
const ROUTE = aws("ec2/route:Route");
const GATEWAY = aws("ec2/internetGateway:InternetGateway");

/** Without a route there is no way in, whatever the security groups say. */
export const storeInPrivateSubnet = rule({
  id: "xs-store-in-private-subnet",
  title: "Data stores live in subnets without a route to the internet",
  severity: "high",
  level: EVERYWHERE,
  types: GROUPS,
  joins: true,
  remedy: "Make the group of subnets whose route table has no internet gateway.",
  references: ["FSBP RDS.46"],
  check(resource, guard, { graph }) {
    const subnets = (resource.node.propertyDependencies["subnetIds"] ?? [])
      .flatMap((urn) => graph.get(urn) ?? [])
      .filter((each) => SUBNET.includes(each.type));
    for (const subnet of subnets) {
      guard.check(() => leadsOut(subnet, graph) && `its subnet ${subnet.name} has a route to the internet`);
    }
  },
  examples: {
    compliant: [network("rds", [])],
    violating: [
      network("rds", [
        one(
          "ec2/route:Route",
          { destinationCidrBlock: "0.0.0.0/0" },
          {
            name: "out",
            propertyDependencies: { routeTableId: ["table"], gatewayId: ["gateway"] },
          },
        ),
      ]),
      network("elasticache", [], { propertyDependencies: { routes: ["gateway"] } }),
    ],
  },
});

function leadsOut(subnet: Subject, graph: Graph): boolean {
  const associations = graph.sides(subnet, "subnetId", ASSOCIATION, SUBNET).found;
  const tables = associations.flatMap((each) => graph.target(each, "routeTableId", TABLE).found);
  return tables.some((table) =>
    [table, ...graph.sides(table, "routeTableId", ROUTE, TABLE).found].some((each) =>
      graph.neededBy(each).some((needed) => GATEWAY.includes(needed.type)),
    ),
  );
}

function network(
  service: "rds" | "elasticache",
  routes: readonly ExampleResource[],
  table: Partial<ExampleResource> = {},
) {
  return [
    one(
      `${service}/subnetGroup:SubnetGroup`,
      { subnetIds: ["s"] },
      { name: "group", propertyDependencies: { subnetIds: ["subnet"] } },
    ),
    one("ec2/subnet:Subnet", { mapPublicIpOnLaunch: false }, { name: "subnet" }),
    one("ec2/routeTable:RouteTable", {}, { name: "table", ...table }),
    one(
      "ec2/routeTableAssociation:RouteTableAssociation",
      { subnetId: "s", routeTableId: "t" },
      {
        name: "association",
        propertyDependencies: { subnetId: ["subnet"], routeTableId: ["table"] },
      },
    ),
    one("ec2/internetGateway:InternetGateway", {}, { name: "gateway" }),
    ...routes,
  ] as const;
}
