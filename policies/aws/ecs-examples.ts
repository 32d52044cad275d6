import { changed, DIGEST } from "../docker/examples";
import type { Example } from "../rule";
import { one } from "./examples";

const CONTAINER: Readonly<Record<string, unknown>> = {
  name: "api",
  image: `registry.example/shop/api@${DIGEST}`,
  user: "10001:10001",
  readonlyRootFilesystem: true,
  environment: [{ name: "LOG_LEVEL", value: "info" }],
  secrets: [{ name: "DB_PASSWORD", valueFrom: "arn:secret" }],
  logConfiguration: { logDriver: "awslogs" },
};

/** A sound task definition with changes to its container and to itself. */
export function task(
  container: Readonly<Record<string, unknown>> = {},
  changes: Readonly<Record<string, unknown>> = {},
): Example {
  const definitions = JSON.stringify([changed(CONTAINER, container)]);
  return [one("ecs/taskDefinition:TaskDefinition", { family: "api", containerDefinitions: definitions, ...changes })];
}
