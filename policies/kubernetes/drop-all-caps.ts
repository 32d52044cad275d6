import { EVERYWHERE, rule } from "../rule";
import { deployment, guarded } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** Start from nothing and add back what the process needs. */
export const dropAllCaps = rule({
  id: "k8s-drop-all-caps",
  title: "All capabilities are dropped",
  severity: "high",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: 'Set capabilities: { drop: ["ALL"] }; only NET_BIND_SERVICE may be added.',
  references: [
    "PSS-R capabilities",
    "CKV_K8S_37",
    "CKV_K8S_25",
    "CKV_K8S_28",
    "CKV_K8S_39",
    "KL drop-net-raw",
    "KS C-0046",
  ],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      const capabilities = container.at("securityContext", "capabilities");
      guard.check(() => {
        const drops = capabilities.at("drop").list();
        return !drops.some((each) => each.text()?.toUpperCase() === "ALL") && `${capabilities.path}.drop lacks ALL`;
      });
      guard.each(
        capabilities.at("add"),
        (each) => each.text() !== "NET_BIND_SERVICE" && `${each.path} is not NET_BIND_SERVICE`,
      );
      return undefined;
    });
  },
  examples: {
    compliant: [deployment(), deployment({}, guarded({ capabilities: { drop: ["ALL"], add: ["NET_BIND_SERVICE"] } }))],
    violating: [
      deployment({}, guarded({ capabilities: { drop: ["NET_RAW"] } })),
      deployment({}, guarded({ capabilities: { drop: ["ALL"], add: ["SYS_ADMIN"] } })),
    ],
  },
});
