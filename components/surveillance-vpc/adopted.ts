import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { Problem } from "../core/errors";
import { leaf, text } from "../core/schema";
import type { AwsTarget } from "../targets/target";
import { TIERS } from "./cidr";

/** Ids by the name of the availability zone: one for each zone of the target. */
export type ByZone = Readonly<Record<string, pulumi.Input<string>>>;

/** A VPC that others made and keep. */
export interface AdoptedVpc {
  /** Id of the VPC. DNS host names and DNS support must be on in it. */
  readonly vpcId: pulumi.Input<string>;
  /** Ids of the subnets, by tier and zone. */
  readonly subnets: {
    /** Subnets of the load balancer, routed to an internet gateway. */
    readonly public: ByZone;
    /** Subnets of tasks. */
    readonly private: ByZone;
    /** Subnets of data stores, without a route to the internet. */
    readonly data: ByZone;
  };
  /** Ids of the route tables of the private subnets; the way to Amazon S3 is added to them. */
  readonly privateRouteTables: ByZone;
  /** Ways to the APIs of AWS, where the VPC has them: `ecr.api`, `ecr.dkr`, `logs` and `secretsmanager` with private DNS, and S3. Default: they are made. */
  readonly endpoints?: {
    /** Id of the security group of the interface endpoints; it gets a rule for each service of the stack. */
    readonly securityGroupId: pulumi.Input<string>;
    /** Id of the prefix list of Amazon S3 in the region. */
    readonly s3PrefixListId: pulumi.Input<string>;
  };
  /** Whether the private subnets have a way to the internet, through NAT or a transit gateway. Default: yes. */
  readonly outbound?: boolean;
}

const id = (prefix: string) =>
  leaf(
    text(
      new RegExp(`^${prefix}-[0-9a-f]{8,17}$`),
      `an id such as ${prefix}-0a1b2c3d`,
      "copy it from the console of AWS",
    ),
  );
const byZone = (prefix: string) => z.record(z.string(), id(prefix));

/** Shape of {@link AdoptedVpc}. */
export const adoptedSchema = z.strictObject({
  vpcId: id("vpc"),
  subnets: z.strictObject({ public: byZone("subnet"), private: byZone("subnet"), data: byZone("subnet") }),
  privateRouteTables: byZone("rtb"),
  endpoints: z.strictObject({ securityGroupId: id("sg"), s3PrefixListId: id("pl") }).optional(),
  outbound: z.boolean().optional(),
});

/** What is wrong with an adopted VPC, taken together with the target. The arguments have passed the schema. */
export function checkAdopted(adopted: AdoptedVpc, target: AwsTarget): Problem[] {
  const problems: Problem[] = [];
  const subnets = Object.fromEntries(TIERS.map((tier) => [`subnets.${tier}`, adopted.subnets[tier]]));
  for (const [path, ids] of Object.entries({ ...subnets, privateRouteTables: adopted.privateRouteTables })) {
    const missing = target.zones.filter((zone) => !(zone in ids));
    const unknown = Object.keys(ids).filter((zone) => !target.zones.includes(zone));
    if (missing.length === 0 && unknown.length === 0) continue;
    problems.push({
      path: `adopt.${path}`,
      given: Object.keys(ids).join(", ") || "no zone",
      allowed: `the zones of the target: ${target.zones.join(", ")}`,
      fix:
        missing.length > 0
          ? `add the ids of ${missing.join(", ")}`
          : `remove ${unknown.join(", ")}, or add it to the target`,
    });
  }
  const seen = new Map<string, string>();
  for (const tier of TIERS) {
    for (const [zone, subnet] of Object.entries(adopted.subnets[tier])) {
      if (typeof subnet !== "string") continue;
      const place = `${tier} in ${zone}`;
      const other = seen.get(subnet);
      if (other === undefined) {
        seen.set(subnet, place);
        continue;
      }
      problems.push({
        path: `adopt.subnets.${tier}.${zone}`,
        given: `"${subnet}", which is ${other} too`,
        allowed: "each subnet once: tiers are kept apart by their routes",
        fix: "name a subnet of its own for each tier and zone",
      });
    }
  }
  if (target.accountIds.length > 1) {
    problems.push({
      path: "adopt",
      given: `a VPC, with ${target.accountIds.length} accounts allowed`,
      allowed: "a target with one account: an adopted VPC may be shared, so its owner does not say where the stack is",
      fix: "leave one number in allowedAccountIds",
    });
  }
  return problems;
}
