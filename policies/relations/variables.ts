import { eachContainer as eachTaskContainer, TASK_DEFINITION } from "../aws/ecs";
import { CONTAINER } from "../docker/container";
import type { Guard, Verdict } from "../guard";
import type { Subject } from "../join";
import { eachContainer, WORKLOADS } from "../kubernetes/workloads";
import type { View } from "../view";

/** Every token that starts processes with variables: containers, workloads and tasks. */
export const STARTERS: readonly string[] = [...CONTAINER, ...WORKLOADS, ...TASK_DEFINITION];

/**
 * Runs one check for each variable that a process is started with and whose name `concerns` admits; the value is read for those alone. A value
 * that is marked as secret is passed over: it is none of the plain settings that these checks look for.
 */
export function eachVariable(
  resource: Subject,
  guard: Guard,
  concerns: (name: string) => boolean,
  test: (name: string, value: string, at: View) => Verdict,
): void {
  const pair = (variable: View): Verdict => {
    const name = variable.at("name").text() ?? "";
    const value = variable.at("value");
    return concerns(name) && !value.isSecret() && test(name, value.text() ?? "", variable);
  };
  if (CONTAINER.includes(resource.type)) {
    guard.each(resource.at("envs"), (each) => {
      if (each.isSecret()) return undefined;
      const [name = "", ...rest] = (each.text() ?? "").split("=");
      return concerns(name) && test(name, rest.join("="), each);
    });
  } else if (TASK_DEFINITION.includes(resource.type)) {
    eachTaskContainer(resource, guard, (container) => {
      guard.each(container.at("environment"), pair);
      return undefined;
    });
  } else {
    eachContainer(resource, guard, (container) => {
      guard.each(container.at("env"), pair);
      return undefined;
    });
  }
}
