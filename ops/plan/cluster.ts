import { sizeOf } from "../../components/core/units";
import type { GraphResource } from "../../policies/graph";

type Props = Readonly<Record<string, unknown>>;

/** Kinds that run pods, in the order in which a plan lists them. */
export const WORKLOADS = ["Deployment", "StatefulSet", "DaemonSet", "CronJob", "Job"] as const;

/** What runs in a cluster. */
export interface Workload {
  readonly kind: (typeof WORKLOADS)[number];
  readonly images: readonly string[];
  /** Pods that run at least and at most. */
  readonly fewest: number;
  readonly most: number;
  /** Of one pod: CPUs that are kept free, and the memory limit in MiB. */
  readonly cpus: number;
  readonly memory: number;
}

/** Kind of an object of Kubernetes: `Deployment`; undefined for everything else. */
export function objectKind(resource: GraphResource): string | undefined {
  return resource.type.startsWith("kubernetes:") ? resource.type.split(":").at(-1) : undefined;
}

/** Autoscalers of a graph, by the workloads that they move. */
export type Scalers = ReadonlyMap<string, Props>;

/** Finds the autoscalers of a graph. */
export function scalersOf(graph: readonly GraphResource[]): Scalers {
  const scalers = graph.filter((each) => objectKind(each) === "HorizontalPodAutoscaler");
  return new Map(
    scalers.map((each) => {
      const spec = at(each.props, "spec");
      return [`${String(at(each.props, "metadata")["namespace"])}/${String(at(spec, "scaleTargetRef")["name"])}`, spec];
    }),
  );
}

/** The workload that a resource is, with what its autoscaler may make of it. */
export function workloadOf(resource: GraphResource, scalers: Scalers): Workload | undefined {
  const kind = WORKLOADS.find((each) => each === objectKind(resource));
  if (kind === undefined) return undefined;
  const spec = at(resource.props, "spec");
  const template = at(kind === "CronJob" ? at(spec, "jobTemplate", "spec") : spec, "template", "spec");
  const containers = list(template["containers"]);
  const limits = (section: string, name: string): string[] =>
    containers.map((each) => String(at(each, "resources", section)[name] ?? "0"));
  const replicas = typeof spec["replicas"] === "number" ? spec["replicas"] : 1;
  const own = at(resource.props, "metadata");
  const scaled = scalers.get(`${String(own["namespace"])}/${String(own["name"])}`) ?? {};
  return {
    kind,
    images: containers.map((each) => String(each["image"])),
    fewest: typeof scaled["minReplicas"] === "number" ? scaled["minReplicas"] : replicas,
    most: typeof scaled["maxReplicas"] === "number" ? scaled["maxReplicas"] : replicas,
    cpus: limits("requests", "cpu").reduce((sum, each) => sum + cpus(each), 0),
    memory: limits("limits", "memory").reduce((sum, each) => sum + mebibytes(each), 0),
  };
}

/** Size of a claim in MiB, and whether it holds data that cannot be made again. */
export function claimOf(resource: GraphResource): { readonly size: number; readonly data: boolean } {
  return {
    size: mebibytes(String(at(resource.props, "spec", "resources", "requests")["storage"] ?? "0")),
    data: at(resource.props, "metadata", "labels")["data-class"] !== "none",
  };
}

/** What all workloads of a graph take together, and what the quota of their namespace gives; undefined without any. */
export function clusterTotals(graph: readonly GraphResource[]): string | undefined {
  const scalers = scalersOf(graph);
  const workloads = graph.flatMap((each) => workloadOf(each, scalers) ?? []);
  if (workloads.length === 0) return undefined;
  const lasting = workloads.filter((each) => each.kind !== "Job" && each.kind !== "CronJob");
  const sum = (amount: (each: Workload) => number): number => lasting.reduce((total, each) => total + amount(each), 0);
  // Others count pods of one kind alone.
  const quota = graph.find(
    (each) => objectKind(each) === "ResourceQuota" && "limits.memory" in at(each.props, "spec", "hard"),
  );
  const hard = quota === undefined ? {} : at(quota.props, "spec", "hard");
  const of = (value: unknown, shown: (text: string) => string): string =>
    value === undefined ? "" : ` of ${shown(String(value))}`;
  const [fewest, most] = [sum((each) => each.fewest), sum((each) => each.most)];
  const reserved = Math.round(sum((each) => each.cpus * each.most) * 100) / 100;
  return [
    `${fewest === most ? fewest : `${fewest} to ${most}`} pods`,
    `${workloads.length - lasting.length} jobs`,
    `CPUs reserved ${reserved}${of(hard["requests.cpu"], (text) => String(cpus(text)))}`,
    `memory limits ${sizeOf(sum((each) => each.memory * each.most))}${of(hard["limits.memory"], (text) => sizeOf(mebibytes(text)))}`,
  ].join(", ");
}

function cpus(quantity: string): number {
  return quantity.endsWith("m") ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);
}

const UNITS: Readonly<Record<string, number>> = { Ki: 1 / 1024, Mi: 1, Gi: 1024, Ti: 1024 * 1024 };

function mebibytes(quantity: string): number {
  const [, amount = "0", unit = ""] = /^([\d.]+)([KMGT]i)?$/.exec(quantity) ?? [];
  return Number(amount) * (UNITS[unit] ?? 1 / (1024 * 1024));
}

function at(value: unknown, ...keys: readonly string[]): Props {
  const found = keys.reduce<unknown>(
    (within, key) => (typeof within === "object" && within !== null ? (within as Props)[key] : undefined),
    value,
  );
  return typeof found === "object" && found !== null ? (found as Props) : {};
}

function list(value: unknown): Props[] {
  return Array.isArray(value) ? (value as Props[]) : [];
}
