import type { TargetKind } from "../../components/targets/target";
import type { Program, Registered } from "../mocks/program";

/** What every target says about a variable: its name without `_FILE`, and whether the value is only referred to. */
export interface Variable {
  readonly name: string;
  /** The value in clear, or what refers to it. */
  readonly value: string;
  readonly byReference: boolean;
}

interface EnvVar {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: unknown;
}

/** The resource that runs a service, by target. */
export function workloadOf(kind: TargetKind, program: Program, service: string): Registered {
  switch (kind) {
    case "compose":
      return program.one("container:Container", `${service}-1`);
    case "microk8s":
      return program.one("apps/v1:Deployment", service);
    case "aws":
      return program.one("ecs/taskDefinition:TaskDefinition", service);
  }
}

/** The resource that runs the database server, by target. */
export function serverOf(kind: TargetKind, program: Program, name: string): Registered {
  switch (kind) {
    case "compose":
      return program.one("container:Container", name);
    case "microk8s":
      return program.one("apps/v1:StatefulSet", name);
    case "aws":
      return program.one("rds/instance:Instance", name);
  }
}

/** The environment variables of a service. */
export function variablesOf(kind: TargetKind, program: Program, service: string): Variable[] {
  return raw(kind, workloadOf(kind, program, service)).map(({ name, value, valueFrom }) => ({
    name: name.replace(/_FILE$/, ""),
    value: value ?? JSON.stringify(valueFrom),
    byReference: valueFrom !== undefined || (name.endsWith("_FILE") && value?.startsWith("/run/secrets/") === true),
  }));
}

function raw(kind: TargetKind, workload: Registered): EnvVar[] {
  switch (kind) {
    case "compose":
      return (workload.inputs["envs"] as string[]).map((line) => {
        const at = line.indexOf("=");
        return { name: line.slice(0, at), value: line.slice(at + 1) };
      });
    case "microk8s":
      return containerOf(workload)["env"] as EnvVar[];
    case "aws": {
      const [container] = JSON.parse(workload.inputs["containerDefinitions"] as string) as {
        environment: EnvVar[];
        secrets: EnvVar[];
      }[];
      return [...(container?.environment ?? []), ...(container?.secrets ?? [])];
    }
  }
}

/** The only container of a Kubernetes workload. */
export function containerOf(workload: Registered): Record<string, unknown> {
  const spec = workload.inputs["spec"] as { template: { spec: { containers: Record<string, unknown>[] } } };
  const [container] = spec.template.spec.containers;
  if (container === undefined) throw new Error(`${workload.name} has no container`);
  return container;
}

/** Whether a resource holds data that cannot be made again. */
export function isStateful(each: Registered): boolean {
  switch (each.type.split(":").at(-1)) {
    case "Volume":
      return (each.inputs["labels"] as { label: string; value: string }[]).some(
        ({ label, value }) => label === "io.bulwark.data" && value === "true",
      );
    case "PersistentVolumeClaim":
      return each.name.endsWith("-data");
    case "Namespace":
      return true;
    case "Instance":
      return each.type.startsWith("aws:rds/");
    case "ReplicationGroup":
      return true;
    case "Bucket":
      return each.parent.includes("bulwark:index:StorageBucket::");
    default:
      return false;
  }
}

/** Every text among the inputs of a resource, with its path. */
export function texts(
  value: unknown,
  path: readonly string[] = [],
): { readonly path: string; readonly text: string }[] {
  if (typeof value === "string") return [{ path: path.join("."), text: value }];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => texts(each, [...path, key]));
}
