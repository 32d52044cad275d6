import { readFileSync } from "node:fs";
import { join } from "node:path";
import type {
  PolicyConfigSchema,
  PolicyPackArgs,
  PolicyResource,
  ReportViolation,
  ResourceValidationArgs,
  ResourceValidationPolicy,
  StackValidationPolicy,
} from "@pulumi/policy";
import { ENVIRONMENTS, type Environment } from "../components/core/environment";
import { evaluate } from "./evaluate";
import { EMPTY_REGISTER, type ExemptionRegister, parseExemptions, REGISTER_RULE, registerFindings } from "./exemptions";
import { type Finding, type GraphResource, UNKNOWN } from "./graph";
import { RULES } from "./registry";
import type { Rule } from "./rule";
import type { Setting } from "./setting";

/** What the pack is made for. */
export interface PackOptions {
  readonly environment: Environment;
  readonly exemptions: ExemptionRegister;
  /** The clock, for exemptions. */
  readonly now: () => Date;
}

const GROUPS = [
  ["bulwark-docker", "Docker resources belong together as they should", /^docker-/],
  ["bulwark-aws", "AWS resources belong together as they should", /^aws-/],
  ["bulwark-relations", "Stores are backed up, watched, protected and out of reach", /^xs-/],
] as const;

/** The tier of a stack by its name; a name that says nothing is judged as `prod`. */
export function tierOf(stack: string | undefined): Environment {
  return ENVIRONMENTS.find((each) => stack === each || stack?.endsWith(`-${each}`)) ?? "prod";
}

/**
 * The pack for the stack that the engine is about to change. Exemptions are in the file that `BULWARK_EXEMPTIONS` names, by its whole path,
 * else in `exemptions.yaml` beside `PulumiPolicy.yaml`, if there is one. Throws when the file that was named is not there.
 */
export function packOfStack(folder = process.cwd()): PolicyPackArgs {
  const named = process.env["BULWARK_EXEMPTIONS"];
  return pack({
    environment: tierOf(process.env["PULUMI_NODEJS_STACK"]),
    exemptions: named
      ? parseExemptions(readFileSync(named, "utf8"), RULES)
      : readRegister(join(folder, "exemptions.yaml")),
    now: () => new Date(),
  });
}

/**
 * The same rules as everywhere, as policies of the engine: those that look at one resource block it before it is touched; those that look at
 * several run over the whole stack, few at a time, because the engine hands the whole stack to each policy anew.
 */
export function pack(options: PackOptions): PolicyPackArgs {
  return {
    description: "Security baseline of Bulwark for Docker, Kubernetes and AWS",
    policies: [
      ...RULES.filter((rule) => rule.types.length > 0 && !rule.joins).map((rule) => resourcePolicy(rule, options)),
      ...GROUPS.map(([name, description, ids]) =>
        stackPolicy(
          name,
          description,
          RULES.filter((rule) => rule.joins && ids.test(rule.id)),
          options,
        ),
      ),
      registerPolicy(options),
    ],
  };
}

function resourcePolicy(rule: Rule, { environment, exemptions, now }: PackOptions): ResourceValidationPolicy {
  const level = rule.level[environment];
  const types = new Set(rule.types);
  const configSchema = schemaOf(rule);
  return {
    name: rule.id,
    displayName: rule.title,
    description: rule.title,
    enforcementLevel: level === "off" ? "disabled" : level,
    severity: rule.severity,
    remediationSteps: rule.remedy,
    tags: [...rule.references],
    ...(configSchema === undefined ? {} : { configSchema }),
    validateResource(args, report) {
      if (!types.has(args.type)) return;
      const config = {
        [rule.id]: { level: "mandatory" as const, ...chosen(rule, args.getConfig<Record<string, unknown>>()) },
      };
      const found = evaluate(
        { resources: [resourceOf(args), ...providerOf(args)] },
        { environment, exemptions, config, now: now(), rules: [rule], secretsMarked: false, registerToo: false },
      );
      for (const finding of found) tell(finding, report, rule.remedy);
    },
  };
}

