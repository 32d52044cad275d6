import type { Problem } from "../core/errors";
import { checkAdopted } from "./adopted";
import type { SurveillanceVpcArgs } from "./args";
import { aligned, DEFAULT_CIDR, LONGEST_PREFIX, meet, SHORTEST_PREFIX } from "./cidr";

/** What the chosen target cannot give. The arguments have passed the schema. */
export function unsupportedVpc(args: SurveillanceVpcArgs): Problem[] {
  return args.target.kind === "aws" ? onAws(args) : elsewhere(args);
}

function onAws(args: SurveillanceVpcArgs): Problem[] {
  const problems: Problem[] = [];
  if (args.certificates?.mode !== "acm") {
    problems.push({
      path: "certificates",
      given: args.certificates === undefined ? "nothing" : `mode "${args.certificates.mode}" on aws`,
      allowed: 'mode "acm" on aws',
      fix: 'order a certificate in AWS Certificate Manager and give { mode: "acm", arn: "arn:aws:acm:..." }',
    });
  }
  problems.push(...certificateElsewhere(args));
  if (args.cidr !== undefined && !aligned(args.cidr)) {
    problems.push({
      path: "cidr",
      given: `"${args.cidr}"`,
      allowed: `the first address of a network from /${SHORTEST_PREFIX} to /${LONGEST_PREFIX}`,
      fix: 'use a network such as "10.20.0.0/16"',
    });
  }
  if (args.adopt !== undefined && args.target.kind === "aws") {
    return [...problems, ...refuseBesideAdopted(args), ...checkAdopted(args.adopt, args.target)];
  }
  const cameras = args.cameras ?? [];
  if (cameras.length > 0 && args.site === undefined) {
    problems.push({
      path: "site",
      given: "nothing, with camera networks",
      allowed: "the VPN gateway of the site on aws",
      fix: 'give its public address: { site: { address: "203.0.113.7" } }',
    });
  }
  if (cameras.length === 0 && args.site !== undefined) {
    problems.push({
      path: "cameras",
      given: "nothing, with a site",
      allowed: "the networks that are reached through the VPN",
      fix: 'name them: { cameras: ["192.168.50.0/24"] }, or remove site',
    });
  }
  for (const [index, network] of cameras.entries()) {
    if (!meet(network, args.cidr ?? DEFAULT_CIDR)) continue;
    problems.push({
      path: `cameras.${index}`,
      given: `"${network}" within the VPC's ${args.cidr ?? DEFAULT_CIDR}`,
      allowed: "networks of the site that the VPC does not have too",
      fix: "give the VPC another cidr: an address can be in one place only",
    });
  }
  return problems;
}

/** Arguments that shape a VPC of the stack's own, and who decides them in one that was adopted. */
const OWN_VPC = {
  cidr: "the VPC has its range",
  nat: "the VPC has its routes; say by adopt.outbound whether they lead to the internet",
  ipv6: "the VPC has its ranges",
  site: "a VPC has one VPN gateway, which belongs to its owner; name the cameras alone",
} as const satisfies Partial<Record<keyof SurveillanceVpcArgs, string>>;

function refuseBesideAdopted(args: SurveillanceVpcArgs): Problem[] {
  return Object.entries(OWN_VPC)
    .filter(([key]) => args[key as keyof typeof OWN_VPC] !== undefined)
    .map(([path, why]) => ({
      path,
      given: "a setting of a VPC, with one that is adopted",
      allowed: "nothing beside adopt",
      fix: `remove ${path}: ${why}`,
    }));
}

/** Arguments of Amazon VPC, and what there is elsewhere. */
const AWS_ONLY = {
  nat: "the host, or the node, is the way out",
  ipv6: "there the networks are those of the host, or of the cluster",
  adopt: "there is no VPC",
} as const satisfies Partial<Record<keyof SurveillanceVpcArgs, string>>;

/** A load balancer takes certificates of its own region and account alone. */
function certificateElsewhere({ target, certificates }: SurveillanceVpcArgs): Problem[] {
  if (target.kind !== "aws" || certificates?.mode !== "acm" || typeof certificates.arn !== "string") return [];
  const [, , , region = "", account = ""] = certificates.arn.split(":");
  if (region === target.region && target.accountIds.includes(account)) return [];
  return [
    {
      path: "certificates.arn",
      given: `a certificate of ${region}, account ${account}`,
      allowed: `one of ${target.region}, of account ${target.accountIds.join(" or ")}`,
      fix: `order it in AWS Certificate Manager of ${target.region}, in the account of the stack`,
    },
  ];
}

function elsewhere(args: SurveillanceVpcArgs): Problem[] {
  const problems: Problem[] = Object.entries(AWS_ONLY)
    .filter(([key]) => args[key as keyof typeof AWS_ONLY] !== undefined)
    .map(([path, why]) => ({
      path,
      given: `${path} on ${args.target.kind}`,
      allowed: "aws only",
      fix: `remove ${path}: ${why}`,
    }));
  if (args.site !== undefined) {
    problems.push({
      path: "site",
      given: `a site on ${args.target.kind}`,
      allowed: "aws only",
      fix: "remove site: there the services run on the site itself",
    });
  }
  if (args.firewall !== undefined) {
    problems.push({
      path: "firewall",
      given: `a firewall on ${args.target.kind}`,
      allowed: "aws only",
      fix: "remove firewall: there is no AWS WAF in front of a site",
    });
  }
  if (args.certificates?.mode !== "acm") return problems;
  return [
    ...problems,
    {
      path: "certificates",
      given: `mode "acm" on ${args.target.kind}`,
      allowed: 'mode "acme" or "internal"',
      fix: 'give { mode: "acme", email: "ops@example.com" }: certificates of AWS Certificate Manager cannot leave AWS',
    },
  ];
}
