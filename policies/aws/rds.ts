import type { Subject } from "../join";
import { aws } from "../tokens";

/** One database server. */
export const RDS_INSTANCE: readonly string[] = aws("rds/instance:Instance");
/** An Aurora or Multi-AZ cluster. */
export const RDS_CLUSTER: readonly string[] = aws("rds/cluster:Cluster");
/** A server of a cluster. */
export const RDS_CLUSTER_INSTANCE: readonly string[] = aws("rds/clusterInstance:ClusterInstance");
/** What holds a database with a life of its own. */
export const DATABASES: readonly string[] = [...RDS_INSTANCE, ...RDS_CLUSTER];

/** Whether a database copies another one: then the source decides backup, password and parameters of the data. */
export function replica(resource: Subject): boolean {
  return resource.at("replicateSourceDb").present() || resource.at("replicationSourceIdentifier").present();
}
