/** One safe property of a stack of ours made unsafe, and the rule that has to notice. */
export interface Mutant {
  /** End of the type token, and logical name. */
  readonly of: readonly [type: string, name: string];
  /** Where in the properties, or `protect`; without a path the resource is left out. */
  readonly at?: readonly (string | number)[];
  /** The new value; nothing takes the property away. */
  readonly to?: unknown;
  readonly caughtBy: string;
  /** The resource that the finding names, if it is another one. */
  readonly on?: string;
}

const CONTAINER = "container:Container";
const api = (at: readonly (string | number)[], to: unknown, caughtBy: string): Mutant => ({
  of: [CONTAINER, "auth-service-1"],
  at,
  to,
  caughtBy,
});
const db = (at: readonly (string | number)[], to: unknown, caughtBy: string): Mutant => ({
  of: [CONTAINER, "db"],
  at,
  to,
  caughtBy,
});

const POD = ["spec", "template", "spec"];
const MAIN = [...POD, "containers", 0];
const changed = (
  kind: string,
  name: string,
  at: readonly (string | number)[],
  to: unknown,
  caughtBy: string,
): Mutant => ({
  of: [`:${kind}`, name],
  at,
  to,
  caughtBy,
});

/** Of the compose host. */
const dev: readonly Mutant[] = [
  api(["privileged"], true, "docker-no-privileged"),
  api(
    ["mounts", 0],
    { type: "bind", source: "/var/run/docker.sock", target: "/s", readOnly: true },
    "docker-no-socket-mount",
  ),
  api(["mounts", 0], { type: "bind", source: "/etc", target: "/e", readOnly: true }, "docker-no-sensitive-host-path"),
  api(["mounts", 0], { type: "bind", source: "/srv/in", target: "/in" }, "docker-bind-readonly"),
  api(
    ["mounts", 0],
    { type: "bind", source: "/srv/in", target: "/in", readOnly: true, bindOptions: { propagation: "shared" } },
    "docker-mount-propagation",
  ),
  api(["pidMode"], "host", "docker-no-host-namespaces"),
  api(["ipcMode"], "host", "docker-no-host-namespaces"),
  api(["networkMode"], "host", "docker-no-host-namespaces"),
  api(["capabilities", "drops"], [], "docker-cap-drop-all"),
  api(["capabilities", "adds"], ["SYS_ADMIN"], "docker-no-dangerous-cap"),
  api(["securityOpts"], [], "docker-no-new-privileges"),
  api(["securityOpts"], ["no-new-privileges:true", "seccomp=unconfined"], "docker-seccomp-on"),
  api(["readOnly"], false, "docker-readonly-rootfs"),
  api(["user"], "0:0", "docker-non-root-user"),
  api(["memory"], undefined, "docker-resource-limits"),
  api(["ports"], [{ internal: 8000, external: 8000 }], "docker-port-bound-iface"),
  db(["ports"], [{ internal: 5432, external: 5432, ip: "203.0.113.7" }], "docker-no-datastore-port"),
  api(["networksAdvanced"], [], "docker-no-default-bridge"),
  api(["devices"], [{ hostPath: "/dev/sda" }], "docker-no-host-device"),
  db(["image"], "postgres:latest", "docker-image-pinned"),
  api(["healthcheck"], undefined, "docker-healthcheck"),
  api(["restart"], "no", "docker-restart-policy"),
  api(["envs", 0], "DB_PASSWORD=hunter2", "docker-no-plain-secret-env"),
  db(["envs", 0], "POSTGRES_HOST_AUTH_METHOD=trust", "xs-login-required"),
];

