import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** What the cluster says of itself. What could not be found out is left out. */
export interface ClusterFacts {
  readonly error?: string;
  readonly version?: string;
  readonly cpus?: number;
  /** In MiB. */
  readonly memory?: number;
  /** Controller by class. */
  readonly ingressClasses?: Readonly<Record<string, string>>;
  /** Whether a volume can be made larger, by class. */
  readonly storageClasses?: Readonly<Record<string, boolean>>;
  readonly apis?: readonly string[];
  readonly dns?: boolean;
  /** Version of cert-manager; empty where it does not run. */
  readonly certManager?: string;
  /** What enforces NetworkPolicies; empty where nothing known does. */
  readonly networkPlugin?: string;
  /** Whether an account without rights is refused. */
  readonly rbac?: boolean;
  /** Whether the registry of MicroK8s is there. */
  readonly registry?: boolean;
  /** Whether the API server encrypts what it stores. */
  readonly encrypts?: boolean;
}

/** Asks the cluster with kubectl. Changes nothing. */
export async function clusterFacts(
  context: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ClusterFacts> {
  const kubectl = async (...args: string[]): Promise<string> => {
    const where = context === undefined ? [] : ["--context", context];
    const options = { env: environment, timeout: 8_000, maxBuffer: 64 * 1024 * 1024 };
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
  const [nodes, ingress, storage, apis, services, deployments, daemons, answer, metrics] = await Promise.all([
    maybe(list("nodes")),
    maybe(list("ingressclasses")),
    maybe(list("storageclasses")),
    maybe(kubectl("api-versions")),
    maybe(list("services")),
    maybe(list("deployments")),
    maybe(list("daemonsets")),
    // Says "no" with an exit code of 1.
    maybe(
      kubectl("auth", "can-i", "delete", "secrets", "-A", "--as=system:serviceaccount:default:bulwark-doctor").catch(
        (error: { readonly stdout?: string }) => error.stdout ?? "",
      ),
    ),
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
    ...(storage === undefined
      ? {}
      : {
          storageClasses: Object.fromEntries(
            storage.map((each) => [each.metadata.name, each.allowVolumeExpansion === true]),
          ),
        }),
    ...(apis === undefined ? {} : { apis: apis.split("\n").filter((each) => each !== "") }),
    ...(services === undefined
      ? {}
      : {
          dns: services.some((each) => each.metadata.labels?.["k8s-app"] === "kube-dns"),
          registry: services.some((each) => each.metadata.namespace === "container-registry"),
        }),
    ...(deployments === undefined ? {} : { certManager: certManagerOf(deployments) }),
    ...(daemons === undefined ? {} : { networkPlugin: pluginOf(daemons) }),
    ...(/^(yes|no)\b/.test(answer ?? "") ? { rbac: answer?.startsWith("no") === true } : {}),
    ...(metrics === undefined ? {} : { encrypts: encryptsAtRest(metrics) }),
  };
}

interface Item {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: { readonly controller?: string };
  readonly status?: {
    readonly allocatable?: { readonly cpu: string; readonly memory: string };
    readonly availableReplicas?: number;
  };
  readonly allowVolumeExpansion?: boolean;
}

/** Version of the cert-manager that runs, or nothing. */
function certManagerOf(deployments: readonly Item[]): string {
  const running = deployments.find(
    ({ metadata, status }) =>
      metadata.labels?.["app.kubernetes.io/name"] === "cert-manager" && (status?.availableReplicas ?? 0) > 0,
  );
  return running === undefined ? "" : (running.metadata.labels?.["app.kubernetes.io/version"] ?? "unknown version");
}

/** Agents that enforce NetworkPolicies, one on each node. */
function pluginOf(daemons: readonly Item[]): string {
  return daemons.map((each) => each.metadata.name).find((name) => PLUGINS.test(name)) ?? "";
}

const PLUGINS = /^(calico-node|canal|cilium|antrea-agent|kube-router|weave-net)$/;

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
