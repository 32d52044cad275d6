import { EVERYWHERE, rule } from "../rule";
import { object } from "./examples";
import { BINDINGS } from "./rbac";
import { eachObject } from "./workloads";

const EVERYBODY = ["system:anonymous", "system:unauthenticated", "system:masters", "system:authenticated"];

/** Nobody who is not a person on call holds the whole cluster. */
export const noClusterAdmin = rule({
  id: "k8s-no-cluster-admin",
  title: "Nobody is bound to cluster-admin, and nothing to everybody",
  severity: "critical",
  level: EVERYWHERE,
  types: BINDINGS,
  remedy: "Bind a role that lists what is needed to a subject of your own.",
  references: ["KL cluster-admin-role-binding", "POL-15"],
  check(resource, guard) {
    eachObject(resource, guard, (binding) => {
      guard.each(
        binding.at("subjects"),
        (subject) => EVERYBODY.includes(subject.at("name").text() ?? "") && `${subject.path} means everybody`,
      );
      const role = binding.at("roleRef", "name");
      return role.text() === "cluster-admin" && `${role.path} is cluster-admin`;
    });
  },
  examples: {
    compliant: [
      object("rbac.authorization.k8s.io/v1:RoleBinding", { roleRef: { name: "reader" }, subjects: [{ name: "api" }] }),
    ],
    violating: [
      object("rbac.authorization.k8s.io/v1:RoleBinding", {
        roleRef: { name: "cluster-admin" },
        subjects: [{ name: "api" }],
      }),
      object("rbac.authorization.k8s.io/v1:ClusterRoleBinding", {
        roleRef: { name: "reader" },
        subjects: [{ name: "system:anonymous" }],
      }),
    ],
  },
});
