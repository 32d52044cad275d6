import { certain } from "../join";
import { FROM_STAGING, rule } from "../rule";
import { aws } from "../tokens";
import { one } from "./examples";

const VPC = aws("ec2/vpc:Vpc");
const DEFAULT_VPC = aws("ec2/defaultVpc:DefaultVpc");
const DEFAULT_GROUP = aws("ec2/defaultSecurityGroup:DefaultSecurityGroup");
const SUBNET = aws("ec2/subnet:Subnet");
const FLOW_LOG = aws("ec2/flowLog:FlowLog");
const flowLog = one(
  "ec2/flowLog:FlowLog",
  { vpcId: "vpc-1", trafficType: "ALL" },
  { name: "flows", propertyDependencies: { vpcId: ["it"] } },
);

/** The network is seen, and nothing in it is open because nobody thought of it. */
export const vpcBaseline = rule({
  id: "aws-vpc-baseline",
  title: "Networks have flow logs, a closed default group and no automatic public addresses",
  severity: "medium",
  level: FROM_STAGING,
  types: [...VPC, ...DEFAULT_VPC, ...DEFAULT_GROUP, ...SUBNET],
  joins: true,
  remedy: "Add a FlowLog for the VPC, a DefaultSecurityGroup without rules, and set mapPublicIpOnLaunch: false.",
  references: [
    "FSBP EC2.2",
    "FSBP EC2.6",
    "FSBP EC2.15",
    "CKV2_AWS_11",
    "CKV2_AWS_12",
    "CKV_AWS_130",
    "CKV_AWS_148",
    "TRV AWS-0178",
    "TRV AWS-0164",
  ],
  check(resource, guard, { graph }) {
    if (DEFAULT_VPC.includes(resource.type)) guard.check(() => "the default VPC is used");
    if (VPC.includes(resource.type)) {
      guard.check(
        () => certain(graph.sides(resource, "vpcId", FLOW_LOG, VPC)).length === 0 && "no FlowLog belongs to the VPC",
      );
    }
    if (SUBNET.includes(resource.type)) {
      guard.check(() => resource.at("mapPublicIpOnLaunch").flag() === true && "mapPublicIpOnLaunch is true");
    }
    if (DEFAULT_GROUP.includes(resource.type)) {
      for (const way of ["ingress", "egress"])
        guard.check(() => resource.at(way).present() && `${way} of the default group is not empty`);
    }
  },
  examples: {
    compliant: [
      [one("ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" }), flowLog],
      [one("ec2/subnet:Subnet", { mapPublicIpOnLaunch: false })],
      [one("ec2/defaultSecurityGroup:DefaultSecurityGroup", {})],
    ],
    violating: [
      [one("ec2/vpc:Vpc", { cidrBlock: "10.0.0.0/16" })],
      [one("ec2/subnet:Subnet", { mapPublicIpOnLaunch: true })],
      [one("ec2/defaultSecurityGroup:DefaultSecurityGroup", { ingress: [{ self: true, protocol: "-1" }] })],
      [one("ec2/defaultVpc:DefaultVpc", {})],
    ],
  },
});
