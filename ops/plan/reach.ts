import { BlockList } from "node:net";
import type { GraphResource, ResourceGraph } from "../../policies/graph";
import { type Labels, type Selector, selects } from "./selector";

/** A way that is open through the NetworkPolicies of a plan. */
export interface Way {
  readonly from: string;
  readonly to: string;
  /** `5432`, `53/UDP`, `8000-8010`, or `any port`. */
  readonly port: string;
}

/** Who reaches whom. */
export interface Reach {
  /** Names of the workloads of the plan. */
  readonly pods: readonly string[];
  /** Open on both sides, as far as both sides are part of the plan. */
  readonly ways: readonly Way[];
  /** Open on one side only, so that nothing gets through: a policy without its counterpart. */
  readonly halves: readonly Way[];
}

interface Port {
  readonly port?: number | string;
  readonly endPort?: number;
  readonly protocol?: string;
}

interface Peer {
  readonly namespaceSelector?: Selector;
  readonly podSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string; readonly except?: readonly string[] };
}

interface Rule {
  readonly ports?: readonly Port[];
  readonly to?: readonly Peer[];
  readonly from?: readonly Peer[];
}

interface Policy {
  readonly namespace: string;
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly egress?: readonly Rule[];
  readonly ingress?: readonly Rule[];
}

interface Pod {
  readonly name: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** Ports by name. */
  readonly ports: ReadonlyMap<string, number>;
}

type Direction = "Egress" | "Ingress";

const WORKLOAD = /^kubernetes:(apps|batch)\/v1:(Deployment|StatefulSet|DaemonSet|Job|CronJob)$/;
/** The network in which MicroK8s gives pods their addresses. A policy that opens it by address opens every pod. */
const POD_NETWORK = "10.1.0.1";

/** Reads the matrix from the pods and policies of a graph. Without any policy for a pod, everything is open, as in a cluster. */
export function reachOf(graph: ResourceGraph): Reach {
  const namespaces = new Map(
    graph.resources.filter(isKind("core/v1:Namespace")).map((each) => [nameOf(each), labelsOf(each)]),
  );
  const pods = graph.resources.filter((each) => WORKLOAD.test(each.type) && isKnown(each)).map(podOf);
  const policies = graph.resources.filter(isKind("networking.k8s.io/v1:NetworkPolicy")).filter(isKnown).map(policyOf);
  const out = new Set<string>();
  const into = new Set<string>();
  const others = new Set<string>();
  const meant = new Set<string>();
  for (const pod of pods) {
    for (const direction of ["Egress", "Ingress"] as const) {
      for (const { way, byAddress } of opened(pod, direction, policies, pods, namespaces)) {
        const inside = pods.some((each) => each.name === (direction === "Egress" ? way.to : way.from));
        (inside ? (direction === "Egress" ? out : into) : others).add(JSON.stringify(way));
        // A range of addresses is open to whatever else lives in it, not to a pod that is waited for.
        if (!byAddress) meant.add(JSON.stringify(way));
      }
    }
  }
  const both = [...out].filter((way) => into.has(way));
  return {
    pods: pods.map((each) => each.name).sort(),
    ways: sorted([...both, ...others]),
    halves: sorted([...out, ...into].filter((way) => out.has(way) !== into.has(way) && meant.has(way))),
  };
}

