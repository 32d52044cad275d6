import { EVERYWHERE, rule } from "../rule";
import { deployment } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

const NEEDED = [
  ["limits", "memory"],
  ["requests", "cpu"],
  ["requests", "memory"],
] as const;

/** The scheduler knows what a pod needs, and one pod cannot starve the node. */
export const resourceLimits = rule({
  id: "k8s-resource-limits",
  title: "Requests and a memory limit are set",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Set resources.requests.cpu, resources.requests.memory and resources.limits.memory.",
  references: [
    "CKV_K8S_10",
    "CKV_K8S_11",
    "CKV_K8S_12",
    "CKV_K8S_13",
    "KL unset-memory-requirements",
    "KS C-0009",
    "KS C-0050",
    "POL-02",
  ],
  check(resource, guard) {
    eachContainer(
      resource,
      guard,
      (container) => {
        for (const path of NEEDED) {
          const amount = container.at("resources", ...path);
          guard.check(() => ["", "0"].includes(amount.text() ?? "") && `${amount.path} is not set`);
        }
        return undefined;
      },
      ["containers", "initContainers"],
    );
  },
  examples: {
    compliant: [deployment()],
    violating: [
      deployment({}, { resources: undefined }),
      deployment({}, { resources: { requests: { cpu: "1", memory: "1Gi" } } }),
    ],
  },
});
