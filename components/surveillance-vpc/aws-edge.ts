import { Listener } from "@pulumi/aws/lb/listener";
import { LoadBalancer } from "@pulumi/aws/lb/loadBalancer";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { closedGroup, ingress, named, type Owner } from "../targets/aws/children";
import { routePriorities } from "../targets/aws/priorities";
import type { AwsNetwork } from "../targets/network";
import { EDGE_PREFIX } from "./aws-access-logs";
import { buildFirewall } from "./aws-firewall";
import { ANYWHERE, ANYWHERE_6, type ZoneSubnet } from "./aws-subnets";
import type { VpcSpec } from "./spec";

/** TLS 1.2 and 1.3 with forward secrecy only. */
const TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06";

/** The load balancer: HTTPS with security headers on every answer, a redirect from HTTP, and 404 for what no route names. */
export function buildEdge(
  owner: Owner,
  name: string,
  spec: VpcSpec,
  vpcId: pulumi.Output<string>,
  subnets: readonly ZoneSubnet[],
  accessLogs: AwsNetwork["accessLogs"],
  keyArn: pulumi.Output<string>,
): AwsNetwork["edge"] {
  const { parent, target } = owner;
  const { certificates } = spec;
  if (certificates.mode !== "acm") throw new Error("the check of the arguments lets only acm pass on aws");
  const group = closedGroup(owner, `${name}-edge`, vpcId, "Load balancer");
  for (const port of [80, 443]) {
    ingress(owner, `${name}-edge-${port}`, group.id, { cidr: ANYWHERE }, port);
    if (spec.ipv6) ingress(owner, `${name}-edge-${port}-ipv6`, group.id, { cidr: ANYWHERE_6 }, port);
  }
  const balancer = new LoadBalancer(
    `${name}-edge`,
    {
      name: physicalName("loadBalancer", target.prefix),
      loadBalancerType: "application",
      internal: false,
      ipAddressType: spec.ipv6 ? "dualstack" : "ipv4",
      subnets: subnets.map((each) => each.id),
      securityGroups: [group.id],
      enableDeletionProtection: target.environment === "prod" && spec.protect,
      dropInvalidHeaderFields: true,
      desyncMitigationMode: "defensive",
      enableHttp2: true,
      idleTimeout: 60,
      accessLogs: { enabled: true, bucket: accessLogs.bucketName, prefix: EDGE_PREFIX },
      ...named(owner, name, "edge"),
    },
    { parent, protect: spec.protect, dependsOn: [...accessLogs.ready] },
  );
  buildFirewall(owner, name, spec.firewall, balancer.arn, keyArn);
  new Listener(
    `${name}-edge-http`,
    {
      loadBalancerArn: balancer.arn,
      port: 80,
      protocol: "HTTP",
      defaultActions: [{ type: "redirect", redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" } }],
      ...named(owner, name, "edge-http"),
    },
    { parent },
  );
  const https = new Listener(
    `${name}-edge-https`,
    {
      loadBalancerArn: balancer.arn,
      port: 443,
      protocol: "HTTPS",
      sslPolicy: TLS_POLICY,
      certificateArn: certificates.arn,
      defaultActions: [
        {
          type: "fixed-response",
          fixedResponse: { statusCode: "404", contentType: "text/plain", messageBody: "not found" },
        },
      ],
      routingHttpResponseServerEnabled: false,
      routingHttpResponseStrictTransportSecurityHeaderValue: "max-age=31536000; includeSubDomains",
      routingHttpResponseXContentTypeOptionsHeaderValue: "nosniff",
      routingHttpResponseXFrameOptionsHeaderValue: "DENY",
      ...named(owner, name, "edge-https"),
    },
    { parent },
  );
  return {
    listenerArn: https.arn,
    certificateArn: pulumi.output(certificates.arn),
    securityGroupId: group.id,
    dnsName: balancer.dnsName,
    priorities: routePriorities(`SurveillanceVpc "${name}"`),
  };
}
