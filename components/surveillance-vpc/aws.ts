import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { ClusterCapacityProviders } from "@pulumi/aws/ecs/clusterCapacityProviders";
import { PrivateDnsNamespace } from "@pulumi/aws/servicediscovery/privateDnsNamespace";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { balancerOf } from "../targets/aws/arns";
import { named, type Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import type { AwsTarget } from "../targets/target";
import { buildAccessLogs } from "./aws-access-logs";
import { buildEdge } from "./aws-edge";
import { buildEndpoints } from "./aws-endpoints";
import { buildFlowLog } from "./aws-flow-log";
import { buildKey } from "./aws-key";
import { buildRunner } from "./aws-runner";
import { buildSite } from "./aws-site";
import { buildSubnets } from "./aws-subnets";
import { networkWatching } from "./cloud-alarms";
import type { VpcSpec } from "./spec";

/** A VPC with three tiers of subnets, a closed default group, ways to the APIs of AWS, the cluster, and the load balancer. */
export function buildOnAws(name: string, spec: VpcSpec, target: AwsTarget, parent: pulumi.Resource): AwsNetwork {
  const owner: Owner = { target, parent };
  const vpc = new Vpc(
    name,
    { cidrBlock: spec.cidr, enableDnsHostnames: true, enableDnsSupport: true, ...named(owner, name) },
    { parent },
  );
  // AWS makes this group with every new VPC and gives it to whatever names none; without rules it opens nothing.
  new DefaultSecurityGroup(
    `${name}-default`,
    { vpcId: vpc.id, ingress: [], egress: [], ...named(owner, name, "default-closed") },
    { parent },
  );
  const key = buildKey(owner, name, vpc.arn, spec.protect);
  buildFlowLog(owner, name, vpc.id, key.arn);
  const accessLogs = buildAccessLogs(owner, name, vpc.arn, spec.protect);
  const subnets = buildSubnets(owner, name, spec.cidr, vpc.id);
  const endpoints = buildEndpoints(owner, name, vpc.id, subnets);
  const cluster = new Cluster(
    `${name}-cluster`,
    {
      name: physicalName("ecs", target.prefix),
      settings: [{ name: "containerInsights", value: "enabled" }],
      ...named(owner, name),
    },
    { parent },
  );
  new ClusterCapacityProviders(
    `${name}-cluster`,
    { clusterName: cluster.name, capacityProviders: ["FARGATE", "FARGATE_SPOT"] },
    { parent },
  );
  const runner = buildRunner(owner, name, key.arn, cluster.arn);
  const site = spec.site === undefined ? [] : buildSite(owner, name, spec.site, spec.cameras, vpc.id, subnets);
  const zone = `${physicalName("zone", target.prefix)}.internal`;
  const namespace = new PrivateDnsNamespace(
    `${name}-namespace`,
    { name: zone, vpc: vpc.id, description: "Services that other services link to", ...named(owner, name) },
    { parent },
  );
  const edge = buildEdge(owner, name, spec, vpc.id, subnets.public, accessLogs, key.arn);
  return {
    kind: "aws",
    target,
    vpcId: vpc.id,
    keyArn: key.arn,
    accessLogs,
    publicSubnetIds: subnets.public.map((each) => each.id),
    privateSubnetIds: subnets.private.map((each) => each.id),
    dataSubnetIds: subnets.data.map((each) => each.id),
    clusterArn: cluster.arn,
    runner,
    cameras: spec.cameras,
    namespace: { id: namespace.id, name: zone },
    endpoints: endpoints.ways,
    edge,
    watching: {
      component: name,
      with: (tuning) =>
        networkWatching(
          name,
          {
            balancer: edge.listenerArn.apply(balancerOf),
            certificateArn: edge.certificateArn,
            nats: subnets.nats,
          },
          tuning,
        ),
    },
    ready: [...subnets.ready, ...endpoints.ready, ...site],
  };
}
