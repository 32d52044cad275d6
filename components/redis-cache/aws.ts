import { ParameterGroup } from "@pulumi/aws/elasticache/parameterGroup";
import { ReplicationGroup } from "@pulumi/aws/elasticache/replicationGroup";
import { SubnetGroup } from "@pulumi/aws/elasticache/subnetGroup";
import { User } from "@pulumi/aws/elasticache/user";
import { UserGroup } from "@pulumi/aws/elasticache/userGroup";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { physicalName } from "../core/names";
import { PASSWORD_LENGTH } from "../core/secrets";
import { closedGroup, named, type Owner } from "../targets/aws/children";
import { allow } from "../targets/aws/documents";
import { lambda } from "../targets/aws/function";
import { logGroup } from "../targets/aws/logs";
import { ROTATE, rotateWith, secret } from "../targets/aws/rotated-secret";
import type { AwsNetwork } from "../targets/network";
import { cacheWatching } from "./cloud-alarms";
import { APP_USER, RIGHTS } from "./configuration";
import { cacheParameters, ENGINES } from "./elasticache";
import type { CacheOutput } from "./output";
import type { CacheSpec } from "./spec";

const PORT = 6379;

/**
 * An ElastiCache replication group: TLS and a login always, a parameter group of its own, and in prod a second node that takes over. AOF does not
 * exist there: what a session or queue holds is kept by the second node and by daily snapshots.
 */
export function buildOnAws(name: string, spec: CacheSpec, network: AwsNetwork, parent: pulumi.Resource): CacheOutput {
  const { target, keyArn } = network;
  const { aws } = spec;
  const owner: Owner = { target, parent };
  const engine = ENGINES[aws.engine];
  const tags = named(owner, name).tags;
  const group = closedGroup(owner, name, network.vpcId, "Cache");
  const subnets = new SubnetGroup(
    name,
    {
      name: physicalName("parameterGroup", target.prefix, name),
      description: "Subnets without a way to the internet",
      subnetIds: [...network.dataSubnetIds],
      tags,
    },
    { parent },
  );
  const parameters = new ParameterGroup(
    `${name}-${engine.family}`,
    {
      name: physicalName("parameterGroup", target.prefix, name, engine.family),
      family: engine.family,
      description: `Memory of a ${spec.purpose}`,
      parameters: cacheParameters(spec.purpose),
      tags,
    },
    { parent },
  );
  const login = buildLogin(owner, name, spec, keyArn);
  const logs = (["slow-log", "engine-log"] as const).map((log) => ({
    log,
    group: logGroup(
      owner,
      `${name}-${log}`,
      physicalName("logGroup", `/elasticache/${target.prefix}/${name}/${log}`),
      keyArn,
    ),
  }));
  const servers = new ReplicationGroup(
    name,
    {
      replicationGroupId: physicalName("cache", target.prefix, name),
      description: `${spec.purpose} of ${target.prefix}`,
      engine: aws.engine,
      engineVersion: engine.version,
      autoMinorVersionUpgrade: true,
      nodeType: aws.nodeType,
      numCacheClusters: aws.nodes,
      automaticFailoverEnabled: aws.nodes > 1,
      multiAzEnabled: aws.nodes > 1,
      clusterMode: "disabled",
      port: PORT,
      networkType: "ipv4",
      ipDiscovery: "ipv4",
      subnetGroupName: subnets.name,
      securityGroupIds: [group.id],
      parameterGroupName: parameters.name,
      atRestEncryptionEnabled: true,
      kmsKeyId: keyArn,
      transitEncryptionEnabled: true,
      transitEncryptionMode: "required",
      userGroupIds: [login.group.id],
      snapshotRetentionLimit: aws.snapshotDays,
      snapshotWindow: aws.snapshotWindow,
      maintenanceWindow: aws.maintenanceWindow,
      ...(spec.persistent ? { finalSnapshotIdentifier: physicalName("cache", target.prefix, name, "final") } : {}),
      applyImmediately: target.environment === "dev",
      logDeliveryConfigurations: logs.map((each) => ({
        destination: each.group.name,
        destinationType: "cloudwatch-logs",
        logFormat: "json",
        logType: each.log,
      })),
      tags: { ...tags, purpose: spec.purpose },
    },
    { parent, protect: spec.protect },
  );
  const nodes = Array.from({ length: aws.nodes }, (_, index) => {
    const number = String(index + 1).padStart(3, "0");
    return {
      name: aws.nodes === 1 ? name : `${name}-${number}`,
      id: pulumi.interpolate`${servers.replicationGroupId}-${number}`,
    };
  });
  return {
    host: servers.primaryEndpointAddress,
    port: pulumi.output(PORT),
    password: { kind: "secretsManager", arn: login.secretArn, jsonKey: "password", version: login.version },
    // Certificates of ElastiCache come from a public authority, which every client knows.
    tls: { mode: "verify-full" },
    path: { kind: "aws", securityGroupId: group.id, port: PORT },
    after: [servers, ...login.after],
    arn: servers.arn,
    watching: (tuning) => cacheWatching(nodes, { purpose: spec.purpose }, tuning),
  };
}

