import { EVERYWHERE, rule } from "../rule";
import { deployment, guarded } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** Nothing that gets in can stay. */
export const readonlyRootfs = rule({
  id: "k8s-readonly-rootfs",
  title: "Root file system is read-only",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Set readOnlyRootFilesystem: true, and mount an emptyDir where the process writes.",
  references: ["CKV_K8S_22", "KL no-read-only-root-fs", "KS C-0017"],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      const readOnly = container.at("securityContext", "readOnlyRootFilesystem");
      return readOnly.flag() !== true && `${readOnly.path} is not true`;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [deployment({}, guarded({ readOnlyRootFilesystem: undefined }))],
  },
});
