import { kubernetes } from "../tokens";
import { WORKLOADS } from "./workloads";

/** Kinds that live in a namespace. */
export const NAMESPACED: readonly string[] = [
  ...WORKLOADS,
  ...[
    "ConfigMap",
    "Secret",
    "Service",
    "ServiceAccount",
    "PersistentVolumeClaim",
    "Ingress",
    "NetworkPolicy",
    "Role",
    "RoleBinding",
  ].flatMap(kubernetes),
];

/** Namespaces that belong to nobody or to the cluster. */
export const SHARED: readonly string[] = ["", "default", "kube-system", "kube-public", "kube-node-lease"];
