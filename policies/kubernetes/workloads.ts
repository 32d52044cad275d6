import type { Guard, Verdict } from "../guard";
import type { Subject } from "../join";
import { kubernetes } from "../tokens";
import type { View } from "../view";

/** Kinds that start pods, each with its old API groups, its Patch and its List. */
export const WORKLOAD_KINDS = [
  "Pod",
  "Deployment",
  "StatefulSet",
  "DaemonSet",
  "ReplicaSet",
  "Job",
  "CronJob",
  "ReplicationController",
] as const;

/** Every token that starts pods. */
export const WORKLOADS: readonly string[] = WORKLOAD_KINDS.flatMap((kind) => kubernetes(kind));

/** Tokens that start pods which are to run for ever. */
export const SERVERS: readonly string[] = WORKLOAD_KINDS.filter((kind) => kind !== "Job" && kind !== "CronJob").flatMap(
  (kind) => kubernetes(kind),
);

/** The kind that a token stands for: `Deployment` for its Patch and List too. */
export function kindOf(type: string): string {
  return (type.split(":").at(-1) ?? "").replace(/(?<=.)(Patch|List)$/, "");
}

/** Runs one check for each object: the resource itself, or the items of a list. */
export function eachObject(resource: Subject, guard: Guard, test: (object: View) => Verdict): void {
  if (resource.type.endsWith("List")) guard.each(resource.at("items"), test);
  else guard.check(() => test(resource));
}

/** Runs one check for each pod specification. */
export function eachPod(resource: Subject, guard: Guard, test: (pod: View, object: View) => Verdict): void {
  eachObject(resource, guard, (object) => test(podOf(object, resource.type), object));
}

/** The pod specification inside an object. */
export function podOf(object: View, type: string): View {
  const kind = kindOf(type);
  if (kind === "Pod") return object.at("spec");
  return kind === "CronJob"
    ? object.at("spec", "jobTemplate", "spec", "template", "spec")
    : object.at("spec", "template", "spec");
}

/** Runs one check for each container: the ones that serve, the ones that run before, and the ones added for debugging. */
export function eachContainer(
  resource: Subject,
  guard: Guard,
  test: (container: View, pod: View) => Verdict,
  lists: readonly string[] = ["containers", "initContainers", "ephemeralContainers"],
): void {
  eachPod(resource, guard, (pod) => {
    for (const list of lists) guard.each(pod.at(list), (container) => test(container, pod));
    return undefined;
  });
}

/** What holds for a container: its own setting, else the pod's. */
export function effective(container: View, pod: View, ...keys: readonly string[]): View {
  const own = container.at("securityContext", ...keys);
  return own.present() ? own : pod.at("securityContext", ...keys);
}
