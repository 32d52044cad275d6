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
  /** Target group of the version that is rolled out, where two stand side by side. */
  readonly alternateTargetGroupArn?: pulumi.Output<string>;
  /** Rules of the listener, one for each route. */
  readonly rules: readonly ListenerRule[];
  readonly after: readonly pulumi.Resource[];
}

/** One target group for the service, one rule of the shared listener for each route, and the way from the load balancer. */
export function routed(service: AwsService, group: pulumi.Output<string>): Routed | undefined {
  const { name, spec, network, owner } = service;
  if (spec.routes.length === 0) return undefined;
  const { parent } = owner;
  const targets = targetGroup(service, []);
  const alternate = spec.rollout.strategy === "rolling" ? undefined : targetGroup(service, ["alternate"]);
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
          actions: [forwardTo(targets, alternate)],
          ...(route.stripPrefix && route.path !== "/" ? { transforms: [withoutPrefix(route)] } : {}),
          ...named(owner, name),
        },
        // From the first rollout on Amazon ECS decides which of the two gets the requests.
        { parent, ...(alternate === undefined ? {} : { ignoreChanges: ["actions"] }) },
      ),
  );
  const edge = network.edge.securityGroupId;
  const ways = [
    egress(owner, `edge-to-${name}`, edge, { group }, spec.port),
    ingress(owner, `${name}-from-edge`, group, { group: edge }, spec.port),
  ];
  return {
    targetGroupArn: targets.arn,
    ...(alternate === undefined ? {} : { alternateTargetGroupArn: alternate.arn }),
    rules,
    after: [...rules, ...ways],
  };
}

function targetGroup({ name, spec, network, owner }: AwsService, which: readonly string[]): TargetGroup {
  return new TargetGroup(
    [name, ...which].join("-"),
    {
      // A target group cannot change its port: another port is another group beside the old one.
      name: physicalName("loadBalancer", owner.target.prefix, name, String(spec.port), ...which),
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
      ...named(owner, name, ...which),
    },
    { parent: owner.parent },
  );
}

function forwardTo(targets: TargetGroup, alternate: TargetGroup | undefined) {
  if (alternate === undefined) return { type: "forward", targetGroupArn: targets.arn };
  return {
    type: "forward",
    forward: {
      targetGroups: [
        { arn: targets.arn, weight: 1 },
        { arn: alternate.arn, weight: 0 },
      ],
    },
  };
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
