import { EVERYWHERE, rule } from "../rule";
import { deployment, guarded } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** A set-uid binary must not give the process more than it started with. */
export const noPrivEscalation = rule({
  id: "k8s-no-priv-escalation",
  title: "Processes cannot gain privileges",
  severity: "high",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Set allowPrivilegeEscalation: false in each container's securityContext.",
  references: ["PSS-R privilege escalation", "CKV_K8S_20", "KL privilege-escalation-container", "KS C-0016"],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      const escalation = container.at("securityContext", "allowPrivilegeEscalation");
      return escalation.flag() !== false && `${escalation.path} is not false`;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [
      deployment({}, guarded({ allowPrivilegeEscalation: undefined })),
      deployment({}, guarded({ allowPrivilegeEscalation: true })),
    ],
  },
});
