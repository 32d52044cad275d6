import type { Guard, Verdict } from "../guard";
import type { Subject } from "../join";
import { aws } from "../tokens";
import type { View } from "../view";

/** What ECS is to run. */
export const TASK_DEFINITION: readonly string[] = aws("ecs/taskDefinition:TaskDefinition");
/** A cluster of ECS. */
export const ECS_CLUSTER: readonly string[] = aws("ecs/cluster:Cluster");
/** A service of ECS. */
export const ECS_SERVICE: readonly string[] = aws("ecs/service:Service");

/** Runs one check for each container of a task definition. */
export function eachContainer(task: Subject, guard: Guard, test: (container: View) => Verdict): void {
  guard.attempt(() => guard.each(task.at("containerDefinitions").json(), test));
}
