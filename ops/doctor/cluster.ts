import { sizeOf } from "../../components/core/units";
import type { Outcome } from "./checks";
import type { ClusterFacts } from "./cluster-facts";

/** What a stack asks of its cluster. */
export interface ClusterNeeds {
  readonly context: string | undefined;
  readonly cpus?: number;
  /** In MiB. */
  readonly memory?: number;
  readonly ingressClasses: readonly string[];
  readonly storageClasses: readonly string[];
  /** Kinds by `group/version`, as the stack's objects name them. */
  readonly apis: readonly string[];
  readonly scales: boolean;
  /** Whether the configuration says that volumes can be made larger. */
  readonly volumesGrow: boolean;
  /** Whether images come from the registry of MicroK8s. */
  readonly registry: boolean;
}

/** One thing to look at on a cluster. */
export interface ClusterCheck {
  readonly title: string;
  readonly run: (needs: ClusterNeeds, facts: ClusterFacts) => Outcome;
  readonly advice: string;
}

const outcome = (status: Outcome["status"], found: string): Outcome => ({ status, found });

function has(wanted: readonly string[], there: readonly string[] | undefined): Outcome {
  if (there === undefined) return outcome("unknown", "the cluster does not say");
  const missing = wanted.filter((each) => !there.includes(each));
  return missing.length === 0
    ? outcome("ok", wanted.join(", ") || "none asked for")
    : outcome("failed", `missing: ${missing.join(", ")}`);
}

/** All checks of a cluster; add-ons are those of MicroK8s. */
export const CLUSTER_CHECKS: readonly ClusterCheck[] = [
  {
    title: "Kubernetes API",
    run: (needs, { error, version }) =>
      version === undefined
        ? outcome("failed", `${needs.context ?? "current context"}: ${error ?? "no answer"}`)
        : outcome(/^v?1\.[3-9]\d/.test(version) ? "ok" : "failed", version),
    advice:
      "start the cluster (microk8s start), write its kubeconfig (microk8s config), and have Kubernetes 1.30 or newer",
  },
  {
    title: "DNS",
    run: (_, { dns }) =>
      dns === undefined
        ? outcome("unknown", "not seen")
        : outcome(dns ? "ok" : "failed", dns ? "kube-dns" : "no kube-dns"),
    advice: "microk8s enable dns",
  },
  {
    title: "Storage class",
    run: (needs, { storageClasses }) =>
      has(needs.storageClasses, storageClasses === undefined ? undefined : Object.keys(storageClasses)),
    advice: "microk8s enable hostpath-storage, or name the cluster's own class with storageClass",
  },
  {
    title: "Larger volumes",
    run: (needs, { storageClasses }) => {
      if (storageClasses === undefined) return outcome("unknown", "the cluster does not say");
      if (!needs.volumesGrow) return outcome("ok", "not asked for");
      const fixed = needs.storageClasses.filter((each) => storageClasses[each] === false);
      return fixed.length === 0 ? outcome("ok", "in place") : outcome("failed", `not with ${fixed.join(", ")}`);
    },
    advice: "leave volumesGrow out, or use a class with allowVolumeExpansion: the API server refuses larger volumes",
  },
  {
    title: "Ingress class",
    run: (needs, { ingressClasses }) =>
      has(needs.ingressClasses, ingressClasses === undefined ? undefined : Object.keys(ingressClasses)),
    advice: "microk8s enable ingress, or name the cluster's own class with ingressClass",
  },
  {
    title: "Ingress controller",
    run: (needs, { ingressClasses }) => {
      if (ingressClasses === undefined) return outcome("unknown", "the cluster does not say");
      const wanted = needs.apis.some((each) => each.startsWith("traefik.io/")) ? "traefik" : "nginx";
      const found = needs.ingressClasses.map((each) => ingressClasses[each] ?? "none");
      const fits = found.every((each) => each.includes(wanted));
      return outcome(fits ? "ok" : "failed", found.join(", ") || "none asked for");
    },
    advice: "set ingressController to what runs there: traefik since MicroK8s 1.35, nginx before",
  },
  {
    title: "Kinds",
    run: (needs, facts) => has(needs.apis, facts.apis),
    advice: "microk8s enable cert-manager for cert-manager.io, ingress for traefik.io, rbac for roles",
  },
  {
    title: "cert-manager",
    run: (_, { certManager }) => {
      if (certManager === undefined) return outcome("unknown", "the cluster does not say");
      const [, major = 0, minor = 0] = (/^v?(\d+)\.(\d+)/.exec(certManager) ?? []).map(Number);
      const fits = major > 1 || (major === 1 && minor >= 12);
      return outcome(fits ? "ok" : "failed", certManager || "not running");
    },
    advice: "microk8s enable cert-manager; 1.12 or newer, as older ones cannot name the Ingress class of a challenge",
  },
  {
    title: "Network policies",
    run: (_, { networkPlugin }) =>
      networkPlugin === undefined || networkPlugin === ""
        ? outcome("unknown", "no network plugin that is known to enforce them")
        : outcome("ok", networkPlugin),
    advice: "use a network plugin that enforces NetworkPolicies; MicroK8s brings Calico",
  },
  {
    title: "RBAC",
    run: (_, { rbac }) =>
      rbac === undefined
        ? outcome("unknown", "the cluster does not say")
        : outcome(rbac ? "ok" : "failed", rbac ? "enforced" : "every account may do everything"),
    advice: "microk8s enable rbac: without it a token of any pod reads every Secret",
  },
  {
    title: "Registry",
    run: (needs, { registry }) => {
      if (!needs.registry) return outcome("ok", "not that of MicroK8s");
      if (registry === undefined) return outcome("unknown", "the cluster does not say");
      return outcome(registry ? "ok" : "failed", registry ? "localhost:32000" : "no container-registry");
    },
    advice: "microk8s enable registry, or name with imageRepository where Bulwark's own images lie",
  },
  {
    title: "Metrics server",
    run: (needs, facts) =>
      needs.scales ? has(["metrics.k8s.io/v1beta1"], facts.apis) : outcome("ok", "nothing scales"),
    advice: "microk8s enable metrics-server: without it no service is scaled",
  },
  {
    title: "Node",
    run: (needs, { cpus, memory }) => {
      if (cpus === undefined || memory === undefined) return outcome("unknown", "the cluster does not say");
      // The kernel keeps a few percent for itself, so a "20 GiB" node shows less.
      const fits = cpus >= (needs.cpus ?? 0) && memory >= (needs.memory ?? 0) * 0.93;
      const asked =
        needs.cpus === undefined ? "" : `, the stack says ${needs.cpus} CPUs and ${sizeOf(needs.memory ?? 0)}`;
      return outcome(fits ? "ok" : "failed", `${cpus} CPUs, ${sizeOf(memory)}${asked}`);
    },
    advice: "set cpus and memory in the stack's configuration to what the node has, and see what no longer fits",
  },
  {
    title: "Secrets at rest",
    run: (_, { encrypts }) =>
      encrypts === undefined
        ? outcome("unknown", "the API server does not show its metrics")
        : outcome(encrypts ? "ok" : "failed", encrypts ? "encrypted" : "stored in clear"),
    advice:
      "give the API server an EncryptionConfiguration (--encryption-provider-config), then write every Secret again",
  },
];
