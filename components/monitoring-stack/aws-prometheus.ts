import { AlertManagerDefinition } from "@pulumi/aws/amp/alertManagerDefinition";
import { RuleGroupNamespace } from "@pulumi/aws/amp/ruleGroupNamespace";
import { Workspace } from "@pulumi/aws/amp/workspace";
import { VpcEndpoint } from "@pulumi/aws/ec2/vpcEndpoint";
import * as pulumi from "@pulumi/pulumi";
import type { CloudWatching } from "../core/cloud-alarm";
import type { Linkable } from "../core/links";
import { physicalName } from "../core/names";
import { ServiceDeployment } from "../service-deployment";
import { named } from "../targets/aws/children";
import { allow } from "../targets/aws/documents";
import { logGroup } from "../targets/aws/logs";
import type { Shared } from "./aws";
import { alertManager, collectorConfig, collectorName, type PrometheusPlan } from "./cloud-prometheus";
import { rulesFile } from "./rules-file";

/** Amazon Managed Prometheus with the rules of the other targets, and the task that fetches the metrics. Says how that task is watched. */
export function buildPrometheus(shared: Shared, plan: PrometheusPlan): CloudWatching {
  const { name, owner, network, routing, spec } = shared;
  const { target, parent } = owner;
  const physical = physicalName("alarm", target.prefix, name);
  const logs = logGroup(owner, `${name}-prometheus`, `/aws/vendedlogs/prometheus/${physical}`, network.keyArn);
  const workspace = new Workspace(
    `${name}-prometheus`,
    {
      alias: physical,
      kmsKeyArn: network.keyArn,
      loggingConfiguration: { logGroupArn: pulumi.interpolate`${logs.arn}:*` },
      ...named(owner, name, "prometheus"),
    },
    { parent, protect: target.environment !== "dev" },
  );
  for (const group of plan.groups) {
    if (group.alerts.length + group.records.length === 0) continue;
    new RuleGroupNamespace(
      `${name}-${group.name}`,
      { name: group.name, workspaceId: workspace.id, data: rulesFile(group, { runbooks: spec.runbooks }) },
      { parent },
    );
  }
  const arns = Object.fromEntries(Object.entries(routing.topics).map(([audience, topic]) => [audience, topic.arn]));
  new AlertManagerDefinition(
    `${name}-prometheus`,
    {
      workspaceId: workspace.id,
      definition: pulumi
        .all(arns)
        .apply((topics) => alertManager(plan.groups, routing.audienceOf, topics, target.region)),
    },
    { parent, dependsOn: [...routing.after] },
  );
  const way = new VpcEndpoint(
    `${name}-prometheus`,
    {
      vpcId: network.vpcId,
      vpcEndpointType: "Interface",
      serviceName: `com.amazonaws.${target.region}.aps-workspaces`,
      privateDnsEnabled: true,
      subnetIds: network.privateSubnetIds.slice(0, target.environment === "prod" ? undefined : 1),
      securityGroupIds: [network.endpoints.securityGroupId],
      ...named(owner, name, "prometheus"),
    },
    { parent },
  );
  return collect(shared, plan, workspace, way);
}

/** One task that asks every task of every service for its metrics, every 15 seconds. */
function collect(shared: Shared, plan: PrometheusPlan, workspace: Workspace, way: pulumi.Resource): CloudWatching {
  const { name, owner, network } = shared;
  const { target, parent } = owner;
  const writing: Linkable = {
    link: () => ({
      to: `${name}-prometheus`,
      variables: {},
      secrets: [],
      path: { kind: "endpoint" },
      permissions: workspace.arn.apply((arn) => [allow(["aps:RemoteWrite"], [arn])]),
      trust: false,
      after: [way],
    }),
  };
  const asking = plan.scraped.map(
    ({ target: { job }, path }): Linkable => ({
      link: () => ({ to: job, variables: {}, secrets: [], path, trust: false, after: [] }),
    }),
  );
  const collector = new ServiceDeployment(
    collectorName(name),
    {
      vpc: { network },
      image: plan.collector,
      cpus: 0.25,
      memory: "512 MiB",
      replicas: 1,
      port: HEALTH,
      environment: {
        AOT_CONFIG_CONTENT: workspace.prometheusEndpoint.apply((endpoint) =>
          collectorConfig(plan.scraped, target.environment, { endpoint, region: target.region }),
        ),
      },
      probes: { command: ["/healthcheck"] },
      links: [writing, ...asking],
    },
    { parent },
  );
  return collector.monitoring.cloud ?? { alarms: [], events: [] };
}

/** Port on which the collector says that it is well. */
const HEALTH = 13_133;
