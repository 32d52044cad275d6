import { STORE_PORTS } from "../docker/container";
import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import type { View } from "../view";
import { one } from "./examples";
import { covers, fromEverywhere, INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE } from "./security-groups";

/** Ways in for administrators, consoles of the monitoring, and data stores. */
const PORTS = [22, 3389, 9090, 9093, 3000, 16686, ...STORE_PORTS];

/** Nobody outside can even try. */
export const sgNoWorldAdmin = rule({
  id: "aws-sg-no-world-admin",
  title: "No way in from everywhere to administration or data",
  severity: "critical",
  level: EVERYWHERE,
  types: [...SECURITY_GROUP, ...SECURITY_GROUP_RULE, ...INGRESS_RULE],
  exemptable: false,
  settings: { worldPrefixLists: strings([], "ids of managed prefix lists that hold all addresses") },
  remedy: "Admit another security group or a private range; use Session Manager instead of SSH.",
  references: ["FSBP EC2.18", "FSBP EC2.19", "CKV_AWS_24", "CKV_AWS_25", "CKV_AWS_277", "TRV AWS-0107", "POL-09"],
  check(resource, guard, { settings }) {
    const judge = (ingress: View) => {
      const listed = [
        ingress.at("prefixListId").text(),
        ...ingress
          .at("prefixListIds")
          .list()
          .map((each) => each.text()),
      ];
      const world =
        fromEverywhere(ingress) ||
        listed.some((each) => each !== undefined && settings.worldPrefixLists.includes(each));
      const port = world ? PORTS.find((each) => covers(ingress, each)) : undefined;
      return port !== undefined && `${ingress.path || "the rule"} admits everybody to port ${port}`;
    };
    guard.each(resource.at("ingress"), judge);
    if (INGRESS_RULE.includes(resource.type)) guard.check(() => judge(resource));
    if (SECURITY_GROUP_RULE.includes(resource.type))
      guard.check(() => resource.at("type").text() === "ingress" && judge(resource));
  },
  examples: {
    compliant: [
      inline({ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: ["0.0.0.0/0"] }),
      inline({ protocol: "tcp", fromPort: 5432, toPort: 5432, cidrBlocks: ["10.0.0.0/8"] }),
      [one("ec2/securityGroupRule:SecurityGroupRule", { type: "egress", protocol: "-1", cidrBlocks: ["0.0.0.0/0"] })],
      [
        one("vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
          ipProtocol: "tcp",
          fromPort: 80,
          toPort: 80,
          cidrIpv4: "0.0.0.0/0",
        }),
      ],
    ],
    violating: [
      inline({ protocol: "tcp", fromPort: 0, toPort: 65_535, cidrBlocks: ["0.0.0.0/0"] }),
      inline({ protocol: "-1", fromPort: 0, toPort: 0, ipv6CidrBlocks: ["::/0"] }),
      inline({ protocol: "tcp", fromPort: 22, toPort: 22, cidrBlocks: ["0.0.0.0/1"] }),
      [
        one("ec2/securityGroupRule:SecurityGroupRule", {
          type: "ingress",
          protocol: "tcp",
          fromPort: 5432,
          toPort: 5432,
          cidrBlocks: ["0.0.0.0/0"],
        }),
      ],
      [
        one("vpc/securityGroupIngressRule:SecurityGroupIngressRule", {
          ipProtocol: "6",
          fromPort: 3000,
          toPort: 4000,
          cidrIpv6: "::/0",
        }),
      ],
    ],
  },
});

function inline(ingress: Readonly<Record<string, unknown>>) {
  return [one("ec2/securityGroup:SecurityGroup", { ingress: [ingress] })] as const;
}
