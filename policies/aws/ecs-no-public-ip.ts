import { EVERYWHERE, rule } from "../rule";
import { ECS_SERVICE } from "./ecs";
import { one } from "./examples";

/** Tasks are reached through the load balancer alone. */
export const ecsNoPublicIp = rule({
  id: "aws-ecs-no-public-ip",
  title: "Tasks have no public address",
  severity: "high",
  level: EVERYWHERE,
  types: ECS_SERVICE,
  remedy: "Set assignPublicIp: false, and give the subnets endpoints or a NAT gateway.",
  references: ["FSBP ECS.2", "CKV_AWS_333"],
  check(resource, guard) {
    const flag = resource.at("networkConfiguration", "assignPublicIp");
    guard.check(() => flag.flag() === true && `${flag.path} is true`);
  },
  examples: {
    compliant: [[one("ecs/service:Service", { networkConfiguration: { assignPublicIp: false } })]],
    violating: [[one("ecs/service:Service", { networkConfiguration: { assignPublicIp: true } })]],
  },
});
