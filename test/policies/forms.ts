import { kindOf, WORKLOAD_KINDS, WORKLOADS } from "../../policies/kubernetes/workloads";
import type { ExampleResource } from "../../policies/rule";
import { aliasesOf, kubernetes } from "../../policies/tokens";

type Json = Readonly<Record<string, unknown>>;

/** The same resource under every token that can hold it: aliases, old API groups, patches, lists, and the other kinds that hold a pod. */
export function forms(resource: ExampleResource): ExampleResource[] {
  if (!resource.type.startsWith("kubernetes:") || kubernetes(kindOf(resource.type)).length === 0)
    return aliasesOf(resource.type).map((type) => ({ ...resource, type }));
  const kinds = WORKLOADS.includes(resource.type) && hasOnlyPod(resource) ? WORKLOAD_KINDS : [kindOf(resource.type)];
  return kinds.flatMap((kind) =>
    kubernetes(kind).map((type) => {
      const props = kinds.length === 1 ? resource.props : reshaped(resource, kind);
      return { ...resource, type, props: type.endsWith("List") ? { items: [props] } : props };
    }),
  );
}

function hasOnlyPod(resource: ExampleResource): boolean {
  return Object.keys(resource.props["spec"] as Json).join() === "template";
}

function reshaped(resource: ExampleResource, kind: string): Json {
  const template = (resource.props["spec"] as Json)["template"] as Json;
  if (kind === "Pod") return { ...resource.props, spec: template["spec"] };
  if (kind === "CronJob") return { ...resource.props, spec: { jobTemplate: { spec: { template } } } };
  return resource.props;
}
