import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget";
import type * as pulumi from "@pulumi/pulumi";
import type { Labels } from "../targets/microk8s/labels";
import { childOf, metadata, type Owner } from "../targets/microk8s/objects";
import type { PaceSpec, ScalingSpec } from "./scaling";

/** Moves the number of replicas of a Deployment with its load. */
export function autoscaled(owner: Owner, fewest: number, scaling: ScalingSpec, workload: pulumi.Resource): void {
  const { component } = owner;
  const use = (name: string, averageUtilization: number) => ({
    type: "Resource",
    resource: { name, target: { type: "Utilization", averageUtilization } },
  });
  new HorizontalPodAutoscaler(
    component,
    {
      metadata: metadata(owner, component),
      spec: {
        scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: component },
        minReplicas: fewest,
        maxReplicas: scaling.max,
        metrics: [use("cpu", scaling.cpuPercent), use("memory", scaling.memoryPercent)],
        behavior: { scaleUp: pace(scaling.up), scaleDown: pace(scaling.down) },
      },
    },
    childOf(owner, [workload]),
  );
}

function pace(spec: PaceSpec) {
  return {
    stabilizationWindowSeconds: spec.after,
    selectPolicy: "Max",
    policies: [{ type: "Percent", value: spec.percent, periodSeconds: spec.every }],
  };
}

/** A drained node takes one replica at a time; a replica that does not work holds up no drain. */
export function budgeted(owner: Owner, selector: Labels): void {
  const { component } = owner;
  new PodDisruptionBudget(
    component,
    {
      metadata: metadata(owner, component),
      spec: {
        maxUnavailable: 1,
        selector: { matchLabels: selector },
        unhealthyPodEvictionPolicy: "AlwaysAllow",
      },
    },
    childOf(owner),
  );
}
