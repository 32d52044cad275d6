import { CLOUD_SITUATIONS } from "./aws";
import type { Situation } from "./declared";
import { COMPOSE_SITUATIONS } from "./docker";
import { CLUSTER_SITUATIONS } from "./kubernetes";

/** Every situation that is recorded. */
export const SITUATIONS: readonly Situation[] = [...COMPOSE_SITUATIONS, ...CLUSTER_SITUATIONS, ...CLOUD_SITUATIONS];
