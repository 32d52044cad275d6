import { Policy } from "@pulumi/aws/appautoscaling/policy";
import { Target } from "@pulumi/aws/appautoscaling/target";
import type { Service } from "@pulumi/aws/ecs/service";
import * as pulumi from "@pulumi/pulumi";
import { lastPart } from "../targets/aws/arns";
import type { AwsService } from "./aws";
import { fargateSize } from "./fargate";

const KIND = { serviceNamespace: "ecs", scalableDimension: "ecs:service:DesiredCount" };

/** Keeps CPU and memory near their targets by adding and taking away tasks; the number that is asked for is theirs from then on. */
export function scale(service: AwsService, tasks: Service): void {
  const { name, spec, network, owner } = service;
  const { scaling } = spec;
  const size = fargateSize(spec.cpus, spec.memory);
  if (scaling === undefined || size === undefined) return;
  const { parent } = owner;
  const target = new Target(
    name,
    {
      ...KIND,
      resourceId: pulumi.interpolate`service/${network.clusterArn.apply(lastPart)}/${tasks.name}`,
      minCapacity: spec.replicas,
      maxCapacity: scaling.max,
    },
    { parent },
  );
  // ECS counts use in percent of the task's size, which may be larger than what was asked for.
  const shares = {
    CPU: (scaling.cpuPercent * spec.reservedCpus * 1024) / size.cpu,
    Memory: (scaling.memoryPercent * spec.memory) / size.memory,
  };
  for (const [metric, percent] of Object.entries(shares)) {
    new Policy(
      `${name}-${metric.toLowerCase()}`,
      {
        ...KIND,
        name: `keep-${metric.toLowerCase()}`,
        resourceId: target.resourceId,
        policyType: "TargetTrackingScaling",
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: `ECSServiceAverage${metric}Utilization` },
          targetValue: Math.round(percent * 10) / 10,
          scaleOutCooldown: scaling.up.every,
          scaleInCooldown: scaling.down.every,
        },
      },
      { parent },
    );
  }
}
