import { mebibytes, SIZE_PATTERN } from "../../components/core/units";
import type { GraphResource } from "../../policies/graph";
import { runProgram } from "../plan/program";
import { standIns } from "../plan/source";
import { targetOf } from "../plan/summary";
import { readStack } from "../project";
import type { ClusterNeeds } from "./cluster";

/** What a stack on Kubernetes asks of its cluster, or undefined when it is elsewhere. */
export async function clusterNeeds(root: string, stack: string): Promise<ClusterNeeds | undefined> {
  const files = readStack(root, stack);
  // Only a process of its own can plan twice, so the name of the provider's key is looked for before a program is run.
  if (files.config[`${files.project}:cluster`] === undefined) return undefined;
  const recording = await runProgram(files, standIns);
  if (targetOf(recording) !== "microk8s") return undefined;
  const cpus = Number(files.config[`${files.project}:cpus`]);
  const memory = files.config[`${files.project}:memory`] ?? "";
  return {
    ...needsOf(recording.resources),
    ...(Number.isFinite(cpus) ? { cpus } : {}),
    ...(SIZE_PATTERN.test(memory) ? { memory: mebibytes(memory) } : {}),
    volumesGrow: /"volumesGrow":\s*true/.test(files.config[`${files.project}:cluster`] ?? ""),
  };
}

/** What the objects of a graph need. */
export function needsOf(resources: readonly GraphResource[]): Omit<ClusterNeeds, "volumesGrow"> {
  const objects = resources.filter((each) => each.type.startsWith("kubernetes:"));
  const provider = resources.find((each) => each.type === "pulumi:providers:kubernetes");
  const ofKind = (kind: string) => objects.filter((each) => each.props["kind"] === kind);
  const named = (kind: string, key: string) => [
    ...new Set(ofKind(kind).map((each) => String((each.props["spec"] as Record<string, unknown>)[key]))),
  ];
  const context = provider?.props["context"];
  return {
    context: typeof context === "string" ? context : undefined,
    ingressClasses: named("Ingress", "ingressClassName"),
    storageClasses: named("PersistentVolumeClaim", "storageClassName"),
    apis: [...new Set(objects.map((each) => String(each.props["apiVersion"])))].sort(),
    scales: ofKind("HorizontalPodAutoscaler").length > 0,
    registry: objects.some((each) => JSON.stringify(each.props["spec"] ?? {}).includes('"image":"localhost:32000/')),
  };
}
