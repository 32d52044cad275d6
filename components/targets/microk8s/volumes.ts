import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim";
import { HOLDS_NOTHING, type Labels } from "./labels";
import { childOf, metadata, type Owner } from "./objects";
import type { Mounted } from "./pod";

/**
 * A volume of its own, apart from the StatefulSet, so that it can be protected. It holds data where `protect` is given. A larger size is an
 * update in place; no storage class can make a volume smaller.
 */
export function claim(
  owner: Owner,
  name: string,
  mebibytes: number,
  protect: boolean | undefined,
  labels: Labels = protect === undefined ? HOLDS_NOTHING : {},
): PersistentVolumeClaim {
  const { volumesGrow, storageClass } = owner.network.target;
  return new PersistentVolumeClaim(
    name,
    {
      // The volume is only made when its first pod is placed.
      metadata: {
        ...metadata(owner, name, labels),
        annotations: { "pulumi.com/skipAwait": "true" },
      },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName: storageClass,
        volumeMode: "Filesystem",
        resources: { requests: { storage: `${mebibytes}Mi` } },
      },
    },
    {
      ...childOf(owner),
      ...(protect === undefined ? {} : { protect, retainOnDelete: true }),
      ...(volumesGrow ? {} : { ignoreChanges: ["spec.resources.requests.storage"] }),
    },
  );
}

/** Mount of a claim. */
export function claimMount(name: string, path: string, claimName: string): Mounted {
  return { name, path, readOnly: false, source: { persistentVolumeClaim: { claimName } } };
}
