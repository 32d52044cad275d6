import { backupRules } from "../backup-schedule/alerts";
import { availabilityRules } from "../core/availability";
import type { AlertRule, RuleSource } from "../core/monitorable";
import { postgresRules } from "../managed-postgres/alerts";
import { redisRules } from "../redis-cache/alerts";
import { serviceRules } from "../service-deployment/alerts";
import { bucketRules } from "../storage-bucket/alerts";
import { endpointRules } from "../surveillance-vpc/alerts";
import { selfRules } from "./alerts";
import { containerRules } from "./container-alerts";
import { hostRules } from "./host-alerts";
import { kubernetesRules } from "./kubernetes-alerts";

/** Every source of rules there is, with its defaults: what the documentation and the tests go through. */
export function everySource(): readonly RuleSource[] {
  return [
    availabilityRules(["postgres"]),
    ...backupRules("backups", [{ environment: "prod", database: "app", kind: "full" }]),
    bucketRules("recordings"),
    containerRules(),
    endpointRules("blackbox"),
    hostRules(),
    kubernetesRules(),
    postgresRules("postgres"),
    redisRules("redis"),
    selfRules(),
    serviceRules("api"),
  ];
}

/** Every alert there is, with its defaults. */
export function everyAlert(): readonly AlertRule[] {
  return everySource().flatMap((source) => source.rules({}));
}
