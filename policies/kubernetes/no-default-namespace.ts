import { EVERYWHERE, rule } from "../rule";
import { deployment, object } from "./examples";
import { NAMESPACED, SHARED } from "./namespaced";
import { eachObject } from "./workloads";

/** Quotas, policies and permissions hang on the namespace. */
export const noDefaultNamespace = rule({
  id: "k8s-no-default-namespace",
  title: "Objects live in a namespace of their own",
  severity: "low",
  level: EVERYWHERE,
  types: NAMESPACED,
  remedy: "Set metadata.namespace, or the namespace of the provider.",
  references: ["CKV_K8S_21", "KL use-namespace"],
  check(resource, guard, { graph }) {
    const [providerUrn] = (resource.node.provider ?? "").split(/::(?=[^:]*$)/);
    const provider = graph.get(providerUrn);
    eachObject(resource, guard, (each) => {
      const namespace = each.at("metadata", "namespace").text() ?? provider?.at("namespace").text() ?? "";
      return SHARED.includes(namespace) && `${each.at("metadata").path} is in a shared namespace, or in none`;
    });
  },
  examples: {
    compliant: [deployment(), object("core/v1:ConfigMap", { data: {} })],
    violating: ["ConfigMap", "Secret", "Service", "ServiceAccount"]
      .map((kind) => object(`core/v1:${kind}`, { automountServiceAccountToken: false }, { namespace: undefined }))
      .concat([
        object("core/v1:PersistentVolumeClaim", { spec: {} }, { namespace: "kube-system", labels: backedUp() }),
        object("networking.k8s.io/v1:Ingress", { spec: {} }, { namespace: "default" }),
        object("networking.k8s.io/v1:NetworkPolicy", { spec: {} }, { namespace: "default" }),
        object("rbac.authorization.k8s.io/v1:Role", { rules: [] }, { namespace: "default" }),
        object("rbac.authorization.k8s.io/v1:RoleBinding", {}, { namespace: "default" }),
      ]),
  },
});

function backedUp(): Readonly<Record<string, string>> {
  return { owner: "platform", "data-class": "none", env: "prod", "change-ref": "CHG-1" };
}
