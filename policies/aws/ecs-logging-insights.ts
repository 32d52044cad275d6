import { EVERYWHERE, rule } from "../rule";
import { ECS_CLUSTER, eachContainer, TASK_DEFINITION } from "./ecs";
import { task } from "./ecs-examples";
import { one } from "./examples";

/** Logs outlive the task; what the cluster does and what people do in it is seen. */
export const ecsLoggingInsights = rule({
  id: "aws-ecs-logging-insights",
  title: "Tasks log, clusters are watched",
  severity: "medium",
  level: EVERYWHERE,
  types: [...TASK_DEFINITION, ...ECS_CLUSTER],
  remedy: "Set logConfiguration on each container, and containerInsights and exec logging on the cluster.",
  references: ["FSBP ECS.9", "FSBP ECS.12", "CKV_AWS_65", "CKV_AWS_223"],
  check(resource, guard) {
    if (TASK_DEFINITION.includes(resource.type)) {
      eachContainer(resource, guard, (container) => {
        const driver = container.at("logConfiguration", "logDriver").text() ?? "";
        return ["", "none"].includes(driver) && `${container.path} has no logConfiguration`;
      });
      return;
    }
    guard.check(() => {
      const insights = resource
        .at("settings")
        .list()
        .find((each) => each.at("name").text() === "containerInsights");
      const on = ["enabled", "enhanced"].includes(insights?.at("value").text() ?? "");
      return !on && { message: "settings do not switch containerInsights on", advisory: true };
    });
    const logging = resource.at("configuration", "executeCommandConfiguration", "logging");
    guard.check(() => logging.text() === "NONE" && { message: `${logging.path} is NONE`, advisory: true });
  },
  examples: {
    compliant: [task(), [one("ecs/cluster:Cluster", { settings: [{ name: "containerInsights", value: "enabled" }] })]],
    violating: [
      task({ logConfiguration: undefined }),
      [one("ecs/cluster:Cluster", {})],
      [
        one("ecs/cluster:Cluster", {
          settings: [{ name: "containerInsights", value: "enabled" }],
          configuration: { executeCommandConfiguration: { logging: "NONE" } },
        }),
      ],
    ],
  },
});
