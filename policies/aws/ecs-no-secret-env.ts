import { EVERYWHERE, rule } from "../rule";
import { exposedSecret } from "../secrets";
import { eachContainer, TASK_DEFINITION } from "./ecs";
import { task } from "./ecs-examples";

/** Everybody who may describe a task reads its environment. */
export const ecsNoSecretEnv = rule({
  id: "aws-ecs-no-secret-env",
  title: "Tasks get secrets by reference",
  severity: "critical",
  level: EVERYWHERE,
  types: TASK_DEFINITION,
  exemptable: false,
  remedy: "Move the variable to secrets, with valueFrom naming a secret or parameter.",
  references: ["FSBP ECS.8", "TRV AWS-0036", "POL-10"],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      guard.each(container.at("environment"), (each) => exposedSecret(each.at("name").text() ?? "", each.at("value")));
      return undefined;
    });
  },
  examples: {
    compliant: [task()],
    violating: [
      task({ environment: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      task({ environment: [{ name: "DB", value: "postgres://app:hunter2@db/shop" }] }),
    ],
  },
});
