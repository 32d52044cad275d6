import { Provider } from "@pulumi/aws/provider";
import * as pulumi from "@pulumi/pulumi";
import { Provider as RandomProvider } from "@pulumi/random/provider";
import * as z from "zod";
import { ENVIRONMENTS, type Environment } from "../core/environment";
import { physicalName } from "../core/names";
import { Problems } from "../core/problems";
import { componentName, text } from "../core/schema";
import { accept, programAccepted } from "../core/tick";
import type { AwsTarget } from "./target";

/** Arguments of {@link AwsRegion}. */
export interface AwsRegionArgs {
  /** How much safety the stack gets. */
  readonly environment: Environment;
  /** Region: `us-east-1`. */
  readonly region: string;
  /**
   * Availability zones by name, at least two, at most eight. Their order is the order of the subnets: add new ones at the end. They are given
   * and not looked up, so that a plan needs no account and is the same every time.
   */
  readonly zones: readonly string[];
  /** Accounts that the stack may be deployed to: a wrong profile then stops before it changes anything. */
  readonly allowedAccountIds: readonly string[];
  /** Prefix of every physical name. Default: `<project>-<stack>`. */
  readonly prefix?: string;
  /** Tags of every resource, besides `Project`, `Stack`, `Environment` and `ManagedBy`. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Room for zones in the address plan. */
const MOST_ZONES = 8;

const schema = z.strictObject({
  environment: z.enum(ENVIRONMENTS),
  region: text(/^[a-z]{2}(-[a-z]+)+-\d$/, "the name of a region", 'use a name such as "us-east-1"'),
  zones: z.array(z.string()).min(2).max(MOST_ZONES),
  allowedAccountIds: z.array(text(/^\d{12}$/, "twelve digits", 'use a number such as "123456789012"')).min(1),
  prefix: componentName.optional(),
  tags: z.record(z.string().min(1).max(128), z.string().max(256)).optional(),
});

/**
 * A region of an AWS account as the place where components run. Credentials come from the environment of the Pulumi program.
 *
 * Throws an `ArgumentError` that lists every problem when the arguments cannot be used.
 */
export class AwsRegion implements AwsTarget {
  readonly kind = "aws";
  readonly environment: Environment;
  readonly prefix: string;
  readonly provider: pulumi.ProviderResource;
  readonly random: pulumi.ProviderResource;
  readonly region: string;
  readonly accountIds: readonly string[];
  readonly zones: readonly string[];

  constructor(name: string, args: AwsRegionArgs) {
    const problems = new Problems(`AwsRegion "${name}"`)
      .shape(schema, args, Object.keys(schema.shape))
      .across(["region", "zones"], (add) => {
        for (const [index, zone] of args.zones.entries()) {
          const twice = args.zones.indexOf(zone) !== index;
          if (!twice && new RegExp(`^${args.region}[a-z]$`).test(zone)) continue;
          add({
            path: `zones.${index}`,
            given: twice ? `"${zone}" for the second time` : `"${zone}"`,
            allowed: `availability zones of ${args.region}, each once`,
            fix: `use names such as "${args.region}a"`,
          });
        }
      });
    accept(() => problems.throwIfAny());
    this.environment = args.environment;
    this.region = args.region;
    this.accountIds = args.allowedAccountIds;
    this.zones = args.zones;
    this.prefix = args.prefix ?? physicalName("prefix", pulumi.getProject(), pulumi.getStack());
    const opts: pulumi.CustomResourceOptions = { dependsOn: pulumi.output(programAccepted()) };
    this.provider = new Provider(
      name,
      {
        region: args.region,
        allowedAccountIds: [...args.allowedAccountIds],
        defaultTags: {
          tags: {
            Project: pulumi.getProject(),
            Stack: pulumi.getStack(),
            Environment: args.environment,
            ManagedBy: "bulwark",
            ...args.tags,
          },
        },
      },
      opts,
    );
    this.random = new RandomProvider(`${name}-random`, {}, opts);
  }
}
