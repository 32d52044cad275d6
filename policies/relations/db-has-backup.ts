import { backupOf, one } from "../aws/examples";
import { CONTAINER, VOLUME } from "../docker/container";
import { container } from "../docker/examples";
import type { Graph, Subject } from "../join";
import { object } from "../kubernetes/examples";
import { WORKLOADS } from "../kubernetes/workloads";
import { IN_PROD, rule } from "../rule";
import { aws } from "../tokens";
import { namespaceOf } from "./namespaces";
import { backupCron, backupJob, volume } from "./samples";
import { CLAIMS, DISKS, holdsData } from "./stores";

const SELECTION = aws("backup/selection:Selection");
const BACKUP = /backup|restic|pgbackrest|rclone|velero/i;
const MISSING = "nothing in the program backs it up";

/** Databases and caches of AWS have rules of their own; this one looks for what copies disks, volumes and claims. */
export const dbHasBackup = rule({
  id: "xs-db-has-backup",
  title: "Every data store has a backup",
  severity: "high",
  level: IN_PROD,
  types: [...DISKS, ...VOLUME, ...CLAIMS],
  joins: true,
  remedy: "Put it into a BackupSchedule: a selection on AWS, a backup container or CronJob elsewhere.",
  references: ["CKV2_AWS_8", "CKV2_AWS_9", "CKV2_AWS_18", "FSBP EFS.2", "POL-13"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      if (DISKS.includes(resource.type)) return !selected(resource, graph) && MISSING;
      if (!holdsData(resource)) return undefined;
      if (VOLUME.includes(resource.type)) return !copied(resource, graph) && MISSING;
      const namespace = namespaceOf(resource, graph);
      return !scheduled(graph).has(namespace) && MISSING;
    });
  },
  examples: {
    compliant: [
      [one("ebs/volume:Volume", { encrypted: true }), ...backupOf("it")],
      [one("efs/fileSystem:FileSystem", { encrypted: true }), ...backupOf("it")],
      [volume(true), backupJob()],
      [volume(false)],
      [object("core/v1:PersistentVolumeClaim", { spec: {} })[0], backupCron()],
    ],
    violating: [
      [one("ebs/volume:Volume", { encrypted: true })],
      [one("efs/fileSystem:FileSystem", {})],
      [one("dynamodb/table:Table", {})],
      [volume(true), container({ mounts: [{ type: "volume", source: "shop-data", target: "/data" }] })[0]],
      object("core/v1:PersistentVolumeClaim", { spec: {} }),
    ],
  },
});

function selected(store: Subject, graph: Graph): boolean {
  if (graph.usersOf(store).some((each) => SELECTION.includes(each.type))) return true;
  return graph.ofType(SELECTION).some((selection) => {
    const tags = selection.at("selectionTags").list();
    return tags.some((tag) => {
      const value = store.at("tags", tag.at("key").text() ?? "").text();
      return value !== undefined && value === tag.at("value").text();
    });
  });
}

/** Volumes by name, with the containers that mount them or share a network or a dependency with one that does. */
function copied(volume_: Subject, graph: Graph): boolean {
  const mounters = graph.once("containers by volume", () => {
    const byVolume = new Map<string, Subject[]>();
    for (const each of graph.ofType(CONTAINER)) {
      for (const mount of each.at("mounts").list()) {
        const source = mount.at("source").text() ?? "";
        byVolume.set(source, [...(byVolume.get(source) ?? []), each]);
      }
    }
    return byVolume;
  });
  const jobs = graph.once("backup containers", () =>
    graph.ofType(CONTAINER).filter((each) => BACKUP.test(each.name) || BACKUP.test(each.at("image").text() ?? "")),
  );
  const name = volume_.at("name").text() ?? volume_.name;
  const edges = graph.usersOf(volume_).filter((each) => CONTAINER.includes(each.type));
  const users = new Set([...(mounters.get(name) ?? []), ...edges]);
  return jobs.some((job) => users.has(job) || graph.neededBy(job).some((each) => users.has(each)));
}

/** Namespaces in which something runs that backs up. */
function scheduled(graph: Graph): ReadonlySet<string | undefined> {
  return graph.once("namespaces with a backup", () => {
    const jobs = [...graph.all()].filter(
      (each) =>
        (WORKLOADS.includes(each.type) || each.type.startsWith("kubernetes:velero.io/")) &&
        BACKUP.test(`${each.name} ${each.type}`),
    );
    return new Set(jobs.map((each) => namespaceOf(each, graph)));
  });
}
