import type { Rule } from "../rule";
import { consoleAuth } from "./console-auth";
import { dropAllCaps } from "./drop-all-caps";
import { hostProbes } from "./host-probes";
import { imagePinned } from "./image-pinned";
import { imageRegistry } from "./image-registry";
import { ingressNoSnippet } from "./ingress-no-snippet";
import { ingressTls } from "./ingress-tls";
import { kernelConfinement } from "./kernel-confinement";
import { microk8sAddon } from "./microk8s-addon";
import { noAutomountToken } from "./no-automount-token";
import { noClusterAdmin } from "./no-cluster-admin";
import { noDefaultNamespace } from "./no-default-namespace";
import { noDefaultSa } from "./no-default-sa";
import { noHostNamespaces } from "./no-host-namespaces";
import { noHostPath } from "./no-host-path";
import { noHostPort } from "./no-host-port";
import { noPrivEscalation } from "./no-priv-escalation";
import { noPrivileged } from "./no-privileged";
import { noRuntimeSocket } from "./no-runtime-socket";
import { noSecretEnv } from "./no-secret-env";
import { noSecretInConfigmap } from "./no-secret-in-configmap";
import { nsPssLabel } from "./ns-pss-label";
import { probes } from "./probes";
import { pvcRetain } from "./pvc-retain";
import { rbacNoEscalation } from "./rbac-no-escalation";
import { rbacNoWildcard } from "./rbac-no-wildcard";
import { readonlyRootfs } from "./readonly-rootfs";
import { resourceLimits } from "./resource-limits";
import { runAsNonRoot } from "./run-as-non-root";
import { seccomp } from "./seccomp";
import { serviceNotPublic } from "./service-not-public";
import { volumeTypes } from "./volume-types";

/** Rules about Kubernetes objects, in the order of the documentation. */
export const KUBERNETES_RULES: readonly Rule[] = [
  noPrivileged,
  noHostNamespaces,
  noHostPath,
  noRuntimeSocket,
  hostProbes,
  noHostPort,
  volumeTypes,
  runAsNonRoot,
  noPrivEscalation,
  dropAllCaps,
  seccomp,
  kernelConfinement,
  readonlyRootfs,
  resourceLimits,
  probes,
  imagePinned,
  imageRegistry,
  noDefaultNamespace,
  noDefaultSa,
  noAutomountToken,
  noSecretEnv,
  noSecretInConfigmap,
  rbacNoWildcard,
  rbacNoEscalation,
  noClusterAdmin,
  serviceNotPublic,
  ingressTls,
  ingressNoSnippet,
  consoleAuth,
  nsPssLabel,
  microk8sAddon,
  pvcRetain,
];
