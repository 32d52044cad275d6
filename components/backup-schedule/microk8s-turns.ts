import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { labelsOf } from "../targets/microk8s/labels";
import { childOf, metadata, type Owner } from "../targets/microk8s/objects";
import { JOBS_AT_ONCE } from "./lanes";

/**
 * Lets only so many jobs of a schedule run at a time, so that the node has room for them at any hour: a quota counts the pods of their priority
 * class, and Kubernetes asks again for a pod that it refused. They are evicted before services, and push nobody out.
 */
export function turns(owner: Owner): { readonly priority: string; readonly ready: readonly pulumi.Resource[] } {
  const { component, network } = owner;
  const priority = physicalName("dnsLabel", network.namespace, component);
  const lowest = new PriorityClass(
    component,
    {
      metadata: { name: priority, labels: { ...network.target.labels, ...labelsOf(component) } },
      value: 10_000,
      description: "Backup jobs: evicted before services",
      globalDefault: false,
      preemptionPolicy: "Never",
    },
    childOf(owner),
  );
  const quota = new ResourceQuota(
    component,
    {
      metadata: metadata(owner, component),
      spec: {
        hard: { pods: String(JOBS_AT_ONCE) },
        scopeSelector: { matchExpressions: [{ scopeName: "PriorityClass", operator: "In", values: [priority] }] },
      },
    },
    childOf(owner, [lowest]),
  );
  return { priority, ready: [lowest, quota] };
}
