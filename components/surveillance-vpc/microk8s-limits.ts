import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota";
import { PriorityClass } from "@pulumi/kubernetes/scheduling/v1/priorityClass";
import type * as pulumi from "@pulumi/pulumi";
import { labelsOf } from "../targets/microk8s/labels";
import { childOf, metadata, type Owner } from "../targets/microk8s/objects";

/** The namespace takes no more than the cluster was said to have, and nothing in it opens a port of the node. */
export function bounded(owner: Owner): pulumi.Resource[] {
  const { component, network } = owner;
  const { cpus, memory, reserved } = network.target.capacity.facts;
  return [
    new ResourceQuota(
      component,
      {
        metadata: metadata(owner, component),
        spec: {
          hard: {
            "limits.memory": `${memory - reserved}Mi`,
            "requests.cpu": `${Math.round(cpus * 1000)}m`,
            "requests.memory": `${memory - reserved}Mi`,
            "services.loadbalancers": "0",
            "services.nodeports": "0",
          },
        },
      },
      childOf(owner),
    ),
    // For pods that others put here and that say nothing themselves: the quota would refuse them.
    new LimitRange(
      component,
      {
        metadata: metadata(owner, component),
        spec: {
          limits: [
            {
              type: "Container",
              default: { memory: "256Mi" },
              defaultRequest: { cpu: "50m", memory: "256Mi" },
            },
          ],
        },
      },
      childOf(owner),
    ),
  ];
}

/** Classes of the cluster, under the namespace's name, because another stack may have other ideas. */
export function priorities(owner: Owner): pulumi.Resource[] {
  const { component, network, parent } = owner;
  const of = (role: "data" | "service", value: number, description: string) =>
    new PriorityClass(
      `${component}-${role}`,
      {
        metadata: { name: network.priorities[role], labels: labelsOf(component) },
        value,
        description,
        globalDefault: false,
        preemptionPolicy: "PreemptLowerPriority",
      },
      { parent },
    );
  return [
    of("data", 1_000_000, "Data stores: placed first, evicted last"),
    of("service", 100_000, "Services: evicted after jobs, before data stores"),
  ];
}
