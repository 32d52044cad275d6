import { Job } from "@pulumi/kubernetes/batch/v1/job";
import * as pulumi from "@pulumi/pulumi";
import { fingerprint } from "./fingerprint";
import { labelsOf, type PodRole, selectorOf } from "./labels";
import { childOf, metadata, type Owner } from "./objects";
import { waiting } from "./patience";
import { type PodTemplate, podSpec } from "./pod";

/** Seconds after which a job that has not ended has failed, retries included. */
const DEADLINE = 1800;

/**
 * Something that is done once for each content: the name ends with a hash of the whole pod, so another content is another job, and the update
 * waits until it has ended well. Finished jobs are kept: their absence would look like drift. One that has failed is run again by the next update.
 */
export function job(
  owner: Owner,
  logicalName: string,
  role: PodRole,
  template: Omit<PodTemplate, "restart">,
  after: readonly pulumi.Input<pulumi.Resource>[],
): Job {
  const spec = pulumi.output(podSpec({ ...template, restart: "Never" }));
  const labels = selectorOf(owner.component, logicalName, role);
  return new Job(
    logicalName,
    {
      metadata: {
        ...metadata(owner, pulumi.interpolate`${logicalName}-${fingerprint(spec)}`),
        annotations: { "pulumi.com/replaceUnready": "true" },
      },
      spec: {
        backoffLimit: 4,
        activeDeadlineSeconds: DEADLINE,
        completions: 1,
        parallelism: 1,
        template: { metadata: { labels: labelsOf(owner.component, labels) }, spec },
      },
    },
    { ...childOf(owner, after), ...waiting(DEADLINE + 60) },
  );
}
