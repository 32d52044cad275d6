import { DefaultSecurityGroup } from "@pulumi/aws/ec2/defaultSecurityGroup";
import { Vpc } from "@pulumi/aws/ec2/vpc";
import { Cluster } from "@pulumi/aws/ecs/cluster";
import { ClusterCapacityProviders } from "@pulumi/aws/ecs/clusterCapacityProviders";
import { PrivateDnsNamespace } from "@pulumi/aws/servicediscovery/privateDnsNamespace";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { accountOf } from "../targets/aws/account";
import { balancerOf } from "../targets/aws/arns";
import { named, type Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import type { AwsTarget } from "../targets/target";
import type { AdoptedVpc } from "./adopted";
import { buildAccessLogs } from "./aws-access-logs";
import { buildEdge } from "./aws-edge";
import { buildEndpoints } from "./aws-endpoints";
import { buildFlowLog } from "./aws-flow-log";
import { buildKey } from "./aws-key";
import { buildRunner } from "./aws-runner";
import { buildSite } from "./aws-site";
import { ANYWHERE, ANYWHERE_6, adoptSubnets, buildSubnets, type Subnets } from "./aws-subnets";
import { networkWatching } from "./cloud-alarms";
import type { VpcSpec } from "./spec";

/** A VPC with three tiers of subnets, a closed default group, ways to the APIs of AWS, the cluster, and the load balancer. */
export function buildOnAws(name: string, spec: VpcSpec, target: AwsTarget, parent: pulumi.Resource): AwsNetwork {
  const owner: Owner = { target, parent };
  const { vpcId, account, subnets } =
    spec.adopt === undefined ? ownVpc(owner, name, spec) : adoptedVpc(spec.adopt, target);
  const key = buildKey(owner, name, account, spec.protect);
  if (spec.adopt === undefined) buildFlowLog(owner, name, vpcId, key.arn);
  const accessLogs = buildAccessLogs(owner, name, account, spec.protect);
  const endpoints = buildEndpoints(owner, name, vpcId, subnets, spec.adopt?.endpoints);
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
  const site = spec.site === undefined ? [] : buildSite(owner, name, spec.site, spec.cameras, vpcId, subnets);
  const zone = `${physicalName("zone", target.prefix)}.internal`;
  const namespace = new PrivateDnsNamespace(
    `${name}-namespace`,
    { name: zone, vpc: vpcId, description: "Services that other services link to", ...named(owner, name) },
    { parent },
  );
  const edge = buildEdge(owner, name, spec, vpcId, subnets.public, accessLogs, key.arn);
  return {
    kind: "aws",
    target,
    vpcId,
    keyArn: key.arn,
    accessLogs,
    publicSubnetIds: subnets.public.map((each) => each.id),
    privateSubnetIds: subnets.private.map((each) => each.id),
    dataSubnetIds: subnets.data.map((each) => each.id),
    clusterArn: cluster.arn,
    runner,
    outside: outsideOf(spec),
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

/** Where the stack lies, whoever made it. */
interface Place {
  readonly vpcId: pulumi.Output<string>;
  readonly account: pulumi.Output<string>;
  readonly subnets: Subnets;
}

function ownVpc(owner: Owner, name: string, spec: VpcSpec): Place {
  const { parent, target } = owner;
  const vpc = new Vpc(
    name,
    {
      cidrBlock: spec.cidr,
      ...(spec.ipv6 ? { assignGeneratedIpv6CidrBlock: true } : {}),
      enableDnsHostnames: true,
      enableDnsSupport: true,
      ...named(owner, name),
    },
    { parent },
  );
  // AWS makes this group with every new VPC and gives it to whatever names none; without rules it opens nothing.
  new DefaultSecurityGroup(
    `${name}-default`,
    { vpcId: vpc.id, ingress: [], egress: [], ...named(owner, name, "default-closed") },
    { parent },
  );
  return { vpcId: vpc.id, account: accountOf(target, vpc.arn), subnets: buildSubnets(owner, name, spec, vpc) };
}

function adoptedVpc(adopted: AdoptedVpc, target: AwsTarget): Place {
  const [account = ""] = target.accountIds;
  return {
    vpcId: pulumi.output(adopted.vpcId),
    account: pulumi.output(account),
    subnets: adoptSubnets(adopted, target),
  };
}

/** What "the internet" is to a service with `outbound`. */
function outsideOf(spec: VpcSpec): readonly string[] {
  if (spec.adopt !== undefined) return spec.adopt.outbound === false ? [] : [ANYWHERE];
  return [...(spec.nat === "none" ? [] : [ANYWHERE]), ...(spec.ipv6 ? [ANYWHERE_6] : [])];
}
