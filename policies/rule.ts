import type { Environment } from "../components/core/environment";
import type { PolicyConfiguration } from "./configuration";
import type { GraphResource, Severity } from "./graph";
import type { Guard } from "./guard";
import type { Graph, Subject } from "./join";
import type { Settings, Values } from "./setting";

/** Whether a rule blocks, advises or is not applied. */
export type Level = "mandatory" | "advisory" | "off";

/** The level of a rule in each environment tier. */
export type Levels = Readonly<Record<Environment, Level>>;

/** Blocks in every tier. */
export const EVERYWHERE: Levels = { dev: "mandatory", staging: "mandatory", prod: "mandatory" };
/** Blocks from staging on, advises in dev. */
export const FROM_STAGING: Levels = { dev: "advisory", staging: "mandatory", prod: "mandatory" };
/** Blocks in prod, advises in staging, is silent in dev. */
export const IN_PROD: Levels = { dev: "off", staging: "advisory", prod: "mandatory" };
/** Advises in every tier. */
export const ADVICE: Levels = { dev: "advisory", staging: "advisory", prod: "advisory" };
/** Advises in prod and staging. */
export const ADVICE_FROM_STAGING: Levels = { dev: "off", staging: "advisory", prod: "advisory" };

/** What a check may look at besides its resource. */
export interface Context<S extends Settings = Settings> {
  readonly graph: Graph;
  readonly environment: Environment;
  readonly settings: Values<S>;
  /** Whether secrets are marked; under the engine's own policy host they look like any other value. */
  readonly secretsMarked: boolean;
}

/** A resource in an example: what is left out is as in a plain program. */
export type ExampleResource = Pick<GraphResource, "type" | "props"> &
  Partial<Pick<GraphResource, "protect" | "provider" | "custom">> & {
    /** Logical name; the URN is made of it. */
    readonly name: string;
    /** Name of the component it belongs to, as in `examples`. */
    readonly parent?: string;
    /** Names of the resources it depends on. */
    readonly dependencies?: readonly string[];
    /** Names of the resources that a property depends on. */
    readonly propertyDependencies?: Readonly<Record<string, readonly string[]>>;
  };

/** A whole small program; its first resource is what the rule looks at. */
export type Example = readonly [ExampleResource, ...ExampleResource[]];

/** The part of a rule that tells one rule from another. */
export interface RuleDefinition<S extends Settings> {
  /** Stable id, as in docs/policies.md. */
  readonly id: string;
  /** What holds when the rule is kept. */
  readonly title: string;
  readonly severity: Severity;
  readonly level: Levels;
  /** Every type token it looks at, with all aliases and sibling forms. */
  readonly types: readonly string[];
  /** Whether it looks at other resources too, and so needs the whole program. */
  readonly joins?: boolean;
  /** Whether an exemption may silence it. Default: yes. */
  readonly exemptable?: boolean;
  readonly settings?: S;
  /** What to do about a violation. */
  readonly remedy: string;
  /** Where others ask for the same: CIS, PSS, FSBP, CKV, TRV, KL, KS, POL. */
  readonly references: readonly string[];
  readonly check: (resource: Subject, guard: Guard, context: Context<S>) => void;
  readonly examples: {
    /** What the examples presuppose. */
    readonly configuration?: PolicyConfiguration;
    readonly compliant: readonly Example[];
    readonly violating: readonly Example[];
  };
}

/** A rule as the engine runs it. */
export type Rule = Omit<RuleDefinition<Settings>, "check" | "settings" | "joins" | "exemptable"> & {
  readonly joins: boolean;
  readonly exemptable: boolean;
  readonly settings: Settings;
  readonly check: (resource: Subject, guard: Guard, context: Context) => void;
};

/** Makes a rule of its definition. */
export function rule<const S extends Settings = Record<never, never>>(definition: RuleDefinition<S>): Rule {
  const { check, ...rest } = definition;
  return {
    ...rest,
    joins: definition.joins ?? false,
    exemptable: definition.exemptable ?? true,
    settings: definition.settings ?? {},
    check: (resource, guard, context) => check(resource, guard, context as Context<S>),
  };
}
