/** One path that differs, named as providers name it in a detailed diff. */
export interface Difference {
  readonly path: string;
  readonly kind: "ADD" | "DELETE" | "UPDATE";
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** All leaves that differ between two values. A secret is a leaf. */
export function differences(before: unknown, after: unknown, path = ""): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (before === undefined) return [{ path, kind: "ADD" }];
  if (after === undefined) return [{ path, kind: "DELETE" }];
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path, kind: "UPDATE" }];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !key.startsWith("__"));
  return keys.flatMap((key) =>
    differences(
      (before as Record<string, unknown>)[key],
      (after as Record<string, unknown>)[key],
      Array.isArray(before) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`,
    ),
  );
}

/** What the real providers change in place, by type; everything else of the type replaces it. */
const IN_PLACE: Readonly<Record<string, RegExp>> = {
  "docker:index/container:Container": /^(memory|memorySwap|cpuShares|restart|maxRetryCount|healthcheck|mustRun|wait)/,
};

/** What makes the real providers replace a resource, by type; nothing else of the type does. */
const REPLACING: Readonly<Record<string, RegExp>> = {
  "docker:index/volume:Volume": /./,
  "docker:index/network:Network": /./,
  "random:index/randomPassword:RandomPassword": /./,
  "tls:index/privateKey:PrivateKey": /./,
  "pulumi:providers:aws": /^region$/,
  "pulumi:providers:kubernetes": /^(kubeconfig|context|cluster)$/,
  "pulumi:providers:docker": /^host$/,
  "kubernetes:apps/v1:DaemonSet": /^spec\.selector/,
  "kubernetes:apps/v1:Deployment": /^spec\.selector/,
  "kubernetes:apps/v1:StatefulSet":
    /^spec\.(podManagementPolicy|revisionHistoryLimit|selector|serviceName|volumeClaimTemplates)/,
  "kubernetes:batch/v1:Job": /^spec\.(completions|parallelism|selector|template)/,
  "kubernetes:core/v1:PersistentVolumeClaim": /^spec\.(accessModes|selector|storageClassName|volumeName)/,
  "kubernetes:core/v1:ResourceQuota": /^spec\.scopes/,
  "kubernetes:core/v1:Secret": /^(data|stringData|type)/,
  "kubernetes:core/v1:Service": /^spec\.clusterIP/,
  "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding": /^roleRef/,
  "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": /^roleRef/,
  "aws:rds/instance:Instance": /^(engine|storageEncrypted|kmsKeyId|username|availabilityZone)$/,
  "aws:s3/bucket:Bucket": /^(bucket|bucketPrefix|objectLockEnabled)$/,
  "aws:cloudwatch/logGroup:LogGroup": /^(name|namePrefix)$/,
  "aws:lb/loadBalancer:LoadBalancer": /^(name|internal|loadBalancerType)$/,
  "aws:lb/listener:Listener": /^loadBalancerArn$/,
};

/** Whether the real provider replaces a resource of this type when this path changes. */
export function replaces(type: string, path: string): boolean {
  if (type.startsWith("kubernetes:") && /^metadata\.(name|namespace)$/.test(path)) return true;
  const inPlace = IN_PLACE[type];
  if (inPlace !== undefined) return !inPlace.test(path);
  return REPLACING[type]?.test(path) ?? false;
}

/** Whether the real provider deletes the old one first. */
export function deletesFirst(type: string): boolean {
  return /^docker:index\/container|^kubernetes:(apps|batch)/.test(type);
}

function isTree(value: unknown): value is object {
  return typeof value === "object" && value !== null && !(SIGNATURE in value);
}
