import { ADVICE_FROM_STAGING, rule } from "../rule";
import { REPLICATION_GROUP } from "./elasticache";
import { redis } from "./examples";

/** The loss of one node is not the loss of the cache. */
export const redisFailover = rule({
  id: "aws-redis-failover",
  title: "Redis fails over by itself",
  severity: "medium",
  level: ADVICE_FROM_STAGING,
  types: REPLICATION_GROUP,
  remedy: "Set automaticFailoverEnabled: true, with at least one replica.",
  references: ["FSBP ElastiCache.3", "CKV2_AWS_50"],
  check(resource, guard) {
    guard.check(
      () => resource.at("automaticFailoverEnabled").flag() !== true && "automaticFailoverEnabled is not true",
    );
  },
  examples: { compliant: [redis()], violating: [redis({ automaticFailoverEnabled: undefined })] },
});
