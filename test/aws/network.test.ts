import { ServiceDeployment, type SurveillanceVpcArgs } from "../../components";
import { ADOPTED, IMAGE, networkOf } from "../contract/shop";
import { type Program, withMocks } from "../mocks/program";
import { ends, findings, watchedShop } from "./shop-with-alerts";

const ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"];
const network = (vpc: Partial<SurveillanceVpcArgs>, zones = ZONES) =>
  withMocks(() => void networkOf("aws", { environment: "prod", zones, vpc }));
const names = (program: Program, type: string) => program.ofType(type).map((each) => each.name);

test.each([
  [undefined, ZONES],
  ["per-zone", ZONES],
  ["single", ["us-east-1a"]],
  ["none", []],
] as const)(
  "with NAT %s the gateways stand in %j, and every private subnet has its way out or none",
  async (nat, zones) => {
    const program = await network(nat === undefined ? {} : { nat });
    expect(names(program, "ec2/natGateway:NatGateway")).toEqual(zones.map((zone) => `network-nat-${zone}`));
    expect(names(program, "ec2/eip:Eip")).toHaveLength(zones.length);
    const routes = program.ofType("ec2/route:Route").filter((each) => each.name.startsWith("network-private-outside"));
    const through = routes.map((route) => ends(program, route, "natGatewayId").map((each) => each.name)[0]);
    expect(through).toEqual(
      zones.length === 0
        ? []
        : ZONES.map((zone, index) => `network-nat-${zones.length === 1 ? zones[0] : (ZONES[index] ?? zone)}`),
    );
  },
);

test("services with outbound get a rule for each way out there is, and none by IPv4 without NAT", async () => {
  const ways = async (vpc: Partial<SurveillanceVpcArgs>) =>
    (
      await withMocks(
        () =>
          void new ServiceDeployment("api", { vpc: networkOf("aws", { vpc }), image: IMAGE, cpus: 1, outbound: true }),
      )
    )
      .ofType("vpc/securityGroupEgressRule:SecurityGroupEgressRule")
      .filter((each) => each.name.startsWith("api-to-outside"))
      .map(({ name, inputs }) => [name, inputs["cidrIpv4"] ?? inputs["cidrIpv6"]]);
  expect(await ways({})).toEqual([["api-to-outside", "0.0.0.0/0"]]);
  expect(await ways({ ipv6: true })).toEqual([
    ["api-to-outside", "0.0.0.0/0"],
    ["api-to-outside-ipv6", "::/0"],
  ]);
  expect(await ways({ ipv6: true, nat: "none" })).toEqual([["api-to-outside-ipv6", "::/0"]]);
});

test("with IPv6 every subnet has its own part of the VPC's range, and what is private only calls out", async () => {
  const [program, larger] = await Promise.all([
    network({ ipv6: true }),
    network({ ipv6: true }, [...ZONES, "us-east-1d"]),
  ]);
  const ranges = (of: Program) =>
    new Map(of.ofType("ec2/subnet:Subnet").map((each) => [each.name, each.inputs["ipv6CidrBlock"]]));
  const [before, after] = [ranges(program), ranges(larger)];
  expect(new Set(before.values()).size).toBe(9);
  for (const [name, range] of before) {
    expect(range).toMatch(/^2600:1f18:1234:56[0-9a-f]{2}::\/64$/);
    expect([name, after.get(name)]).toEqual([name, range]);
  }
  const gateway = (route: string) =>
    Object.keys(program.one("ec2/route:Route", route).inputs).filter((key) => key.endsWith("atewayId"));
  expect(gateway("network-public-outside-ipv6")).toEqual(["gatewayId"]);
  for (const zone of ZONES) expect(gateway(`network-private-outside-ipv6-${zone}`)).toEqual(["egressOnlyGatewayId"]);
  expect(program.one("lb/loadBalancer:LoadBalancer", "network-edge").inputs["ipAddressType"]).toBe("dualstack");
});

test("without the argument nothing knows of IPv6", async () => {
  const program = await network({});
  expect(JSON.stringify(program.resources.map((each) => each.inputs))).not.toMatch(/ipv6|"::\/0"/i);
});

/** What a VPC is made of: its owner has made it all. */
const OF_THE_OWNER = [
  "ec2/vpc:Vpc",
  "ec2/subnet:Subnet",
  "ec2/routeTable:RouteTable",
  "ec2/route:Route",
  "ec2/routeTableAssociation:RouteTableAssociation",
  "ec2/internetGateway:InternetGateway",
  "ec2/natGateway:NatGateway",
  "ec2/eip:Eip",
  "ec2/defaultSecurityGroup:DefaultSecurityGroup",
  "ec2/flowLog:FlowLog",
];

test("an adopted VPC is used, and nothing is made that it has", async () => {
  const program = await watchedShop({ vpc: { adopt: ADOPTED } });
  expect(OF_THE_OWNER.flatMap((type) => names(program, type))).toEqual([]);
  expect(findings(program)).toEqual([]);
  const { vpcId, subnets, privateRouteTables } = ADOPTED;
  const of = (type: string, name: string) => program.one(type, name).inputs;
  expect(of("lb/loadBalancer:LoadBalancer", "network-edge")["subnets"]).toEqual(Object.values(subnets.public));
  expect(of("ecs/service:Service", "api")["networkConfiguration"]).toMatchObject({
    subnets: Object.values(subnets.private),
    assignPublicIp: false,
  });
  expect(of("rds/subnetGroup:SubnetGroup", "db")["subnetIds"]).toEqual(Object.values(subnets.data));
  const groups = program.ofType("ec2/securityGroup:SecurityGroup");
  expect(groups.length).toBeGreaterThan(4);
  for (const group of groups) expect(group.inputs["vpcId"]).toBe(vpcId);
  expect(
    program
      .ofType("ec2/vpcEndpointRouteTableAssociation:VpcEndpointRouteTableAssociation")
      .map((each) => each.inputs["routeTableId"]),
  ).toEqual(Object.values(privateRouteTables));
});

test("endpoints that an adopted VPC has are not made a second time, and tasks reach them", async () => {
  const endpoints = { securityGroupId: "sg-0a1b2c3d4e5f60001", s3PrefixListId: "pl-0a1b2c3d4e5f60001" };
  const program = await watchedShop({ vpc: { adopt: { ...ADOPTED, endpoints } } });
  expect(names(program, "ec2/vpcEndpoint:VpcEndpoint")).toEqual([]);
  const rule = (name: string) => program.one("vpc/securityGroupEgressRule:SecurityGroupEgressRule", name).inputs;
  expect(rule("api-to-endpoints")["referencedSecurityGroupId"]).toBe(endpoints.securityGroupId);
  expect(rule("api-to-s3")["prefixListId"]).toBe(endpoints.s3PrefixListId);
});

test("an adopted VPC has the outputs of one that was made", async () => {
  const keys = async (vpc: Partial<SurveillanceVpcArgs>) => {
    let found: readonly string[] = [];
    await withMocks(() => {
      found = Object.entries(networkOf("aws", { vpc }).network).map(([key, value]) => `${key}: ${typeof value}`);
    });
    return found;
  };
  expect(await keys({ adopt: ADOPTED })).toEqual(await keys({}));
});
