import { IN_PROD, rule } from "../rule";
import { kubernetes } from "../tokens";
import type { View } from "../view";
import { object, pod, SURROUNDINGS, workload } from "./examples";
import { eachObject, kindOf } from "./workloads";

const KINDS = ["StatefulSet", "PersistentVolume", "StorageClass"] as const;

const holdsData = (each: View) =>
  ["data", "io.bulwark.data"].some((label) => each.at("metadata", "labels", label).flag() === true) ||
  !["", "none"].includes(each.at("metadata", "labels", "data-class").text() ?? "");

/** Data outlives the object that asked for it. */
export const pvcRetain = rule({
  id: "k8s-pvc-retain",
  title: "Volumes with data are kept",
  severity: "high",
  level: IN_PROD,
  types: KINDS.flatMap(kubernetes),
  remedy: "Use Retain, and delete the volume by hand when its data is no longer wanted.",
  references: ["Bulwark"],
  check(resource, guard) {
    const kind = kindOf(resource.type);
    eachObject(resource, guard, (each) => {
      if (kind === "StatefulSet") {
        for (const when of ["whenDeleted", "whenScaled"]) {
          const policy = each.at("spec", "persistentVolumeClaimRetentionPolicy", when);
          guard.check(() => policy.text() === "Delete" && `${policy.path} is Delete`);
        }
        return undefined;
      }
      const policy =
        kind === "StorageClass" ? each.at("reclaimPolicy") : each.at("spec", "persistentVolumeReclaimPolicy");
      const deletes = policy.text() === "Delete" || (kind === "StorageClass" && !policy.present());
      return deletes && holdsData(each) && `${policy.path} is Delete`;
    });
  },
  examples: {
    compliant: [
      [workload("StatefulSet", { template: { spec: pod() } }), ...SURROUNDINGS],
      object("core/v1:PersistentVolume", { spec: { persistentVolumeReclaimPolicy: "Retain" } }),
      object("storage.k8s.io/v1:StorageClass", { reclaimPolicy: "Delete" }, { labels: { "data-class": "none" } }),
    ],
    violating: [
      [
        workload("StatefulSet", {
          template: { spec: pod() },
          persistentVolumeClaimRetentionPolicy: { whenDeleted: "Delete", whenScaled: "Retain" },
        }),
        ...SURROUNDINGS,
      ],
      object("core/v1:PersistentVolume", { spec: { persistentVolumeReclaimPolicy: "Delete" } }),
      object("storage.k8s.io/v1:StorageClass", {}),
    ],
  },
});
