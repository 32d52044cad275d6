import { REPLICATION_GROUP } from "../aws/elasticache";
import { cluster, database, one, redis } from "../aws/examples";
import { faces, LOAD_BALANCER } from "../aws/load-balancers";
import { DATABASES } from "../aws/rds";
import { fromEverywhere, INGRESS_RULE, SECURITY_GROUP, SECURITY_GROUP_RULE } from "../aws/security-groups";
import type { Graph, Subject } from "../join";
import { EVERYWHERE, rule } from "../rule";

const GROUP_PROPERTIES = ["vpcSecurityGroupIds", "securityGroupIds"];

/** Follows the security groups: a store is reachable when its group admits everybody, or the group of something that faces the internet. */
export const storeNotInternetReachable = rule({
  id: "xs-store-not-internet-reachable",
  title: "No path leads from the internet to a data store",
  severity: "critical",
  level: EVERYWHERE,
  types: [...DATABASES, ...REPLICATION_GROUP],
  joins: true,
  exemptable: false,
  remedy: "Admit only the groups of the services that use the store; put a service between it and the load balancer.",
  references: ["FSBP EC2.18", "FSBP EC2.19", "FSBP RDS.2", "POL-09"],
  check(resource, guard, { graph }) {
    for (const group of groupsOf(resource, graph)) {
      for (const ingress of ingressesOf(group, graph)) {
        guard.check(() => {
          if (SECURITY_GROUP_RULE.includes(ingress.type) && ingress.at("type").text() !== "ingress") return undefined;
          const world = ingress === group ? group.at("ingress").list().some(fromEverywhere) : fromEverywhere(ingress);
          if (world) return `its security group ${group.name} admits everybody`;
          const facing = sourcesOf(ingress, group, graph).flatMap((source) => balancersOf(source, graph))[0];
          return (
            facing !== undefined && `its security group ${group.name} admits ${facing.name}, which faces the internet`
          );
        });
      }
    }
  },
  examples: {
    compliant: [program({ internal: true }), cluster(), redis()],
    violating: [
      program({}),
      program({ internal: true }, { cidrIpv4: "0.0.0.0/0", ipProtocol: "tcp", fromPort: 6543, toPort: 6543 }),
      inline({ protocol: "tcp", fromPort: 6543, toPort: 6543, cidrBlocks: ["0.0.0.0/0"] }),
    ],
  },
});

function groupsOf(store: Subject, graph: Graph): readonly Subject[] {
  const urns = GROUP_PROPERTIES.flatMap((property) => store.node.propertyDependencies[property] ?? []);
  return urns.flatMap((urn) => graph.get(urn) ?? []).filter((each) => SECURITY_GROUP.includes(each.type));
}

/** The group itself, for the rules in it, and the rules that refer to it. */
function ingressesOf(group: Subject, graph: Graph): readonly Subject[] {
  return [
    group,
    ...graph.sides(group, "securityGroupId", [...INGRESS_RULE, ...SECURITY_GROUP_RULE], SECURITY_GROUP).found,
  ];
}

function sourcesOf(ingress: Subject, group: Subject, graph: Graph): readonly Subject[] {
  const { propertyDependencies } = ingress.node;
  const properties = ingress === group ? ["ingress"] : ["referencedSecurityGroupId", "sourceSecurityGroupId"];
  const urns = properties.flatMap((property) => propertyDependencies[property] ?? []);
  return urns.flatMap((urn) => graph.get(urn) ?? []).filter((each) => SECURITY_GROUP.includes(each.type));
}

function balancersOf(group: Subject, graph: Graph): readonly Subject[] {
  return graph.usersOf(group).filter((each) => LOAD_BALANCER.includes(each.type) && faces(each));
}

function program(balancer: Readonly<Record<string, unknown>>, ingress: Readonly<Record<string, unknown>> = {}) {
  const [db, ...rest] = database({}, { propertyDependencies: { vpcSecurityGroupIds: ["db-group"] } });
  return [
    db,
    ...rest,
    one("ec2/securityGroup:SecurityGroup", {}, { name: "db-group" }),
    one("ec2/securityGroup:SecurityGroup", {}, { name: "lb-group" }),
    one(
      "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
      { ipProtocol: "tcp", fromPort: 5432, toPort: 5432, ...ingress },
      {
        name: "in",
        propertyDependencies: { securityGroupId: ["db-group"], referencedSecurityGroupId: ["lb-group"] },
      },
    ),
    one(
      "lb/loadBalancer:LoadBalancer",
      { loadBalancerType: "network", enableDeletionProtection: true, accessLogs: { enabled: true }, ...balancer },
      { name: "balancer", propertyDependencies: { securityGroups: ["lb-group"] } },
    ),
  ] as const;
}

function inline(ingress: Readonly<Record<string, unknown>>) {
  const [cache, ...rest] = redis();
  return [
    { ...cache, propertyDependencies: { securityGroupIds: ["group"] } },
    ...rest,
    one("ec2/securityGroup:SecurityGroup", { ingress: [ingress] }, { name: "group" }),
  ] as const;
}
