import { aws } from "../tokens";

/** Redis or Valkey with replicas. */
export const REPLICATION_GROUP: readonly string[] = aws("elasticache/replicationGroup:ReplicationGroup");
/** A cache of single nodes. */
export const CACHE_CLUSTER: readonly string[] = aws("elasticache/cluster:Cluster");
/** A cache without nodes to choose. It is always encrypted with TLS. */
export const SERVERLESS_CACHE: readonly string[] = aws("elasticache/serverlessCache:ServerlessCache");
