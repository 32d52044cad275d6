import type { Problem } from "../core/errors";
import type { SurveillanceVpcArgs } from "./args";
import { aligned, LONGEST_PREFIX, SHORTEST_PREFIX } from "./cidr";

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
  if (args.cidr !== undefined && !aligned(args.cidr)) {
    problems.push({
      path: "cidr",
      given: `"${args.cidr}"`,
      allowed: `the first address of a network from /${SHORTEST_PREFIX} to /${LONGEST_PREFIX}`,
      fix: 'use a network such as "10.20.0.0/16"',
    });
  }
  if ((args.cameras ?? []).length > 0) {
    problems.push({
      path: "cameras",
      given: "camera networks on aws",
      allowed: "compose and microk8s only, for now",
      fix: "remove cameras: there is no VPN from the VPC to the site yet; run the services that read cameras on the site",
    });
  }
  return problems;
}

function elsewhere(args: SurveillanceVpcArgs): Problem[] {
  if (args.certificates?.mode !== "acm") return [];
  return [
    {
      path: "certificates",
      given: `mode "acm" on ${args.target.kind}`,
      allowed: 'mode "acme" or "internal"',
      fix: 'give { mode: "acme", email: "ops@example.com" }: certificates of AWS Certificate Manager cannot leave AWS',
    },
  ];
}
