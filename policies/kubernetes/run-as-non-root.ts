import { EVERYWHERE, rule } from "../rule";
import { deployment, guarded } from "./examples";
import { eachContainer, effective, WORKLOADS } from "./workloads";

/** Root in a container is one kernel bug away from root on the node. */
export const runAsNonRoot = rule({
  id: "k8s-run-as-non-root",
  title: "Processes do not run as root",
  severity: "high",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Set runAsNonRoot: true and a runAsUser above 0 in the pod's securityContext.",
  references: ["PSS-R running as non-root", "CKV_K8S_23", "CKV_K8S_40", "KL run-as-non-root", "KS C-0013"],
  check(resource, guard) {
    eachContainer(resource, guard, (container, pod) => {
      guard.check(
        () =>
          effective(container, pod, "runAsNonRoot").flag() !== true && `${container.path}: runAsNonRoot is not true`,
      );
      guard.check(
        () => effective(container, pod, "runAsUser").number() === 0 && `${container.path}: runAsUser is root`,
      );
      return undefined;
    });
  },
  examples: {
    compliant: [
      deployment(),
      deployment({ securityContext: { seccompProfile: { type: "RuntimeDefault" } } }, guarded({ runAsNonRoot: true })),
    ],
    violating: [
      deployment({ securityContext: { seccompProfile: { type: "RuntimeDefault" } } }),
      deployment({}, guarded({ runAsNonRoot: false })),
      deployment({}, guarded({ runAsUser: 0 })),
    ],
  },
});
