import { AWS_RULES } from "./aws";
import { DOCKER_RULES } from "./docker";
import { KUBERNETES_RULES } from "./kubernetes";
import { RELATION_RULES } from "./relations";
import type { Rule } from "./rule";

/** Every rule. */
export const RULES: readonly Rule[] = [...DOCKER_RULES, ...KUBERNETES_RULES, ...AWS_RULES, ...RELATION_RULES];
