import { EVERYWHERE, rule } from "../rule";
import { object } from "./examples";
import { eachGrant, ROLES } from "./rbac";
import { kindOf } from "./workloads";

const POWERFUL: readonly (readonly [verbs: readonly string[], resources: readonly string[]])[] = [
  [
    ["create", "get"],
    ["pods/exec", "pods/attach", "pods/portforward"],
  ],
  [["get", "create", "update", "patch"], ["nodes/proxy"]],
  [["create"], ["serviceaccounts/token"]],
  [["approve"], ["signers"]],
];

/** Verbs by which a role gives itself more than it has. */
export const rbacNoEscalation = rule({
  id: "k8s-rbac-no-escalation",
  title: "Roles cannot give themselves more",
  severity: "high",
  level: EVERYWHERE,
  types: ROLES,
  remedy: "Remove bind, escalate, impersonate, exec, node proxy and cluster-wide reading of secrets.",
  references: [
    "CKV_K8S_155",
    "CKV_K8S_156",
    "CKV_K8S_157",
    "CKV_K8S_158",
    "CKV2_K8S_1",
    "KL access-to-secrets",
    "KS C-0015",
    "POL-15",
  ],
  check(resource, guard) {
    const wide = kindOf(resource.type) === "ClusterRole";
    eachGrant(resource, guard, ({ verbs, resources }, at) => {
      const verb = ["bind", "escalate", "impersonate"].find((each) => verbs.includes(each));
      if (verb !== undefined) return `${at.path} allows ${verb}`;
      for (const [with_, on] of POWERFUL) {
        const power = on.find((each) => resources.includes(each));
        if (power !== undefined && with_.some((each) => verbs.includes(each))) return `${at.path} allows ${power}`;
      }
      const reads = ["get", "list", "watch"].some((each) => verbs.includes(each));
      return wide && reads && resources.includes("secrets") && `${at.path} reads the secrets of every namespace`;
    });
  },
  examples: {
    compliant: [
      object("rbac.authorization.k8s.io/v1:Role", {
        rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }],
      }),
    ],
    violating: [
      object("rbac.authorization.k8s.io/v1:Role", { rules: [{ resources: ["roles"], verbs: ["escalate"] }] }),
      object("rbac.authorization.k8s.io/v1:Role", { rules: [{ resources: ["pods/exec"], verbs: ["create"] }] }),
      object("rbac.authorization.k8s.io/v1:ClusterRole", { rules: [{ resources: ["secrets"], verbs: ["list"] }] }),
    ],
  },
});
