import { FROM_STAGING, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

/** One container must not starve the others. */
export const resourceLimits = rule({
  id: "docker-resource-limits",
  title: "Memory is limited, CPU is shared out",
  severity: "medium",
  level: FROM_STAGING,
  types: CONTAINER,
  remedy: "Set memory (MiB), memorySwap to the same number, and cpus.",
  references: ["CIS-D 5.11", "CIS-D 5.12", "KICS memory_not_limited", "KICS cpus_not_limited", "POL-02"],
  check(resource, guard) {
    guard.check(() => !((resource.at("memory").number() ?? 0) > 0) && "memory has no limit");
    guard.check(() => resource.at("memorySwap").number() === -1 && "memorySwap has no limit");
    guard.check(() => {
      const shared = ["cpus", "cpuShares", "cpuQuota"].some((each) => (resource.at(each).number() ?? 0) > 0);
      return !shared && { message: "none of cpus, cpuShares and cpuQuota is set", advisory: true };
    });
  },
  examples: {
    compliant: [container(), container({ cpus: undefined, cpuShares: 512 })],
    violating: [
      container({ memory: undefined }),
      container({ memory: 0 }),
      container({ memorySwap: -1 }),
      container({ cpus: undefined }),
    ],
  },
});
