import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding";
import { Role } from "@pulumi/kubernetes/rbac/v1/role";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import { labelsOf } from "./labels";
import { childOf, metadata, type Owner } from "./objects";
import type { Mounted } from "./pod";

/** What may be read of a kind of object. */
export interface Right {
  readonly group: string;
  readonly resources: readonly string[];
  readonly verbs: readonly ("get" | "list" | "watch")[];
}

/** Where a client of the Kubernetes API finds its token. */
const TOKEN_FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Lets an identity of one namespace read objects of another. */
export function mayRead(reader: Owner, account: string, within: Owner, rights: readonly Right[]): pulumi.Resource[] {
  const name = `${account}-reads-${within.network.namespace}`;
  return [
    new Role(name, { metadata: metadata(within, name), rules: rulesOf(rights) }, childOf(within)),
    new RoleBinding(
      name,
      {
        metadata: metadata(within, name),
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: reader.network.namespace }],
      },
      childOf(within),
    ),
  ];
}

/** Lets an identity read what belongs to no namespace. */
export function mayReadCluster(reader: Owner, account: string, rights: readonly Right[]): pulumi.Resource[] {
  const logical = `${account}-reads-nodes`;
  const name = physicalName("dnsLabel", reader.network.namespace, logical);
  const about = { name, labels: { ...reader.network.target.labels, ...labelsOf(reader.component) } };
  return [
    new ClusterRole(logical, { metadata: about, rules: rulesOf(rights) }, { parent: reader.parent }),
    new ClusterRoleBinding(
      logical,
      {
        metadata: about,
        roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
        subjects: [{ kind: "ServiceAccount", name: account, namespace: reader.network.namespace }],
      },
      { parent: reader.parent },
    ),
  ];
}

/** A token that ends within the hour and is renewed, where clients look for one: the pod's account itself mounts none. */
export const TOKEN: Mounted = {
  name: "token",
  path: TOKEN_FOLDER,
  readOnly: true,
  source: {
    projected: {
      defaultMode: 0o440,
      sources: [
        { serviceAccountToken: { path: "token", expirationSeconds: 3607 } },
        { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
        {
          downwardAPI: {
            items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }],
          },
        },
      ],
    },
  },
};

function rulesOf(rights: readonly Right[]) {
  return rights.map((each) => ({
    apiGroups: [each.group],
    resources: [...each.resources],
    verbs: [...each.verbs],
  }));
}
