/** Labels by name. */
export type Labels = Readonly<Record<string, string>>;

/** What a pod is for, as `app.kubernetes.io/component` says it. */
export type PodRole =
  | "database"
  | "cache"
  | "bucket"
  | "service"
  | "provision"
  | "migration"
  | "pruner"
  | "backup"
  | "backup-job"
  | "monitoring"
  | "agent";

/** Labels that select the pods of one workload; they never change. */
export function selectorOf(component: string, instance: string, role: PodRole): Labels {
  return {
    "app.kubernetes.io/component": role,
    "app.kubernetes.io/instance": instance,
    "app.kubernetes.io/name": component,
  };
}

/** Label of what is made again when it is lost, whatever the stack's own label of that name says. */
export const HOLDS_NOTHING: Labels = { "data-class": "none" };

/** Labels of every object of a component. */
export function labelsOf(component: string, more: Labels = {}): Labels {
  return { "app.kubernetes.io/managed-by": "bulwark", "app.kubernetes.io/name": component, ...more };
}
