import { EVERYWHERE, rule } from "../rule";
import { REPLICATION_GROUP } from "./elasticache";
import { redis } from "./examples";

/** Being in the network is not enough to read the sessions. */
export const redisAuth = rule({
  id: "aws-redis-auth",
  title: "Redis asks for a login",
  severity: "high",
  level: EVERYWHERE,
  types: REPLICATION_GROUP,
  remedy: "Set userGroupIds, or authToken from a secret.",
  references: ["FSBP ElastiCache.6", "CKV_AWS_31", "POL-07"],
  check(resource, guard) {
    guard.check(() => {
      const asks = ["userGroupIds", "authToken", "authTokenWo"].some((each) => resource.at(each).present());
      return !asks && "neither userGroupIds nor authToken is set";
    });
  },
  examples: {
    compliant: [redis(), redis({ userGroupIds: undefined, authToken: "[secret]" })],
    violating: [redis({ userGroupIds: undefined }), redis({ userGroupIds: [] })],
  },
});
