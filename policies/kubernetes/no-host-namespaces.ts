import { EVERYWHERE, rule } from "../rule";
import { deployment } from "./examples";
import { eachPod, WORKLOADS } from "./workloads";

const SPACES = ["hostNetwork", "hostPID", "hostIPC"] as const;

/** Pods do not share the node's network, processes or memory. */
export const noHostNamespaces = rule({
  id: "k8s-no-host-namespaces",
  title: "No namespace of the node is shared",
  severity: "critical",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Remove hostNetwork, hostPID and hostIPC.",
  references: ["PSS-B host namespaces", "CKV_K8S_17", "CKV_K8S_18", "CKV_K8S_19", "KS C-0038", "KS C-0041"],
  check(resource, guard) {
    eachPod(resource, guard, (pod) => {
      for (const space of SPACES) {
        guard.check(() => pod.at(space).flag() === true && `${pod.at(space).path} is true`);
      }
      return undefined;
    });
  },
  examples: { compliant: [deployment()], violating: SPACES.map((space) => deployment({ [space]: true })) },
});
