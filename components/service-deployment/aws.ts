import { Service } from "@pulumi/aws/ecs/service";
import { Service as DiscoveryService } from "@pulumi/aws/servicediscovery/service";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { balancerOf, lastPart, targetGroupOf } from "../targets/aws/arns";
import { closedGroup, named, type Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import type { ServiceDeploymentArgs } from "./args";
import { migrate, PLATFORM_VERSION } from "./aws-migration";
import { type Rollout, rollOut } from "./aws-rollout";
import { type Routed, routed } from "./aws-routes";
import { scale } from "./aws-scaling";
import { keep, type Process, taskDefinition } from "./aws-task";
import { openCameras, openWays } from "./aws-ways";
import { ecsWatching } from "./cloud-alarms";
import type { ServiceOutput } from "./output";
import { instancesOf, type ServiceSpec } from "./spec";
import { bind } from "./variables";

/** Everything that the parts of one service share. */
export interface AwsService {
  readonly name: string;
  readonly args: ServiceDeploymentArgs;
  readonly spec: ServiceSpec;
  readonly network: AwsNetwork;
  readonly owner: Owner;
}

/** Fargate tasks in private subnets, replaced without a gap and put back when the new version does not start. */
export function buildOnAws(
  name: string,
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  network: AwsNetwork,
  parent: pulumi.Resource,
): ServiceOutput {
  const owner: Owner = { target: network.target, parent };
  const service: AwsService = { name, args, spec, network, owner };
  const bound = bind({ name, parent, instances: instancesOf(args, spec) }, args.links ?? [], args.environment ?? {});
  const group = closedGroup(owner, name, network.vpcId, "ECS service");
  const ways = [...openWays(service, name, group.id, bound.links), ...openCameras(service, group.id)];
  const kept = keep(service);
  const migration = migrate(service, kept);
  const process: Process = { name, kind: "service", image: args.image, command: args.command, bound };
  const task = taskDefinition(service, process, kept);
  const routes = routed(service, group.id);
  const rollout = rollOut(service, routes);
  const discovery = spec.linkable ? discover(service) : undefined;
  const tasks = new Service(
    name,
    {
      name: physicalName("ecs", name),
      cluster: network.clusterArn,
      taskDefinition: task.definition.arn,
      desiredCount: spec.replicas,
      capacityProviderStrategies: capacity(spec),
      // Without it another share of spot capacity would replace the service.
      forceNewDeployment: true,
      platformVersion: PLATFORM_VERSION,
      schedulingStrategy: "REPLICA",
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      ...rollout.args,
      availabilityZoneRebalancing: "ENABLED",
      enableExecuteCommand: false,
      enableEcsManagedTags: true,
      propagateTags: "SERVICE",
      waitForSteadyState: true,
      networkConfiguration: {
        assignPublicIp: false,
        subnets: [...network.privateSubnetIds],
        securityGroups: [group.id],
      },
      ...(routes === undefined
        ? {}
        : {
            healthCheckGracePeriodSeconds: spec.startWithin,
            loadBalancers: [
              {
                targetGroupArn: routes.targetGroupArn,
                containerName: name,
                containerPort: spec.port,
                ...moving(rollout, routes),
              },
            ],
          }),
      ...(discovery === undefined ? {} : { serviceRegistries: { registryArn: discovery.arn } }),
      ...named(owner, name),
    },
    {
      parent,
      ...rollout.opts,
      // From the first scaling on the number of tasks is no longer ours.
      ...(spec.scaling === undefined ? {} : { ignoreChanges: ["desiredCount"] }),
      dependsOn: [
        ...network.ready,
        ...ways,
        ...task.after,
        ...(routes?.after ?? []),
        ...rollout.after,
        ...(migration === undefined ? [] : [migration]),
        ...bound.links.flatMap((link) => link.after),
      ],
    },
  );
  scale(service, tasks);
  return {
    host: pulumi.output(`${name}.${network.namespace.name}`),
    watching: (slo, tuning) =>
      ecsWatching(
        name,
        {
          service: tasks.name,
          serviceArn: tasks.id,
          group: pulumi.interpolate`service:${tasks.name}`,
          clusterArn: network.clusterArn,
          cluster: network.clusterArn.apply(lastPart),
          ...(routes === undefined
            ? {}
            : {
                edge: {
                  balancer: network.edge.listenerArn.apply(balancerOf),
                  targetGroup: routes.targetGroupArn.apply(targetGroupOf),
                  ...(routes.alternateTargetGroupArn === undefined
                    ? {}
                    : { alternate: routes.alternateTargetGroupArn.apply(targetGroupOf) }),
                },
              }),
        },
        { replicas: spec.replicas },
        slo,
        tuning,
      ),
    ...(spec.linkable ? { path: { kind: "aws", securityGroupId: group.id, port: spec.port }, after: [tasks] } : {}),
    ...(spec.linkable && args.metrics !== undefined
      ? {
          metrics: {
            addresses: [`${name}.${network.namespace.name}:${spec.metrics.port}`],
            path: { kind: "aws", securityGroupId: group.id, port: spec.metrics.port } as const,
          },
        }
      : {}),
  };
}

/** Between what, and by which rule, requests move while a new version is rolled out. */
function moving(rollout: Rollout, routes: Routed) {
  const [rule] = routes.rules;
  if (rollout.moving === undefined || rule === undefined) return {};
  return { advancedConfiguration: { ...rollout.moving, productionListenerRule: rule.arn } };
}

/** Shares of steady and of spot capacity; a spot task may be taken away within two minutes, so one task at least is steady. */
function capacity(spec: ServiceSpec): { capacityProvider: string; base?: number; weight: number }[] {
  const steady = { capacityProvider: "FARGATE", base: 1, weight: 100 - spec.spotPercent };
  return spec.spotPercent === 0 ? [steady] : [steady, { capacityProvider: "FARGATE_SPOT", weight: spec.spotPercent }];
}

/** The service's entry in the private DNS namespace: one address for each healthy task. */
function discover(service: AwsService): DiscoveryService {
  const { name, owner, network } = service;
  return new DiscoveryService(
    name,
    {
      name,
      description: "Tasks of one service",
      dnsConfig: {
        namespaceId: network.namespace.id,
        routingPolicy: "MULTIVALUE",
        dnsRecords: [{ type: "A", ttl: 10 }],
      },
      ...named(owner, name),
    },
    { parent: owner.parent },
  );
}
