import { EVERYWHERE, rule } from "../rule";
import { eachContainer, TASK_DEFINITION } from "./ecs";
import { task } from "./ecs-examples";

/** The same walls around a task as around a container anywhere else. */
export const ecsTaskHardening = rule({
  id: "aws-ecs-task-hardening",
  title: "Tasks are not privileged, read-only and not root",
  severity: "high",
  level: EVERYWHERE,
  types: TASK_DEFINITION,
  remedy: "Set user and readonlyRootFilesystem: true; remove privileged and the host's namespaces.",
  references: ["FSBP ECS.1", "FSBP ECS.3", "FSBP ECS.4", "FSBP ECS.5", "CKV_AWS_334", "CKV_AWS_335", "CKV_AWS_336"],
  check(resource, guard) {
    for (const mode of ["pidMode", "ipcMode", "networkMode"]) {
      guard.check(() => resource.at(mode).text() === "host" && `${mode} shares the host's namespace`);
    }
    eachContainer(resource, guard, (container) => {
      guard.check(() => container.at("privileged").flag() === true && `${container.path}.privileged is true`);
      guard.check(
        () =>
          container.at("readonlyRootFilesystem").flag() !== true &&
          `${container.path}.readonlyRootFilesystem is not true`,
      );
      return /^(|0+(:.*)?|root(:.*)?)$/.test(container.at("user").text() ?? "") && `${container.path}.user is root`;
    });
  },
  examples: {
    compliant: [task()],
    violating: [
      task({ privileged: true }),
      task({ readonlyRootFilesystem: undefined }),
      task({ user: undefined }),
      task({ user: "0:0" }),
      task({}, { pidMode: "host" }),
      task({}, { networkMode: "host" }),
    ],
  },
});
