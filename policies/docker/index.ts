import type { Rule } from "../rule";
import { bindReadonly } from "./bind-readonly";
import { capDropAll } from "./cap-drop-all";
import { healthcheck } from "./healthcheck";
import { imagePinned } from "./image-pinned";
import { internalNetwork } from "./internal-network";
import { mountPropagation } from "./mount-propagation";
import { noDangerousCap } from "./no-dangerous-cap";
import { noDatastorePort } from "./no-datastore-port";
import { noDefaultBridge } from "./no-default-bridge";
import { noHostDevice } from "./no-host-device";
import { noHostNamespaces } from "./no-host-namespaces";
import { noNewPrivileges } from "./no-new-privileges";
import { noPlainSecretEnv } from "./no-plain-secret-env";
import { noPrivileged } from "./no-privileged";
import { noSensitiveHostPath } from "./no-sensitive-host-path";
import { noSocketMount } from "./no-socket-mount";
import { nonRootUser } from "./non-root-user";
import { portBoundIface } from "./port-bound-iface";
import { readonlyRootfs } from "./readonly-rootfs";
import { resourceLimits } from "./resource-limits";
import { restartPolicy } from "./restart-policy";
import { seccompOn } from "./seccomp-on";

/** Rules about containers on a Docker host, in the order of the documentation. */
export const DOCKER_RULES: readonly Rule[] = [
  noPrivileged,
  noSocketMount,
  noSensitiveHostPath,
  bindReadonly,
  noHostNamespaces,
  capDropAll,
  noDangerousCap,
  noNewPrivileges,
  seccompOn,
  readonlyRootfs,
  nonRootUser,
  resourceLimits,
  portBoundIface,
  noDatastorePort,
  noDefaultBridge,
  internalNetwork,
  mountPropagation,
  noHostDevice,
  imagePinned,
  healthcheck,
  restartPolicy,
  noPlainSecretEnv,
];