function sorted(ways: readonly string[]): Way[] {
  const found = ways.map((way) => JSON.parse(way) as Way);
  const key = ({ from, to, port }: Way): string => `${from}\0${to}\0${port}`;
  return found.sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** The half-ways that start or end at a pod. */
function opened(
  pod: Pod,
  direction: Direction,
  policies: readonly Policy[],
  pods: readonly Pod[],
  namespaces: ReadonlyMap<string, Labels>,
): { readonly way: Way; readonly byAddress: boolean }[] {
  const way = (other: string, port: string, byAddress = false) => ({
    way: direction === "Egress" ? { from: pod.name, to: other, port } : { from: other, to: pod.name, port },
    byAddress,
  });
  const mine = policies.filter(
    (each) =>
      each.policyTypes.includes(direction) && each.namespace === pod.namespace && selects(each.podSelector, pod.labels),
  );
  if (mine.length === 0) {
    const open = (to: Pod) => portsOf(undefined, to).map((port) => way(to.name, port));
    const others = pods.flatMap((other) =>
      direction === "Egress" ? open(other) : portsOf(undefined, pod).map((port) => way(other.name, port)),
    );
    return [...others, way("anywhere", "any port")];
  }
  return mine.flatMap((policy) =>
    ((direction === "Egress" ? policy.egress : policy.ingress) ?? []).flatMap((rule) =>
      ((direction === "Egress" ? rule.to : rule.from) ?? [{ ipBlock: { cidr: "0.0.0.0/0" } }]).flatMap((peer) => {
        const reached = pods
          .filter((other) => matches(peer, policy, other, namespaces))
          .flatMap((other) =>
            portsOf(rule.ports, direction === "Egress" ? other : pod).map((port) =>
              way(other.name, port, peer.ipBlock !== undefined),
            ),
          );
        const outside = outsideOf(peer, namespaces);
        return outside === undefined ? reached : [...reached, ...portsOf(rule.ports).map((port) => way(outside, port))];
      }),
    ),
  );
}

/** Whether a peer of a policy means a pod of the plan. */
function matches(peer: Peer, policy: Policy, pod: Pod, namespaces: ReadonlyMap<string, Labels>): boolean {
  if (peer.ipBlock !== undefined) return covers(peer.ipBlock, POD_NETWORK);
  if (peer.podSelector !== undefined && !selects(peer.podSelector, pod.labels)) return false;
  if (peer.namespaceSelector === undefined) return pod.namespace === policy.namespace;
  return selects(peer.namespaceSelector, {
    ...namespaces.get(pod.namespace),
    "kubernetes.io/metadata.name": pod.namespace,
  });
}

/** What a peer means outside the plan, in words. */
function outsideOf(peer: Peer, namespaces: ReadonlyMap<string, Labels>): string | undefined {
  if (peer.ipBlock !== undefined) {
    const { cidr, except = [] } = peer.ipBlock;
    if (cidr !== "0.0.0.0/0") return cidr;
    return except.length === 0 ? "anywhere" : "internet";
  }
  if (peer.namespaceSelector === undefined) return undefined;
  const named = peer.namespaceSelector.matchLabels?.["kubernetes.io/metadata.name"];
  if (named === undefined) return "other namespaces";
  if (namespaces.has(named)) return undefined;
  const pods = Object.values(peer.podSelector?.matchLabels ?? {});
  return pods.length === 0 ? `namespace ${named}` : `${pods.join(" ")} in ${named}`;
}

function covers(block: NonNullable<Peer["ipBlock"]>, address: string): boolean {
  const within = (cidr: string): boolean => {
    const [network = "", prefix = "32"] = cidr.split("/");
    if (network.includes(":")) return false;
    const list = new BlockList();
    list.addSubnet(network, Number(prefix));
    return list.check(address);
  };
  return within(block.cidr) && !(block.except ?? []).some(within);
}

/** Ports of a rule; a rule without any means all ports that the pod has. */
function portsOf(ports: readonly Port[] | undefined, pod?: Pod): string[] {
  if (ports === undefined || ports.length === 0) {
    const own = [...(pod?.ports.values() ?? [])].map(String);
    return own.length === 0 ? ["any port"] : own;
  }
  return ports.map(({ port, endPort, protocol }) => {
    const number = typeof port === "string" ? (pod?.ports.get(port) ?? port) : port;
    const range = number === undefined ? "any port" : endPort === undefined ? String(number) : `${number}-${endPort}`;
    return protocol === undefined || protocol === "TCP" ? range : `${range}/${protocol}`;
  });
}

function isKind(kind: string): (resource: GraphResource) => boolean {
  return (resource) => resource.type === `kubernetes:${kind}`;
}

function isKnown(resource: GraphResource): boolean {
  return typeof resource.props["spec"] === "object";
}

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Labels;
}

function metadataOf(resource: GraphResource): Metadata {
  return (resource.props["metadata"] ?? {}) as Metadata;
}

function nameOf(resource: GraphResource): string {
  return metadataOf(resource).name ?? resource.name;
}

function labelsOf(resource: GraphResource): Labels {
  return { ...metadataOf(resource).labels, "kubernetes.io/metadata.name": nameOf(resource) };
}

function podOf(resource: GraphResource): Pod {
  const spec = resource.props["spec"] as Record<string, unknown>;
  const owner = resource.type.endsWith(":CronJob")
    ? (spec["jobTemplate"] as { spec: Record<string, unknown> }).spec
    : spec;
  const template = owner["template"] as {
    metadata?: { labels?: Labels };
    spec?: { containers?: readonly { ports?: readonly { name?: string; containerPort: number }[] }[] };
  };
  const ports = (template.spec?.containers ?? []).flatMap((each) => each.ports ?? []);
  return {
    name: resource.name,
    namespace: metadataOf(resource).namespace ?? "default",
    labels: template.metadata?.labels ?? {},
    ports: new Map(ports.map((each) => [each.name ?? String(each.containerPort), each.containerPort])),
  };
}

function policyOf(resource: GraphResource): Policy {
  const spec = resource.props["spec"] as Partial<Policy>;
  return {
    podSelector: {},
    policyTypes: spec.egress === undefined ? ["Ingress"] : ["Ingress", "Egress"],
    ...spec,
    namespace: metadataOf(resource).namespace ?? "default",
  };
}
