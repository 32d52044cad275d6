const KUBERNETES_GROUPS: Readonly<Record<string, readonly string[]>> = {
  Pod: ["core/v1"],
  ReplicationController: ["core/v1"],
  Deployment: ["apps/v1", "apps/v1beta1", "apps/v1beta2", "extensions/v1beta1"],
  StatefulSet: ["apps/v1", "apps/v1beta1", "apps/v1beta2"],
  DaemonSet: ["apps/v1", "apps/v1beta2", "extensions/v1beta1"],
  ReplicaSet: ["apps/v1", "apps/v1beta2", "extensions/v1beta1"],
  Job: ["batch/v1"],
  CronJob: ["batch/v1", "batch/v1beta1", "batch/v2alpha1"],
  Namespace: ["core/v1"],
  ConfigMap: ["core/v1"],
  Secret: ["core/v1"],
  Service: ["core/v1"],
  ServiceAccount: ["core/v1"],
  PersistentVolume: ["core/v1"],
  PersistentVolumeClaim: ["core/v1"],
  StorageClass: ["storage.k8s.io/v1", "storage.k8s.io/v1beta1"],
  Ingress: ["networking.k8s.io/v1", "networking.k8s.io/v1beta1", "extensions/v1beta1"],
  NetworkPolicy: ["networking.k8s.io/v1", "extensions/v1beta1"],
  Role: ["rbac.authorization.k8s.io/v1", "rbac.authorization.k8s.io/v1beta1", "rbac.authorization.k8s.io/v1alpha1"],
  ClusterRole: [
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
  ],
  RoleBinding: [
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
  ],
  ClusterRoleBinding: [
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
  ],
};

/** Tokens of one Kubernetes kind: all its API groups, each also as Patch and as List. */
export function kubernetes(kind: string): readonly string[] {
  return (KUBERNETES_GROUPS[kind] ?? []).flatMap((group) =>
    ["", "Patch", "List"].map((form) => `kubernetes:${group}:${kind}${form}`),
  );
}

/** AWS kinds that the provider knows under several tokens. */
const AWS_ALIASES: readonly (readonly string[])[] = [
  ...["listener:Listener", "listenerRule:ListenerRule", "loadBalancer:LoadBalancer", "targetGroup:TargetGroup"].map(
    (kind) => ["lb", "alb", "elasticloadbalancingv2"].map((module) => `aws:${module}/${kind}`),
  ),
  ...[
    "bucket:Bucket",
    "bucketVersioning:BucketVersioning",
    "bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "bucketLogging:BucketLogging",
    "bucketAcl:BucketAcl",
    "bucketLifecycleConfiguration:BucketLifecycleConfiguration",
  ].map((kind) => [`aws:s3/${kind}`, `aws:s3/${kind.replace(":", "V2:")}V2`]),
];

/** Tokens of one AWS kind such as `rds/instance:Instance`, its aliases included. */
export function aws(kind: string): readonly string[] {
  const token = `aws:${kind}`;
  return AWS_ALIASES.find((set) => set.includes(token)) ?? [token];
}

/** Every token of the same kind and shape, the given one included. */
export function aliasesOf(type: string): readonly string[] {
  if (type.startsWith("aws:")) return AWS_ALIASES.find((set) => set.includes(type)) ?? [type];
  const kind = /^kubernetes:[^:]+:(\w+?)(Patch|List)?$/.exec(type);
  if (kind?.[1] === undefined || KUBERNETES_GROUPS[kind[1]] === undefined) return [type];
  const list = kind[2] === "List";
  return kubernetes(kind[1]).filter((each) => each.endsWith("List") === list);
}
