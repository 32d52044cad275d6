import type { TargetKind } from "../../components/targets/target";
import type { Program, Registered } from "../mocks/program";

type Labels = Record<string, string>;
interface Selector {
  matchLabels?: Labels;
  matchExpressions?: { key: string; operator: string; values: string[] }[];
}
interface Peer {
  namespaceSelector?: Selector;
  podSelector?: Selector;
}
interface PolicyRule {
  to?: Peer[];
  from?: Peer[];
  ports?: { port: number }[];
}
interface Policy {
  podSelector: Selector;
  policyTypes: string[];
  egress?: PolicyRule[];
  ingress?: PolicyRule[];
}

/** The halves of a way: out of the consumer, into the provider. On compose both are one network. */
export type Half = "out" | "in";

/** Whether a half of the way from one component to another on a port is open, read from what was registered. */
export function isOpen(
  half: Half,
  kind: TargetKind,
  program: Program,
  from: string,
  to: string,
  port: number,
): boolean {
  switch (kind) {
    case "compose":
      return overDocker(program, from, to);
    case "microk8s":
      return overPolicies(half, program, from, to, port);
    case "aws":
      return overGroups(half, program, from, to, port);
  }
}

/** The consumer is on a network on which the provider answers by its name. */
function overDocker(program: Program, from: string, to: string): boolean {
  const joined = (name: string): { name: string; aliases: string[] }[] => {
    const [container] = program
      .ofType("container:Container")
      .filter((each) => each.name === name || each.name === `${name}-1`);
    return (container?.inputs["networksAdvanced"] ?? []) as { name: string; aliases: string[] }[];
  };
  const answers = joined(to).filter((each) => each.aliases.includes(to));
  return joined(from).some((each) => answers.some((answer) => answer.name === each.name));
}

/** Some policy lets it pass; without any policy for a pod everything would pass. */
function overPolicies(half: Half, program: Program, from: string, to: string, port: number): boolean {
  const [source, target] = [podLabels(program, from), podLabels(program, to)];
  const policies = program.ofType("NetworkPolicy").map((each) => each.inputs["spec"] as unknown as Policy);
  const passes = (direction: "Egress" | "Ingress", own: Labels, other: Labels): boolean => {
    const mine = policies.filter((each) => each.policyTypes.includes(direction) && selects(each.podSelector, own));
    if (mine.length === 0) return true;
    return mine.some((policy) =>
      ((direction === "Egress" ? policy.egress : policy.ingress) ?? []).some(
        (rule) =>
          (rule.ports ?? [{ port }]).some((each) => each.port === port) &&
          ((direction === "Egress" ? rule.to : rule.from) ?? []).some(
            (peer) => inNamespace(program, peer) && selects(peer.podSelector ?? {}, other),
          ),
      ),
    );
  };
  return half === "out" ? passes("Egress", source, target) : passes("Ingress", target, source);
}

function podLabels(program: Program, name: string): Labels {
  const [workload] = [...program.ofType("apps/v1:Deployment"), ...program.ofType("apps/v1:StatefulSet")].filter(
    (each) => each.name === name,
  );
  const spec = workload?.inputs["spec"] as { template: { metadata: { labels: Labels } } };
  return spec.template.metadata.labels;
}

function inNamespace(program: Program, peer: Peer): boolean {
  const own = program.ofType("core/v1:Namespace").map((each) => (each.inputs["metadata"] as { name: string }).name);
  const asked = peer.namespaceSelector?.matchLabels?.["kubernetes.io/metadata.name"];
  return asked !== undefined && own.includes(asked);
}

function selects(selector: Selector, labels: Labels): boolean {
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(
      (each) => each.operator === "In" && each.values.includes(labels[each.key] ?? ""),
    )
  );
}

/** A group has a rule that names the other group. */
function overGroups(half: Half, program: Program, from: string, to: string, port: number): boolean {
  const [source, target] = [groupOf(program, from), groupOf(program, to)];
  const some = (type: string, own: string, other: string): boolean =>
    program
      .ofType(type)
      .some(
        ({ inputs }) =>
          inputs["securityGroupId"] === own &&
          inputs["referencedSecurityGroupId"] === other &&
          inputs["fromPort"] === port &&
          inputs["toPort"] === port,
      );
  return half === "out"
    ? some("SecurityGroupEgressRule", source, target)
    : some("SecurityGroupIngressRule", target, source);
}

/** The security group that the ECS service, the database instance or the cache really wears. */
function groupOf(program: Program, name: string): string {
  const worn = (each: Registered | undefined): string[] => {
    const network = each?.inputs["networkConfiguration"] as { securityGroups: string[] } | undefined;
    const { vpcSecurityGroupIds, securityGroupIds } = (each?.inputs ?? {}) as Readonly<Record<string, string[]>>;
    return network?.securityGroups ?? vpcSecurityGroupIds ?? securityGroupIds ?? [];
  };
  const wearers = ["ecs/service:Service", "rds/instance:Instance", "replicationGroup:ReplicationGroup"];
  const [wearer] = wearers.flatMap((type) => program.ofType(type)).filter((each) => each.name === name);
  const [group, ...others] = worn(wearer);
  if (group === undefined || others.length > 0) throw new Error(`${name} should wear exactly one security group`);
  return group;
}
