import { isIPv4 } from "node:net";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy";
import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import type { Link } from "../../core/links";
import type { Labels } from "./labels";
import { childOf, metadata, type Owner } from "./objects";

type Peer = input.networking.v1.NetworkPolicyPeer;

/** Pods of one component, by their instance labels. */
export function podsOf(component: string, instances: readonly string[]): input.meta.v1.LabelSelector {
  return {
    matchLabels: { "app.kubernetes.io/name": component },
    matchExpressions: [{ key: "app.kubernetes.io/instance", operator: "In", values: [...instances] }],
  };
}

/**
 * Opens the way for a link: out of the consumer's pods and into the provider's, and nowhere else. A second link to the same pods and port uses the
 * same way.
 */
export function openPaths(
  owner: Owner,
  consumer: string,
  pods: input.meta.v1.LabelSelector,
  links: readonly Link[],
): pulumi.Resource[] {
  const seen = new Set<string>();
  const opened: pulumi.Resource[] = [];
  for (const link of links) {
    if (link.path.kind !== "microk8s")
      throw new Error(`a service on microk8s cannot take a way through ${link.path.kind}`);
    const { namespace, podLabels, port } = link.path;
    if (seen.has(link.to)) continue;
    seen.add(link.to);
    opened.push(
      ...allowBoth(owner, consumer, link.to, { from: pods, to: { matchLabels: { ...podLabels } }, namespace, port }),
    );
  }
  return opened;
}

/** Both halves of a way: out of the consumer's pods, and into the provider's, which may live in another namespace. */
export function allowBoth(
  owner: Owner,
  consumer: string,
  provider: string,
  way: {
    readonly from: input.meta.v1.LabelSelector;
    readonly to: input.meta.v1.LabelSelector;
    /** Namespace of the provider's pods. */
    readonly namespace: string;
    readonly port: number;
  },
): pulumi.Resource[] {
  const ports = [{ port: way.port, protocol: "TCP" }];
  const here = [peer(owner.network.namespace, way.from)];
  return [
    allow(owner, `${consumer}-to-${provider}`, way.from, "Egress", [peer(way.namespace, way.to)], ports),
    allow(owner, `${provider}-from-${consumer}`, way.to, "Ingress", here, ports, way.namespace),
  ];
}

/** One policy that lets chosen pods talk to, or be reached by, chosen peers on chosen ports. */
export function allow(
  owner: Owner,
  name: string,
  pods: input.meta.v1.LabelSelector,
  direction: "Ingress" | "Egress",
  peers: readonly Peer[],
  ports: readonly { readonly port: number; readonly protocol: string }[],
  namespace = owner.network.namespace,
): NetworkPolicy {
  const to = [...peers];
  const rule = { ...(ports.length === 0 ? {} : { ports: ports.map((each) => ({ ...each })) }) };
  return new NetworkPolicy(
    name,
    {
      metadata: { ...metadata(owner, name), namespace },
      spec: {
        podSelector: pods,
        policyTypes: [direction],
        ...(direction === "Ingress" ? { ingress: [{ ...rule, from: to }] } : { egress: [{ ...rule, to }] }),
      },
    },
    childOf(owner),
  );
}

/** Ranges that are not the outside world. */
const PRIVATE = ["10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"];

/** The internet, without private ranges. */
export const INTERNET: Peer = { ipBlock: { cidr: "0.0.0.0/0", except: PRIVATE } };

/** An `https://` address outside of the stack: the host alone where it is given by its address, which may be a private one; else the internet. */
export function outside(endpoint: string): { readonly peer: Peer; readonly port: number } {
  const { hostname, port } = new URL(endpoint);
  const peer = isIPv4(hostname) ? { ipBlock: { cidr: `${hostname}/32` } } : INTERNET;
  return { peer, port: port === "" ? 443 : Number(port) };
}

/** The private ranges in which the nodes of a cluster live, and no others. */
export const NODES: readonly Peer[] = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].map((cidr) => ({
  ipBlock: { cidr },
}));

/** Pods of a namespace; without a selector, all of them. */
export function peer(namespace: string, pods?: input.meta.v1.LabelSelector): Peer {
  return {
    namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": namespace } },
    ...(pods === undefined ? {} : { podSelector: pods }),
  };
}

/** Labels of a Service's endpoints as a path selects them. */
export function endpointLabels(component: string, role: string): Labels {
  return { "app.kubernetes.io/component": role, "app.kubernetes.io/name": component };
}
