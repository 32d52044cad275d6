import { aws } from "../tokens";
import type { View } from "../view";

/** A security group with its rules in itself. */
export const SECURITY_GROUP: readonly string[] = aws("ec2/securityGroup:SecurityGroup");
/** One rule in the older form. */
export const SECURITY_GROUP_RULE: readonly string[] = aws("ec2/securityGroupRule:SecurityGroupRule");
/** One rule in the newer form. */
export const INGRESS_RULE: readonly string[] = aws("vpc/securityGroupIngressRule:SecurityGroupIngressRule");

/** Whether an ingress, in any of the three forms, admits all addresses. */
export function fromEverywhere(ingress: View): boolean {
  const single = ["cidrIpv4", "cidrIpv6"].flatMap((each) => ingress.at(each).text() ?? []);
  const lists = ["cidrBlocks", "ipv6CidrBlocks"].flatMap((each) =>
    ingress
      .at(each)
      .list()
      .map((one) => one.text() ?? ""),
  );
  return [...single, ...lists].some((cidr) => /\/[0-7]$/.test(cidr.trim()));
}

/** Whether an ingress, in any of the three forms, covers a port. */
export function covers(ingress: View, port: number): boolean {
  const protocol = ingress.at("protocol").text() ?? ingress.at("ipProtocol").text() ?? "-1";
  if (["-1", "all"].includes(protocol)) return true;
  if (!["tcp", "6", "udp", "17"].includes(protocol)) return false;
  const from = ingress.at("fromPort").number() ?? 0;
  const to = ingress.at("toPort").number() ?? 65_535;
  return from <= port && port <= to;
}
