import { EVERYWHERE, rule } from "../rule";
import { CACHE_CLUSTER, REPLICATION_GROUP } from "./elasticache";
import { alarmOn, one, redis } from "./examples";

/** The default subnet group is the default network. */
export const redisSubnet = rule({
  id: "aws-redis-subnet",
  title: "Redis runs in subnets of its own",
  severity: "medium",
  level: EVERYWHERE,
  types: [...REPLICATION_GROUP, ...CACHE_CLUSTER],
  remedy: "Set subnetGroupName to a group of private subnets.",
  references: ["FSBP ElastiCache.7", "CKV_AWS_323"],
  check(resource, guard) {
    guard.check(() => {
      if (CACHE_CLUSTER.includes(resource.type) && resource.at("replicationGroupId").present()) return undefined;
      return (
        ["", "default"].includes(resource.at("subnetGroupName").text() ?? "") &&
        "subnetGroupName is not a group of your own"
      );
    });
  },
  examples: {
    compliant: [redis()],
    violating: [
      redis({ subnetGroupName: undefined }),
      [
        one(
          "elasticache/cluster:Cluster",
          { clusterId: "shop", transitEncryptionEnabled: true, snapshotRetentionLimit: 7 },
          { name: "cache" },
        ),
        ...alarmOn("cache"),
      ],
    ],
  },
});
