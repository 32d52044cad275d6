import { aws, kubernetes } from "../../policies/tokens";

/** A set of type tokens. */
export type Kinds = ReadonlySet<string>;

const set = (...tokens: readonly (string | readonly string[])[]): Kinds => new Set(tokens.flat());
const awsAll = (...kinds: readonly string[]) => kinds.flatMap((kind) => aws(`${kind}:${capitalised(kind)}`));
const capitalised = (kind: string) => {
  const name = kind.slice(kind.indexOf("/") + 1);
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
};

/** What holds data that cannot be made again from the program. */
export const STATEFUL: Kinds = set(
  "docker:index/volume:Volume",
  ...["PersistentVolumeClaim", "PersistentVolume", "StatefulSet", "Namespace", "StorageClass"].map(kubernetes),
  "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition",
  "kubernetes:apiextensions.k8s.io/v1beta1:CustomResourceDefinition",
  "kubernetes:postgresql.cnpg.io/v1:Cluster",
  awsAll(
    "rds/instance",
    "rds/cluster",
    "rds/clusterInstance",
    "rds/globalCluster",
    "rds/snapshot",
    "rds/clusterSnapshot",
  ),
  awsAll("docdb/cluster", "neptune/cluster", "redshift/cluster", "opensearch/domain", "elasticsearch/domain"),
  awsAll("elasticache/replicationGroup", "elasticache/cluster", "elasticache/serverlessCache", "memorydb/cluster"),
  awsAll("s3/bucket", "s3/bucketObject", "s3/bucketObjectv2", "s3/objectCopy"),
  awsAll(
    "efs/fileSystem",
    "fsx/lustreFileSystem",
    "ebs/volume",
    "ebs/snapshot",
    "dynamodb/table",
    "dynamodb/globalTable",
  ),
  awsAll("secretsmanager/secret", "kms/key", "kms/replicaKey", "cloudwatch/logGroup", "ssm/parameter"),
  awsAll("backup/vault", "backup/plan", "backup/selection", "ecr/repository", "cognito/userPool", "kinesis/stream"),
  awsAll("sqs/queue", "msk/cluster", "mq/broker"),
);

/** What proves identity: a new one invalidates the old. */
export const CREDENTIALS: Kinds = set(
  ...["Password", "String", "Bytes", "Id", "Uuid", "Integer", "Pet"].map(
    (kind) => `random:index/random${kind}:Random${kind}`,
  ),
  "tls:index/privateKey:PrivateKey",
  "tls:index/selfSignedCert:SelfSignedCert",
  "tls:index/locallySignedCert:LocallySignedCert",
  kubernetes("Secret"),
  awsAll("secretsmanager/secretVersion", "iam/accessKey", "iam/serverCertificate"),
);

/** What decides who may reach what over the network. */
export const NETWORK_RULES: Kinds = set(
  kubernetes("NetworkPolicy"),
  awsAll("ec2/securityGroup", "ec2/securityGroupRule", "ec2/networkAcl", "ec2/networkAclRule"),
  awsAll("vpc/securityGroupIngressRule", "vpc/securityGroupEgressRule", "ec2/defaultSecurityGroup"),
  awsAll("ec2/internetGateway", "ec2/route", "ec2/vpcPeeringConnection", "wafv2/webAcl", "wafv2/webAclAssociation"),
);

/** What decides who may do what. */
export const RIGHTS: Kinds = set(
  ...["Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding", "ServiceAccount"].map(kubernetes),
  awsAll("iam/role", "iam/policy", "iam/rolePolicy", "iam/rolePolicyAttachment", "iam/user", "iam/userPolicy"),
  awsAll("iam/userPolicyAttachment", "iam/groupPolicy", "iam/groupPolicyAttachment", "iam/policyAttachment"),
  awsAll(
    "s3/bucketPolicy",
    "s3/bucketAcl",
    "s3/bucketPublicAccessBlock",
    "s3/bucketOwnershipControls",
    "kms/keyPolicy",
  ),
  awsAll("kms/grant", "ecr/repositoryPolicy", "sqs/queuePolicy", "sns/topicPolicy", "secretsmanager/secretPolicy"),
  awsAll("backup/vaultPolicy", "backup/vaultLockConfiguration", "lambda/permission"),
);

/** Where requests enter. */
export const ENTRIES: Kinds = set(
  ...["Service", "Ingress"].map(kubernetes),
  awsAll("lb/loadBalancer", "lb/listener", "lb/listenerRule", "lb/targetGroup", "route53/record", "route53/zone"),
  awsAll("cloudfront/distribution", "apigatewayv2/api", "ec2/eip"),
);

/** What serves requests. */
export const WORKLOADS: Kinds = set(
  "docker:index/container:Container",
  "docker:index/service:Service",
  ...["Pod", "Deployment", "DaemonSet", "ReplicaSet", "ReplicationController"].map(kubernetes),
  awsAll(
    "ecs/service",
    "ec2/instance",
    "autoscaling/group",
    "lambda/function",
    "rds/proxy",
    "eks/cluster",
    "eks/nodeGroup",
  ),
);

/** What runs once and ends: made again by design. */
export const ONE_SHOTS: Kinds = set(kubernetes("Job"));

/** What is made again without anybody noticing. */
export const DISPOSABLE: Kinds = set(
  "docker:index/remoteImage:RemoteImage",
  "docker:index/image:Image",
  "docker:index/tag:Tag",
  "kubernetes:policy/v1:PodDisruptionBudget",
  awsAll("ecs/taskDefinition", "ec2/launchTemplate", "cloudwatch/dashboard", "ecr/lifecyclePolicy"),
);

/** What costs money as soon as it exists. */
export const PRICED: Kinds = set(
  awsAll(
    "ec2/natGateway",
    "ec2/instance",
    "ec2/vpcEndpoint",
    "ec2/eip",
    "lb/loadBalancer",
    "rds/instance",
    "rds/clusterInstance",
  ),
  awsAll("elasticache/replicationGroup", "elasticache/cluster", "elasticache/serverlessCache", "opensearch/domain"),
  awsAll("eks/cluster", "msk/cluster", "ebs/volume", "ecs/service", "kms/key", "redshift/cluster", "amp/workspace"),
);

/** Whether this version of bulwark knows what resources of a package are. */
export function isKnownPackage(type: string): boolean {
  return /^(docker|kubernetes|aws|random|tls|bulwark|pulumi:providers|pulumi:pulumi):/.test(type);
}
