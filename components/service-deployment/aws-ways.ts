import type * as pulumi from "@pulumi/pulumi";
import type { Link } from "../core/links";
import { egress, ingress } from "../targets/aws/children";
import type { AwsService } from "./aws";

/** Opens the ways of one process and nothing else: to the APIs of AWS, to what it links to, and outside when asked for. */
export function openWays(
  service: AwsService,
  name: string,
  group: pulumi.Output<string>,
  links: readonly Link[],
): readonly pulumi.Resource[] {
  return [...openEndpoints(service, name, group), ...openLinks(service, name, group, links)];
}

/** What every task needs: images, secrets and logs through the VPC's endpoints; the internet only when asked for. */
function openEndpoints(service: AwsService, name: string, group: pulumi.Output<string>): pulumi.Resource[] {
  const { owner, network, spec } = service;
  const { securityGroupId, s3PrefixListId } = network.endpoints;
  return [
    egress(owner, `${name}-to-endpoints`, group, { group: securityGroupId }, 443),
    ingress(owner, `endpoints-from-${name}`, securityGroupId, { group }, 443),
    egress(owner, `${name}-to-s3`, group, { prefixList: s3PrefixListId }, 443),
    ...(spec.outbound
      ? network.outside.map((cidr) =>
          egress(owner, `${name}-to-outside${cidr.includes(":") ? "-ipv6" : ""}`, group, { cidr }),
        )
      : []),
  ];
}

/** The way to the camera networks of the site, on every port that cameras speak. */
export function openCameras(service: AwsService, group: pulumi.Output<string>): readonly pulumi.Resource[] {
  const { name, owner, network, spec } = service;
  if (!spec.cameras) return [];
  return network.cameras.map((cidr) => egress(owner, `${name}-to-cameras-${cidr}`, group, { cidr }));
}

/** A pair of rules for each component linked to: out of this group, into that one. */
function openLinks(
  service: AwsService,
  name: string,
  group: pulumi.Output<string>,
  links: readonly Link[],
): pulumi.Resource[] {
  const { owner } = service;
  const byTarget = new Map(links.map((link) => [link.to, link]));
  return [...byTarget.values()].flatMap((link) => {
    if (link.path.kind === "endpoint") return [];
    if (link.path.kind !== "aws") throw new Error(`a service on aws cannot take a way through ${link.path.kind}`);
    const { securityGroupId, port } = link.path;
    return [
      egress(owner, `${name}-to-${link.to}`, group, { group: securityGroupId }, port),
      ingress(owner, `${link.to}-from-${name}`, securityGroupId, { group }, port),
    ];
  });
}
