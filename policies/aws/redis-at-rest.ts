import { EVERYWHERE, rule } from "../rule";
import { REPLICATION_GROUP, SERVERLESS_CACHE } from "./elasticache";
import { KEY_ARN, one, redis } from "./examples";
import { RESTRICTED, tagOf } from "./tags";

/** Snapshots and swap of the cache are encrypted. A serverless cache always is; restricted data needs a key of its own there. */
export const redisAtRest = rule({
  id: "aws-redis-at-rest",
  title: "Redis is encrypted at rest",
  severity: "high",
  level: EVERYWHERE,
  types: [...REPLICATION_GROUP, ...SERVERLESS_CACHE],
  remedy: "Set atRestEncryptionEnabled: true (the group is replaced), and kmsKeyId for restricted data.",
  references: ["FSBP ElastiCache.4", "CKV_AWS_29", "TRV AWS-0045"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (REPLICATION_GROUP.includes(resource.type)) {
        return resource.at("atRestEncryptionEnabled").flag() !== true && "atRestEncryptionEnabled is not true";
      }
      const restricted = RESTRICTED.includes(tagOf(resource, "data-class", graph) ?? "");
      return restricted && !resource.at("kmsKeyId").present() && "kmsKeyId is missing for restricted data";
    });
  },
  examples: {
    compliant: [redis(), [one("elasticache/serverlessCache:ServerlessCache", { kmsKeyId: KEY_ARN })]],
    violating: [
      redis({ atRestEncryptionEnabled: undefined }),
      [one("elasticache/serverlessCache:ServerlessCache", { tags: identity() })],
    ],
  },
});

function identity(): Readonly<Record<string, string>> {
  return { owner: "platform", "data-class": "identity", env: "prod", "change-ref": "CHG-1" };
}
