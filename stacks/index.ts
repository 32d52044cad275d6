import * as pulumi from "@pulumi/pulumi";
import { Problems } from "../components/core/problems";
import { nearest } from "../components/core/suggest";
import { accept } from "../components/core/tick";
import { stackConfig } from "./config";
import { dev } from "./dev";
import type { Platform } from "./platform";
import { prod } from "./prod";
import { staging } from "./staging";

const STACKS: Readonly<Record<string, typeof dev>> = { dev, staging, prod };

function run(): Platform {
  const name = pulumi.getStack();
  const stack = STACKS[name];
  if (stack !== undefined) return stack(stackConfig());
  const known = Object.keys(STACKS);
  return accept(() => {
    const problems = new Problems("stack", "CONFIGURATION").add({
      path: "stack",
      given: `"${name}"`,
      allowed: known.join(", "),
      fix: `use ${nearest(name, known) ?? known.join(" or ")}`,
    });
    problems.throwIfAny();
    throw new Error("unreachable");
  });
}

const made = run();

/** Handles of the platform's components, for other stacks. */
export const outputs = {
  database: { host: made.db.writer.host, port: made.db.writer.port, readers: made.db.readers.map((each) => each.host) },
  cache: { host: made.cache.host, port: made.cache.port },
  recordings: { endpoint: made.recordings.endpoint, bucket: made.recordings.bucketName },
  services: Object.fromEntries(made.services.map((each) => [each.componentName, each.host])),
};
