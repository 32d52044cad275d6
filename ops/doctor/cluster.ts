import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { sizeOf } from "../../components/core/units";
import type { Outcome } from "./checks";

const run = promisify(execFile);

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
}

/** What the cluster says of itself. What could not be found out is left out. */
export interface ClusterFacts {
  readonly error?: string;
  readonly version?: string;
  readonly cpus?: number;
  /** In MiB. */
  readonly memory?: number;
  /** Controller by class. */
  readonly ingressClasses?: Readonly<Record<string, string>>;
  readonly storageClasses?: readonly string[];
  readonly apis?: readonly string[];
  readonly dns?: boolean;
  /** Whether the API server encrypts what it stores. */
  readonly encrypts?: boolean;
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
        : outcome(/^v?1\.(2[89]|[3-9]\d)/.test(version) ? "ok" : "failed", version),
    advice:
      "start the cluster (microk8s start), write its kubeconfig (microk8s config), and have Kubernetes 1.28 or newer",
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
    run: (needs, facts) => has(needs.storageClasses, facts.storageClasses),
    advice: "microk8s enable hostpath-storage, or name the cluster's own class with storageClass",
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

/** Asks the cluster with kubectl. Changes nothing. */
export async function clusterFacts(context: string | undefined): Promise<ClusterFacts> {
  const kubectl = async (...args: string[]): Promise<string> => {
    const where = context === undefined ? [] : ["--context", context];
    const options = { timeout: 8_000, maxBuffer: 64 * 1024 * 1024 };
    return (await run("kubectl", [...where, "--request-timeout=6s", ...args], options)).stdout;
  };
  const list = async (kind: string): Promise<readonly Item[]> =>
    (JSON.parse(await kubectl("get", kind, "-A", "-o", "json")) as { items: Item[] }).items;
  const maybe = <T>(asked: Promise<T>): Promise<T | undefined> => asked.catch(() => undefined);
  let version: string;
  try {
    version = (JSON.parse(await kubectl("get", "--raw", "/version")) as { gitVersion: string }).gitVersion;
  } catch (error) {
    const { code, stderr } = error as { code?: unknown; stderr?: string };
    if (code === "ENOENT") return { error: "the program kubectl is not installed" };
    return { error: stderr?.trim().split("\n").at(-1) || "no answer within 8 seconds" };
  }
  const [nodes, ingress, storage, apis, dns, metrics] = await Promise.all([
    maybe(list("nodes")),
    maybe(list("ingressclasses")),
    maybe(list("storageclasses")),
    maybe(kubectl("api-versions")),
    maybe(list("services")),
    maybe(kubectl("get", "--raw", "/metrics")),
  ]);
  return {
    version,
    ...(nodes === undefined ? {} : capacity(nodes)),
    ...(ingress === undefined
      ? {}
      : {
          ingressClasses: Object.fromEntries(ingress.map((each) => [each.metadata.name, each.spec?.controller ?? ""])),
        }),
    ...(storage === undefined ? {} : { storageClasses: storage.map((each) => each.metadata.name) }),
    ...(apis === undefined ? {} : { apis: apis.split("\n").filter((each) => each !== "") }),
    ...(dns === undefined ? {} : { dns: dns.some((each) => each.metadata.labels?.["k8s-app"] === "kube-dns") }),
    ...(metrics === undefined ? {} : { encrypts: encryptsAtRest(metrics) }),
  };
}

interface Item {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly spec?: { readonly controller?: string };
  readonly status?: { readonly allocatable?: { readonly cpu: string; readonly memory: string } };
}

function capacity(nodes: readonly Item[]): Pick<ClusterFacts, "cpus" | "memory"> {
  const sum = (read: (each: NonNullable<NonNullable<Item["status"]>["allocatable"]>) => number) =>
    nodes.reduce((total, { status }) => total + (status?.allocatable === undefined ? 0 : read(status.allocatable)), 0);
  return {
    cpus: sum(({ cpu }) => (cpu.endsWith("m") ? Number.parseInt(cpu, 10) / 1000 : Number(cpu))),
    memory: Math.floor(sum(({ memory }) => Number.parseInt(memory, 10) / (memory.endsWith("Mi") ? 1 : 1024))),
  };
}

/** Whether the API server has written or read anything through a transformer that encrypts. */
export function encryptsAtRest(metrics: string): boolean {
  return /^apiserver_storage_transformation_operations_total\{[^}]*transformer_prefix="k8s:enc:/m.test(metrics);
}
