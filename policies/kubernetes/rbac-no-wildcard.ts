import { EVERYWHERE, rule } from "../rule";
import { object } from "./examples";
import { eachGrant, ROLES } from "./rbac";

/** A wildcard also covers what does not exist yet. */
export const rbacNoWildcard = rule({
  id: "k8s-rbac-no-wildcard",
  title: "Roles list what they allow",
  severity: "high",
  level: EVERYWHERE,
  types: ROLES,
  remedy: "List the verbs and resources that are needed.",
  references: ["CKV_K8S_49", "KL wildcard-in-rules", "KS C-0035", "POL-15"],
  check(resource, guard) {
    eachGrant(resource, guard, (grant, at) => {
      const wild = (["verbs", "resources"] as const).find((each) => grant[each].includes("*"));
      return wild !== undefined && `${at.path}.${wild} holds *`;
    });
  },
  examples: {
    compliant: [
      object("rbac.authorization.k8s.io/v1:Role", {
        rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get"] }],
      }),
    ],
    violating: [
      object("rbac.authorization.k8s.io/v1:Role", { rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["*"] }] }),
      object("rbac.authorization.k8s.io/v1:ClusterRole", {
        rules: [{ apiGroups: [""], resources: ["*"], verbs: ["get"] }],
      }),
    ],
  },
});
