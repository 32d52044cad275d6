import { EVERYWHERE, rule } from "../rule";
import { deployment, guarded } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** A privileged container is root on the node. */
export const noPrivileged = rule({
  id: "k8s-no-privileged",
  title: "Containers are not privileged",
  severity: "critical",
  level: EVERYWHERE,
  types: WORKLOADS,
  exemptable: false,
  remedy: "Remove securityContext.privileged; add the single capability that is needed.",
  references: ["PSS-B privileged", "CKV_K8S_16", "KL privileged-container", "KS C-0057"],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      const privileged = container.at("securityContext", "privileged");
      return privileged.flag() === true && `${privileged.path} is true`;
    });
  },
  examples: { compliant: [deployment()], violating: [deployment({}, guarded({ privileged: true }))] },
});
