import type { Program } from "../mocks/program";

/** A Kubernetes object. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** What a workload makes its pods from. */
export interface PodTemplate {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly volumes?: readonly { readonly name: string }[];
    readonly containers: readonly Readonly<Record<string, unknown>>[];
  };
}

/** What others need must be there first. */
const FIRST = ["Namespace", "PriorityClass", "ResourceQuota", "LimitRange", "ServiceAccount", "PersistentVolumeClaim"];

/** The objects that a program gives the cluster, what others need first. */
export function manifestsOf(program: Program): Manifest[] {
  const rank = ({ kind }: Manifest): number => (FIRST.includes(kind) ? FIRST.indexOf(kind) : FIRST.length);
  return program.resources
    .filter((each) => each.type.startsWith("kubernetes:"))
    .map((each) => each.inputs as unknown as Manifest)
    .sort((a, b) => rank(a) - rank(b));
}

/** `Kind namespace/name`. */
export function nameOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** The pod template of a workload. */
export function templateOf(manifest: Manifest): PodTemplate | undefined {
  const spec = (manifest["spec"] ?? {}) as Record<string, unknown>;
  switch (manifest.kind) {
    case "Deployment":
    case "StatefulSet":
    case "DaemonSet":
    case "Job":
      return spec["template"] as PodTemplate;
    case "CronJob":
      return (spec["jobTemplate"] as { spec: { template: PodTemplate } }).spec.template;
    default:
      return undefined;
  }
}

/** Whether the pods of a workload end by themselves. */
export function ends({ kind }: Manifest): boolean {
  return kind === "Job" || kind === "CronJob";
}

/** Each pod template as bare pods: as many as there are replicas, at most. */
export function podsOf(manifests: readonly Manifest[]): Manifest[] {
  const scaled = new Map(
    manifests
      .filter((each) => each.kind === "HorizontalPodAutoscaler")
      .map((each) => {
        const spec = each["spec"] as { maxReplicas: number; scaleTargetRef: { name: string } };
        return [spec.scaleTargetRef.name, spec.maxReplicas];
      }),
  );
  return manifests.flatMap((manifest) => {
    const template = templateOf(manifest);
    if (template === undefined) return [];
    const { replicas } = manifest["spec"] as { replicas?: number };
    const count = scaled.get(manifest.metadata.name) ?? replicas ?? 1;
    return Array.from({ length: count }, (_, index) => podOf(manifest, template, index));
  });
}

function podOf(workload: Manifest, { metadata, spec }: PodTemplate, index: number): Manifest {
  const { namespace, name } = workload.metadata;
  const { volumeClaimTemplates } = workload["spec"] as { volumeClaimTemplates?: { metadata: { name: string } }[] };
  const claimed = (volumeClaimTemplates ?? []).map((each) => ({
    name: each.metadata.name,
    persistentVolumeClaim: { claimName: `${each.metadata.name}-${name}-${index}` },
  }));
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${workload.kind.toLowerCase()}-${name}`.slice(0, 240).concat(`-${index}`),
      ...(namespace === undefined ? {} : { namespace }),
      labels: metadata.labels,
    },
    spec: { ...spec, volumes: [...(spec.volumes ?? []), ...claimed] },
  };
}
