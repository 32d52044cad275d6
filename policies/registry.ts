import { DOCKER_RULES } from "./docker";
import type { Rule } from "./rule";

/** Every rule. */
export const RULES: readonly Rule[] = [...DOCKER_RULES];
