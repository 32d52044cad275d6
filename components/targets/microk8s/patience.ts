import type * as pulumi from "@pulumi/pulumi";
import type { PodTemplate } from "./pod";

/** Time for the image, in seconds: it is pulled once. */
const PULL = 300;

/** The provider gives up after ten minutes, whatever the pods need. */
const SHORTEST = 600;

/** How long an update waits for pods that are started one after another. */
export function patience(
  template: Pick<PodTemplate, "probes" | "stopSeconds" | "drainSeconds">,
  replicas: number,
): Required<Pick<pulumi.CustomResourceOptions, "customTimeouts">> {
  const { startup } = template.probes ?? {};
  const start = startup === undefined ? 0 : startup.periodSeconds * startup.failureThreshold;
  return waiting(PULL + replicas * (start + template.stopSeconds + (template.drainSeconds ?? 0)));
}

/** How long an update waits, in seconds. */
export function waiting(seconds: number): Required<Pick<pulumi.CustomResourceOptions, "customTimeouts">> {
  const minutes = `${Math.ceil(Math.max(SHORTEST, seconds) / 60)}m`;
  return { customTimeouts: { create: minutes, update: minutes } };
}
