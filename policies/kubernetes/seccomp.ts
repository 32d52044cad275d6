import { EVERYWHERE, rule } from "../rule";
import { deployment, guarded } from "./examples";
import { eachContainer, effective, WORKLOADS } from "./workloads";

/** System calls are filtered. */
export const seccomp = rule({
  id: "k8s-seccomp",
  title: "Seccomp is on",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: 'Set seccompProfile: { type: "RuntimeDefault" } in the pod\'s securityContext.',
  references: ["PSS-R seccomp", "CKV_K8S_31", "KS C-0055"],
  check(resource, guard) {
    eachContainer(resource, guard, (container, pod) => {
      const type = effective(container, pod, "seccompProfile", "type").text() ?? "";
      return !["RuntimeDefault", "Localhost"].includes(type) && `${container.path}: no seccomp profile is in force`;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [
      deployment({ securityContext: { runAsNonRoot: true } }),
      deployment({}, guarded({ seccompProfile: { type: "Unconfined" } })),
    ],
  },
});
