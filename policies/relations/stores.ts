import { CACHE_CLUSTER, REPLICATION_GROUP, SERVERLESS_CACHE } from "../aws/elasticache";
import { DATABASES } from "../aws/rds";
import { VOLUME } from "../docker/container";
import type { Subject } from "../join";
import { aws, kubernetes } from "../tokens";

/** Caches of AWS. */
export const CACHES: readonly string[] = [...REPLICATION_GROUP, ...CACHE_CLUSTER, ...SERVERLESS_CACHE];

/** Disks, file systems and tables of AWS, which only AWS Backup copies. */
export const DISKS: readonly string[] = [
  ...aws("ebs/volume:Volume"),
  ...aws("efs/fileSystem:FileSystem"),
  ...aws("dynamodb/table:Table"),
];

/** Kubernetes objects whose loss is the loss of data. */
export const CLAIMS: readonly string[] = kubernetes("PersistentVolumeClaim");

/** Everything whose deletion is the loss of data, whatever the target. */
export const STATEFUL: readonly string[] = [
  ...DATABASES,
  ...aws("rds/clusterInstance:ClusterInstance"),
  ...aws("rds/globalCluster:GlobalCluster"),
  ...REPLICATION_GROUP,
  ...SERVERLESS_CACHE,
  ...aws("s3/bucket:Bucket"),
  ...DISKS,
  ...aws("kms/key:Key"),
  ...aws("backup/vault:Vault"),
  ...VOLUME,
  ...CLAIMS,
  ...["PersistentVolume", "StatefulSet", "Namespace"].flatMap(kubernetes),
];

/** Whether a Docker volume or a claim is said to hold data; volumes that are filled again by themselves say no. */
export function holdsData(resource: Subject): boolean {
  if (VOLUME.includes(resource.type)) {
    const labels = resource.at("labels").list();
    return labels.some(
      (each) => ["data", "io.bulwark.data"].includes(each.at("label").text() ?? "") && each.at("value").flag() === true,
    );
  }
  return resource.at("metadata", "labels", "data-class").text() !== "none";
}