function stackPolicy(
  name: string,
  description: string,
  rules: readonly Rule[],
  { environment, exemptions, now }: PackOptions,
): StackValidationPolicy {
  const properties = rules.flatMap((rule) => {
    const schema = schemaOf(rule);
    return schema === undefined ? [] : [[rule.id, { type: "object" as const, properties: schema.properties }] as const];
  });
  return {
    name,
    description,
    enforcementLevel: "mandatory",
    configSchema: { properties: Object.fromEntries(properties) },
    validateStack(args, report) {
      const given = args.getConfig<Record<string, Record<string, unknown>>>();
      const config = Object.fromEntries(rules.map((rule) => [rule.id, chosen(rule, given[rule.id] ?? {})]));
      const found = evaluate(
        { resources: args.resources.map(stackResourceOf) },
        { environment, exemptions, config, now: now(), rules, secretsMarked: false, registerToo: false },
      );
      for (const finding of found) tell(finding, report, finding.remedy, finding.urn);
    },
  };
}

function registerPolicy({ exemptions, now }: PackOptions): StackValidationPolicy {
  return {
    name: REGISTER_RULE,
    description: "Exemptions are complete and in force",
    enforcementLevel: "mandatory",
    validateStack(args, report) {
      const found = registerFindings(exemptions, now(), RULES, { resources: args.resources.map(stackResourceOf) });
      for (const finding of found) tell(finding, report, finding.remedy);
    },
  };
}

/**
 * A finding that blocks takes the level that the policy is configured with. One that only advises says so itself, which the engine
 * understands although its types do not say it yet. What is not known in a preview is known when the update checks it again.
 */
function tell(finding: Finding, report: ReportViolation, remedy: string, urn?: string): void {
  const message = `${finding.policy}: ${finding.message}. ${remedy}`;
  if (finding.level === "mandatory" && finding.status === "fail") report(message, urn);
  else Reflect.apply(report, undefined, [{ message, urn, enforcementLevel: "advisory", severity: finding.severity }]);
}

function resourceOf(args: ResourceValidationArgs): GraphResource {
  return {
    urn: args.urn,
    type: args.type,
    name: args.name,
    custom: true,
    protect: args.opts.protect,
    ...(args.provider === undefined ? {} : { provider: `${args.provider.urn}::id` }),
    props: plainMap(args.props),
    dependencies: [],
    propertyDependencies: {},
  };
}

function providerOf({ provider }: ResourceValidationArgs): GraphResource[] {
  if (provider === undefined) return [];
  const { urn, type, name, props } = provider;
  return [
    {
      urn,
      type,
      name,
      custom: true,
      protect: false,
      props: plainMap(props),
      dependencies: [],
      propertyDependencies: {},
    },
  ];
}

function stackResourceOf(resource: PolicyResource): GraphResource {
  const urns = (each: readonly PolicyResource[]) => each.map((one) => one.urn);
  return {
    urn: resource.urn,
    type: resource.type,
    name: resource.name,
    custom: true,
    protect: resource.opts.protect,
    ...(resource.parent === undefined ? {} : { parent: resource.parent.urn }),
    ...(resource.provider === undefined ? {} : { provider: `${resource.provider.urn}::id` }),
    props: plainMap(resource.props),
    dependencies: urns(resource.dependencies),
    propertyDependencies: Object.fromEntries(
      Object.entries(resource.propertyDependencies).map(([key, each]) => [key, urns(each)]),
    ),
  };
}

/** A copy of properties in which a value that throws when it is touched, because it is not known yet, is the marker of the graph. */
export function plainMap(from: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.keys(from).map((key) => [key, plain(touched(from, key))]));
}

function plain(value: unknown): unknown {
  if (Array.isArray(value))
    return Array.from({ length: value.length }, (_, index) => plain(touched(value, String(index))));
  return typeof value === "object" && value !== null ? plainMap(value) : value;
}

function touched(from: object, key: string): unknown {
  try {
    return Reflect.get(from, key);
  } catch {
    return UNKNOWN;
  }
}

function chosen(rule: Rule, given: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(given).filter(([name]) => name in rule.settings));
}

function schemaOf(rule: Rule): PolicyConfigSchema | undefined {
  const properties = Object.entries(rule.settings).map(([name, setting]) => [name, propertyOf(setting)]);
  return properties.length === 0 ? undefined : { properties: Object.fromEntries(properties) };
}

function propertyOf({ kind, description, default: value }: Setting<unknown>) {
  if (kind === "number") return { type: "number", description, default: value };
  return { type: "array", items: { type: kind === "strings" ? "string" : "number" }, description, default: value };
}

function readRegister(file: string): ExemptionRegister {
  try {
    return parseExemptions(readFileSync(file, "utf8"), RULES);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return EMPTY_REGISTER;
    throw error;
  }
}
