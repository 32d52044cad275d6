import { ListenerRule } from "@pulumi/aws/lb/listenerRule";
import { TargetGroup } from "@pulumi/aws/lb/targetGroup";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { egress, ingress, named } from "../targets/aws/children";
import type { AwsService } from "./aws";
import type { ServiceSpec } from "./spec";

/** What the ECS service needs to know of its routes. */
export interface Routed {
  readonly targetGroupArn: pulumi.Output<string>;
  readonly after: readonly pulumi.Resource[];
}

/** One target group for the service, one rule of the shared listener for each route, and the way from the load balancer. */
export function routed(service: AwsService, group: pulumi.Output<string>): Routed | undefined {
  const { name, spec, network, owner } = service;
  if (spec.routes.length === 0) return undefined;
  const { parent, target } = owner;
  const targets = new TargetGroup(
    name,
    {
      // A target group cannot change its port: another port is another group beside the old one.
      name: physicalName("loadBalancer", target.prefix, name, String(spec.port)),
      vpcId: network.vpcId,
      targetType: "ip",
      protocol: "HTTP",
      port: spec.port,
      deregistrationDelay: Math.max(10, spec.stopWithin),
      loadBalancingAlgorithmType: "least_outstanding_requests",
      healthCheck: {
        enabled: true,
        protocol: "HTTP",
        path: spec.readiness.path,
        port: "traffic-port",
        matcher: "200-299",
        interval: spec.readiness.interval,
        timeout: spec.readiness.timeout,
        healthyThreshold: 2,
        unhealthyThreshold: spec.readiness.retries,
      },
      ...named(owner, name),
    },
    { parent },
  );
  const rules = spec.routes.map(
    (route) =>
      new ListenerRule(
        `${name}-${route.host}${route.path}`,
        {
          listenerArn: network.edge.listenerArn,
          priority: network.edge.priorities.take(name, route.host, route.path),
          conditions: [
            { hostHeader: { values: [route.host] } },
            ...(route.path === "/" ? [] : [{ pathPattern: { values: patterns(route.path) } }]),
          ],
          actions: [{ type: "forward", targetGroupArn: targets.arn }],
          ...(route.stripPrefix && route.path !== "/" ? { transforms: [withoutPrefix(route)] } : {}),
          ...named(owner, name),
        },
        { parent },
      ),
  );
  const edge = network.edge.securityGroupId;
  const ways = [
    egress(owner, `edge-to-${name}`, edge, { group }, spec.port),
    ingress(owner, `${name}-from-edge`, group, { group: edge }, spec.port),
  ];
  return { targetGroupArn: targets.arn, after: [...rules, ...ways] };
}

/** The path itself and all below it. */
function patterns(path: string): string[] {
  const bare = path.replace(/\/$/, "");
  return [bare, `${bare}/*`];
}

function withoutPrefix(route: ServiceSpec["routes"][number]) {
  const escaped = route.path.replace(/\/$/, "").replace(/[.]/g, "\\.");
  return {
    type: "url-rewrite",
    urlRewriteConfig: { rewrite: { regex: `^${escaped}/?(.*)$`, replace: "/$1" } },
  };
}
