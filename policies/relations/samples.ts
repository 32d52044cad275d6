import { backupOf, bucket, cluster, database, KEY_ARN, one, redis } from "../aws/examples";
import { VOLUME } from "../docker/container";
import { container, DIGEST, LABELS } from "../docker/examples";
import { K8S_LABELS, object, pod, SURROUNDINGS, workload } from "../kubernetes/examples";
import type { Example, ExampleResource } from "../rule";

/** A Docker volume, with data or without. */
export function volume(data: boolean): ExampleResource {
  const labels = [...LABELS, { label: "io.bulwark.data", value: String(data) }];
  return { type: VOLUME[0] ?? "", name: "data", protect: data, props: { name: "shop-data", labels } };
}

/** A container that copies that volume. */
export function backupJob(): ExampleResource {
  const mounts = [{ type: "volume", source: "shop-data", target: "/data", readOnly: true }];
  return { ...container({ image: `bulwark/backup@${DIGEST}`, mounts })[0], name: "nightly-backup" };
}

/** A job that copies the claims of its namespace. */
export function backupCron(): ExampleResource {
  return workload("CronJob", { jobTemplate: { spec: { template: { spec: pod() } } } }, "backup");
}

/** A sound program for each kind that holds data; its first resource is that kind. */
export const STORES: readonly Example[] = [
  database(),
  cluster(),
  first(cluster(), "first"),
  [one("rds/globalCluster:GlobalCluster", { storageEncrypted: true })],
  redis(),
  [one("elasticache/serverlessCache:ServerlessCache", { kmsKeyId: KEY_ARN })],
  bucket(),
  ...["ebs/volume:Volume", "efs/fileSystem:FileSystem", "dynamodb/table:Table"].map(
    (kind): Example => [one(kind, { encrypted: true, kmsKeyId: KEY_ARN }), ...backupOf("it")],
  ),
  [one("kms/key:Key", { enableKeyRotation: true })],
  first(backupOf("plan"), "vault"),
  [volume(true), backupJob()],
  [...object("core/v1:PersistentVolumeClaim", { spec: {} }), backupCron()],
  object("core/v1:PersistentVolume", { spec: {} }),
  [workload("StatefulSet", { template: { spec: pod() } }), ...SURROUNDINGS],
  [...SURROUNDINGS],
];

/** The program with its first resource changed. */
export function with_(example: Example, change: Partial<ExampleResource>): Example {
  const [subject, ...others] = example;
  return [{ ...subject, ...change }, ...others];
}

/** The program without any tag or label on its first resource. */
export function untagged(example: Example): Example {
  const { metadata, ...props } = example[0].props;
  const bare =
    typeof metadata === "object" && metadata !== null ? { metadata: { ...metadata, labels: kept(metadata) } } : {};
  const labels = example[0].type.startsWith("docker:") ? { labels: [] } : {};
  return with_(example, { props: { ...props, tags: undefined, ...labels, ...bare } });
}

function kept(metadata: object): Readonly<Record<string, unknown>> {
  const labels = "labels" in metadata && typeof metadata.labels === "object" ? metadata.labels : {};
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([key]) => !(key in K8S_LABELS)));
}

function first(resources: readonly ExampleResource[], name: string): Example {
  const [subject, ...others] = [...resources].sort((a, b) => Number(b.name === name) - Number(a.name === name));
  return [subject ?? one("kms/key:Key", {}), ...others];
}