/** The user that consumers log in as, and the function that gives it a new password beside the last one. */
function buildLogin(owner: Owner, name: string, spec: CacheSpec, keyArn: pulumi.Output<string>) {
  const { parent, target } = owner;
  const password = new RandomPassword(
    `${name}-password`,
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: spec.rotation } },
    { parent, provider: target.random },
  ).result;
  const tags = named(owner, name, APP_USER).tags;
  const user = new User(
    name,
    {
      userId: physicalName("cache", target.prefix, name, APP_USER),
      userName: APP_USER,
      engine: spec.aws.engine,
      accessString: `on ${RIGHTS}`,
      authenticationMode: { type: "password", passwords: [password] },
      tags,
    },
    { parent },
  );
  // With the engine redis a group needs a user of this name; this one may do nothing.
  const nobody =
    spec.aws.engine === "valkey"
      ? []
      : [
          new User(
            `${name}-default`,
            {
              userId: physicalName("cache", target.prefix, name, "default"),
              userName: "default",
              engine: spec.aws.engine,
              accessString: "off -@all",
              authenticationMode: { type: "no-password-required" },
              tags,
            },
            { parent },
          ),
        ];
  const group = new UserGroup(
    name,
    {
      userGroupId: physicalName("cache", target.prefix, name),
      engine: spec.aws.engine,
      userIds: [user, ...nobody].map((each) => each.userId),
      tags,
    },
    { parent },
  );
  const kept = secret(owner, `${name}-password`, keyArn, `Login of ${name}`);
  const version = new SecretVersion(
    `${name}-password`,
    { secretId: kept.id, secretString: pulumi.secret(pulumi.jsonStringify({ username: APP_USER, password })) },
    { parent },
  );
  const keeper = lambda(owner, `${name}-keeper`, keyArn, {
    description: `Gives the login of ${name} a new password`,
    files: {
      "redis-cache/keeper.js": require.resolve("./keeper"),
      "targets/aws/rotation.js": require.resolve("../targets/aws/rotation"),
    },
    entry: "redis-cache/keeper",
    timeout: 600,
    environment: { USER_ID: user.userId, USER_NAME: APP_USER },
    statements: pulumi
      .all([kept.arn, user.arn])
      .apply(([secretArn, userArn]) => [
        allow(ROTATE, [secretArn]),
        allow(["elasticache:DescribeUsers", "elasticache:ModifyUser"], [userArn]),
      ]),
  });
  rotateWith(owner, `${name}-password`, kept, keeper.function, [version]);
  return { group, secretArn: kept.arn, version: version.versionId, after: [version] };
}
