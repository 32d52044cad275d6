/** What providers change in place, by type: every other input replaces the resource. */
const IN_PLACE: readonly (readonly [RegExp, RegExp])[] = [
  [
    /^docker:index\/container:/,
    /^(memory|memorySwap|memoryReservation|cpuShares|cpuSet|restart|maxRetryCount|destroyGraceSeconds|wait|waitTimeout|mustRun|attach|logs|healthcheck|tmpfs|init|rm|cpuPeriod|cpuQuota)\b/,
  ],
  [/^docker:index\/(volume|network):/, /^$/],
  [/^random:/, /^$/],
  [/^tls:index\/privateKey:/, /^$/],
  [
    /^kubernetes:batch\/v1:Job/,
    /^(metadata\.(labels|annotations)|spec\.(parallelism|suspend|ttlSecondsAfterFinished|activeDeadlineSeconds))\b/,
  ],
  [
    /^kubernetes:core\/v1:Pod:?$/,
    /^(metadata\.(labels|annotations)|spec\.(containers\[\d+\]\.image|activeDeadlineSeconds|tolerations))\b/,
  ],
  [/^aws:ecs\/taskDefinition:/, /^(tags|tagsAll|skipDestroy|trackLatest)\b/],
];

/** What makes providers replace a resource, by type: every other input is changed in place. */
const REPLACING: readonly (readonly [RegExp, RegExp])[] = [
  [/^pulumi:providers:aws$/, /^(region|allowedAccountIds|assumeRole)/],
  [/^pulumi:providers:kubernetes$/, /^(kubeconfig|context|cluster)$/],
  [/^kubernetes:.*:(Deployment|DaemonSet)$/, /^spec\.selector\b/],
  [/^kubernetes:.*:StatefulSet$/, /^spec\.(serviceName|selector|volumeClaimTemplates|podManagementPolicy)\b/],
  [
    /^kubernetes:core\/v1:PersistentVolumeClaim$/,
    /^spec\.(storageClassName|accessModes|volumeName|volumeMode|dataSource|selector)\b/,
  ],
  [/^kubernetes:core\/v1:Service$/, /^spec\.(clusterIP|type)$/],
  [/^kubernetes:storage.*:StorageClass$/, /^(provisioner|parameters|reclaimPolicy|volumeBindingMode)\b/],
  [/^kubernetes:rbac.*Binding$/, /^roleRef\b/],
  [/^kubernetes:/, /^(apiVersion|kind|metadata\.(name|namespace|generateName)|immutable)$/],
  [
    /^aws:rds\/(instance|cluster):/,
    /^(engine|storageEncrypted|kmsKeyId|username|masterUsername|availabilityZone|availabilityZones|characterSetName|dbName|databaseName|snapshotIdentifier|timezone|clusterIdentifier|sourceRegion)$/,
  ],
  [/^aws:s3\/bucket(V2)?:/, /^(bucket|bucketPrefix|objectLockEnabled)$/],
  // What is set on a bucket is another thing on another bucket.
  [/^aws:s3\/bucket[A-Z]/, /^(bucket|expectedBucketOwner)$/],
  [
    /^aws:elasticache\/replicationGroup:/,
    // From Redis to Valkey it is changed in place, from Valkey to Redis it is not.
    /^(atRestEncryptionEnabled|kmsKeyId|replicationGroupId|subnetGroupName|port|snapshotName|snapshotArns|dataTieringEnabled|networkType|globalReplicationGroupId|engine)\b/,
  ],
  [/^aws:ecs\/service:/, /^(name|cluster|launchType|schedulingStrategy)$/],
  [
    /^aws:(kms\/key|secretsmanager\/secret):/,
    /^(customerMasterKeySpec|keyUsage|multiRegion|name|namePrefix|customKeyStoreId)$/,
  ],
  [/^aws:cloudwatch\/logGroup:/, /^(name|namePrefix|logGroupClass)$/],
  [
    /^aws:(efs\/fileSystem|ebs\/volume|ec2\/instance):/,
    /^(availabilityZone|availabilityZoneName|encrypted|kmsKeyId|creationToken|performanceMode|snapshotId|ami|subnetId)$/,
  ],
  [/^aws:dynamodb\/table:/, /^(name|hashKey|rangeKey)$/],
  [/^aws:ec2\/(securityGroup|subnet|vpc):/, /^(name|description|vpcId|cidrBlock|availabilityZone)$/],
  [
    /^aws:(lb|alb|elasticloadbalancingv2)\//,
    /^(name|namePrefix|internal|loadBalancerType|loadBalancerArn|targetType|vpcId|port|protocol)$/,
  ],
  [/^aws:/, /^(name|namePrefix)$/],
];

/** Whether a provider replaces a resource when this input changes, as far as its documentation says. A preview knows better. */
export function replacesInPlan(type: string, path: string): boolean {
  const inPlace = IN_PLACE.find(([types]) => types.test(type));
  if (inPlace !== undefined) return !inPlace[1].test(path);
  const matching = REPLACING.filter(([types]) => types.test(type));
  return matching.some(([, paths]) => paths.test(path));
}
