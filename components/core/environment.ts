/**
 * How much safety a stack gets. `prod` turns on everything that guards data and uptime; `dev` and `staging` keep data protected but are
 * smaller.
 */
export type Environment = "dev" | "staging" | "prod";

/** All environments, weakest first. */
export const ENVIRONMENTS = ["dev", "staging", "prod"] as const satisfies readonly Environment[];
