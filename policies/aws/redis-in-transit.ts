import { EVERYWHERE, rule } from "../rule";
import { CACHE_CLUSTER, REPLICATION_GROUP } from "./elasticache";
import { alarmOn, one, redis } from "./examples";

/** Sessions and queues do not cross the network in clear. */
export const redisInTransit = rule({
  id: "aws-redis-in-transit",
  title: "Redis requires TLS",
  severity: "high",
  level: EVERYWHERE,
  types: [...REPLICATION_GROUP, ...CACHE_CLUSTER],
  remedy: 'Set transitEncryptionEnabled: true and transitEncryptionMode: "required".',
  references: ["FSBP ElastiCache.5", "CKV_AWS_30", "TRV AWS-0051", "POL-05", "POL-07"],
  check(resource, guard) {
    guard.check(() => {
      if (CACHE_CLUSTER.includes(resource.type) && resource.at("replicationGroupId").present()) return undefined;
      return resource.at("transitEncryptionEnabled").flag() !== true && "transitEncryptionEnabled is not true";
    });
    guard.check(() => {
      const mode = resource.at("transitEncryptionMode");
      return (
        mode.text() === "preferred" && { message: `${mode.path} also lets clients in without TLS`, severity: "medium" }
      );
    });
  },
  examples: {
    compliant: [redis(), [node({ transitEncryptionEnabled: true }), ...alarmOn("cache")]],
    violating: [
      redis({ transitEncryptionEnabled: false }),
      redis({ transitEncryptionMode: "preferred" }),
      [node({}), ...alarmOn("cache")],
    ],
  },
});

function node(props: Readonly<Record<string, unknown>>) {
  return one(
    "elasticache/cluster:Cluster",
    { clusterId: "shop", snapshotRetentionLimit: 7, subnetGroupName: "own", ...props },
    { name: "cache" },
  );
}