/** Of the cluster. */
const staging: readonly Mutant[] = [
  changed("Deployment", "auth-service", [...MAIN, "securityContext", "privileged"], true, "k8s-no-privileged"),
  changed("Deployment", "auth-service", [...POD, "hostNetwork"], true, "k8s-no-host-namespaces"),
  changed(
    "Deployment",
    "auth-service",
    [...POD, "volumes", 0],
    { name: "x", hostPath: { path: "/srv" } },
    "k8s-no-host-path",
  ),
  changed(
    "Deployment",
    "auth-service",
    [...POD, "volumes", 0],
    { name: "x", hostPath: { path: "/var/run/docker.sock" } },
    "k8s-no-runtime-socket",
  ),
  changed("Deployment", "auth-service", [...MAIN, "livenessProbe", "httpGet", "host"], "10.0.0.1", "k8s-host-probes"),
  changed("Deployment", "auth-service", [...MAIN, "ports", 0, "hostPort"], 8000, "k8s-no-host-port"),
  changed(
    "Deployment",
    "auth-service",
    [...POD, "volumes", 0],
    { name: "x", nfs: { server: "nas", path: "/" } },
    "k8s-volume-types",
  ),
  changed("Deployment", "auth-service", [...POD, "securityContext", "runAsNonRoot"], false, "k8s-run-as-non-root"),
  changed(
    "Deployment",
    "auth-service",
    [...MAIN, "securityContext", "allowPrivilegeEscalation"],
    true,
    "k8s-no-priv-escalation",
  ),
  changed("Deployment", "auth-service", [...MAIN, "securityContext", "capabilities"], {}, "k8s-drop-all-caps"),
  changed("StatefulSet", "cache", [...POD, "securityContext", "seccompProfile"], { type: "Unconfined" }, "k8s-seccomp"),
  changed("StatefulSet", "db", [...MAIN, "securityContext", "readOnlyRootFilesystem"], false, "k8s-readonly-rootfs"),
  changed("StatefulSet", "db", [...MAIN, "resources"], {}, "k8s-resource-limits"),
  changed("Deployment", "auth-service", [...MAIN, "readinessProbe"], undefined, "k8s-probes"),
  changed("Deployment", "auth-service", [...MAIN, "image"], "web:latest", "k8s-image-pinned"),
  changed("Deployment", "auth-service", ["metadata", "namespace"], "default", "k8s-no-default-namespace"),
  changed("Deployment", "auth-service", [...POD, "serviceAccountName"], "default", "k8s-no-default-sa"),
  changed("Deployment", "auth-service", [...POD, "automountServiceAccountToken"], true, "k8s-no-automount-token"),
  changed(
    "Deployment",
    "auth-service",
    [...MAIN, "env", 0],
    { name: "DB_PASSWORD", value: "hunter2" },
    "k8s-no-secret-env",
  ),
  changed(
    "ConfigMap",
    "db-configuration",
    ["data", "password"],
    "postgres://app:hunter2@db/shop",
    "k8s-no-secret-in-configmap",
  ),
  changed("Service", "db", ["spec", "type"], "LoadBalancer", "k8s-service-not-public"),
  changed(
    "Namespace",
    "network",
    ["metadata", "labels", "pod-security.kubernetes.io/enforce"],
    "privileged",
    "k8s-ns-pss-label",
  ),
  changed("PersistentVolumeClaim", "db-data", ["protect"], false, "xs-stateful-protected"),
  changed("RandomPassword", "cache-password", ["length"], 12, "xs-password-length"),
  { of: [":NetworkPolicy", "network-default-deny"], caughtBy: "xs-ns-has-default-deny", on: "network" },
];

/** Of AWS. */
const prod: readonly Mutant[] = [
  changed("Instance", "db", ["storageEncrypted"], false, "aws-rds-encrypted"),
  changed("Instance", "db", ["publiclyAccessible"], true, "aws-rds-not-public"),
  changed("Instance", "db", ["backupRetentionPeriod"], 1, "aws-rds-backup"),
  changed("Instance", "db", ["deletionProtection"], false, "aws-rds-deletion-protection"),
  changed("Instance", "db", ["skipFinalSnapshot"], true, "aws-rds-final-snapshot"),
  changed("Instance", "db", ["multiAz"], false, "aws-rds-multi-az"),
  changed("Instance", "db", ["autoMinorVersionUpgrade"], false, "aws-rds-minor-upgrade"),
  changed("Instance", "db", ["enabledCloudwatchLogsExports"], [], "aws-rds-logs"),
  changed("Instance", "db", ["manageMasterUserPassword"], undefined, "aws-rds-iam-or-managed-pw"),
  changed("Instance", "db", ["protect"], false, "xs-stateful-protected"),
  changed("ReplicationGroup", "cache", ["transitEncryptionEnabled"], false, "aws-redis-in-transit"),
  changed("ReplicationGroup", "cache", ["atRestEncryptionEnabled"], false, "aws-redis-at-rest"),
  changed("ReplicationGroup", "cache", ["automaticFailoverEnabled"], false, "aws-redis-failover"),
  changed("ReplicationGroup", "cache", ["snapshotRetentionLimit"], 0, "aws-redis-backup"),
  changed("ReplicationGroup", "cache", ["userGroupIds"], undefined, "aws-redis-auth"),
  changed("Service", "auth-service", ["networkConfiguration", "assignPublicIp"], true, "aws-ecs-no-public-ip"),
  changed("Cluster", "network-cluster", ["settings"], [], "aws-ecs-logging-insights"),
  changed("LoadBalancer", "network-edge", ["dropInvalidHeaderFields"], false, "aws-lb-hardening"),
  changed("LoadBalancer", "network-edge", ["enableDeletionProtection"], false, "aws-lb-hardening"),
  changed("Listener", "network-edge-https", ["sslPolicy"], "ELBSecurityPolicy-2016-08", "aws-lb-tls"),
  changed("Key", "network-key", ["enableKeyRotation"], false, "aws-kms-hardening"),
  changed("Secret", "db-detection", ["recoveryWindowInDays"], 0, "aws-secret-hygiene"),
  changed("Bucket", "recordings", ["forceDestroy"], true, "aws-s3-no-force-destroy"),
  changed("BucketVersioning", "recordings", ["versioningConfiguration", "status"], "Suspended", "aws-s3-versioned"),
  changed("BucketPublicAccessBlock", "recordings", ["blockPublicPolicy"], false, "aws-s3-block-public"),
  changed("LogGroup", "db-postgresql", ["retentionInDays"], undefined, "aws-log-retention-kms"),
  changed("SecurityGroupIngressRule", "db-from-db-keeper", ["cidrIpv4"], "0.0.0.0/0", "aws-sg-no-world-admin"),
  changed("Subnet", "network-data-us-east-1a", ["mapPublicIpOnLaunch"], true, "aws-vpc-baseline"),
];

/** The mutants of each stack, by its name. */
export const MUTANTS: Readonly<Record<string, readonly Mutant[]>> = { dev, staging, prod };
