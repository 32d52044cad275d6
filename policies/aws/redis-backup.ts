import { IN_PROD, rule } from "../rule";
import { CACHE_CLUSTER, REPLICATION_GROUP } from "./elasticache";
import { alarmOn, one, redis, TAGS } from "./examples";
import { tagOf } from "./tags";

/** Queues and sessions cannot be computed again. What is tagged `purpose: cache` can. */
export const redisBackup = rule({
  id: "aws-redis-backup",
  title: "Redis that holds more than a cache has snapshots",
  severity: "medium",
  level: IN_PROD,
  types: [...REPLICATION_GROUP, ...CACHE_CLUSTER],
  remedy: "Set snapshotRetentionLimit to 1 or more, or tag it purpose: cache.",
  references: ["FSBP ElastiCache.1", "CKV_AWS_134", "TRV AWS-0050", "POL-13"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (tagOf(resource, "purpose", graph) === "cache") return undefined;
      if (
        CACHE_CLUSTER.includes(resource.type) &&
        (resource.at("replicationGroupId").present() || resource.at("engine").text() === "memcached")
      ) {
        return undefined;
      }
      return (resource.at("snapshotRetentionLimit").number() ?? 0) < 1 && "snapshotRetentionLimit is 0";
    });
  },
  examples: {
    compliant: [redis(), redis({ snapshotRetentionLimit: 0, tags: { ...TAGS, purpose: "cache" } })],
    violating: [
      redis({ snapshotRetentionLimit: undefined }),
      [
        one(
          "elasticache/cluster:Cluster",
          { clusterId: "shop", transitEncryptionEnabled: true, subnetGroupName: "own" },
          { name: "cache" },
        ),
        ...alarmOn("cache"),
      ],
    ],
  },
});
