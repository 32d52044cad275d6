import { Role } from "@pulumi/aws/iam/role";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import { Instance } from "@pulumi/aws/rds/instance";
import { ParameterGroup } from "@pulumi/aws/rds/parameterGroup";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import type { SecretRef } from "../core/secrets";
import { partitionOf } from "../targets/aws/account";
import { closedGroup, named, type Owner } from "../targets/aws/children";
import { trusts } from "../targets/aws/documents";
import { logGroup } from "../targets/aws/logs";
import type { AwsNetwork } from "../targets/network";
import { buildMaster, MASTER_USER, type Master } from "./aws-master";
import { buildRoles } from "./aws-roles";
import { bytes, rdsWatching } from "./cloud-alarms";
import type { PostgresOutput } from "./output";
import { classOf, rdsParameters } from "./rds";
import type { PostgresSpec } from "./spec";

const PORT = 5432;

/** Everything that the servers of one database share. */
interface Shared {
  readonly name: string;
  readonly spec: PostgresSpec;
  readonly network: AwsNetwork;
  readonly owner: Owner;
  readonly identifier: string;
  /** What a primary and its replicas are alike in. */
  readonly alike: Readonly<Record<string, unknown>> & { readonly instanceClass: string };
}

/**
 * Amazon RDS with its own parameter group, subnets without a way to the internet, and a security group that nothing can pass until a link opens it.
 * Nobody but the function that keeps the roles logs in as the master user.
 */
export function buildOnAws(
  name: string,
  spec: PostgresSpec,
  network: AwsNetwork,
  parent: pulumi.Resource,
): PostgresOutput {
  const { target, keyArn } = network;
  const owner: Owner = { target, parent };
  const identifier = physicalName("rdsInstance", target.prefix, name);
  const group = closedGroup(owner, name, network.vpcId, "PostgreSQL");
  const subnets = new SubnetGroup(
    name,
    {
      name: physicalName("parameterGroup", target.prefix, name),
      description: "Subnets without a way to the internet",
      subnetIds: [...network.dataSubnetIds],
      ...named(owner, name),
    },
    { parent },
  );
  const parameters = parameterGroup(owner, name, spec);
  const shared: Shared = {
    name,
    spec,
    network,
    owner,
    identifier,
    alike: {
      engine: "postgres",
      instanceClass: spec.aws.instanceClass,
      parameterGroupName: parameters.name,
      vpcSecurityGroupIds: [group.id],
      port: PORT,
      storageType: "gp3",
      storageEncrypted: true,
      maxAllocatedStorage: spec.aws.maxStorage,
      publiclyAccessible: false,
      networkType: "IPV4",
      caCertIdentifier: "rds-ca-rsa2048-g1",
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: spec.aws.allowMajorUpgrade,
      maintenanceWindow: spec.aws.maintenanceWindow,
      // A replica takes the parameter group of another major version only after the upgrade itself.
      applyImmediately: target.environment === "dev" || spec.aws.allowMajorUpgrade,
      deletionProtection: spec.protect,
      copyTagsToSnapshot: true,
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: keyArn,
      performanceInsightsRetentionPeriod: INSIGHTS_DAYS,
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      ...observed(owner, name, spec),
    },
  };
  const size = classOf(spec.aws.instanceClass, spec);
  const master = buildMaster(owner, name, spec, keyArn);
  const server = primary(shared, subnets, master);
  const masterSecretArn =
    master.kind === "own"
      ? master.version.arn
      : server.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? "");
  const { secrets, provisioned } = buildRoles(owner, name, spec, network, {
    host: server.address,
    port: PORT,
    securityGroupId: group.id,
    masterSecretArn,
    ...(master.kind === "own" ? { masterSecret: master.secret } : {}),
    resource: server,
  });
  const replicas = Array.from({ length: spec.replicas }, (_, index) => replica(shared, index + 1, server));
  return {
    writer: { host: server.address, port: pulumi.output(PORT) },
    readers: replicas.map(({ address }) => ({ host: address, port: pulumi.output(PORT) })),
    passwords: new Map(
      [...secrets].map(([role, secret]): [string, SecretRef] => [
        role,
        { kind: "secretsManager", arn: secret.arn, jsonKey: "password", version: spec.rotation },
      ]),
    ),
    // The authority of Amazon RDS is not in the images of the services, so a client cannot check the name yet.
    tls: { mode: "require" },
    path: { kind: "aws", securityGroupId: group.id, port: PORT },
    after: [server, provisioned],
    watching: (tuning) =>
      rdsWatching(
        [
          { name, identifier: server.identifier, replica: false },
          ...replicas.map(({ name: each, identifier: id }) => ({ name: each, identifier: id, replica: true })),
        ],
        {
          memory: bytes(size.memory),
          storage: bytes(spec.aws.storage * 1024),
          maxConnections: spec.maxConnections,
          credits: size.credits ?? 0,
        },
        tuning,
      ),
    reach: { kind: "aws", arn: server.arn, pointInTimeDays: spec.aws.backupDays },
  };
}

/** Days of performance data that cost nothing. */
const INSIGHTS_DAYS = 7;

/** Lets Amazon RDS write what it sees on the machine of each server. */
function observed(owner: Owner, name: string, spec: PostgresSpec) {
  if (spec.aws.monitoringInterval === 0) return {};
  const { target, parent } = owner;
  const role = new Role(
    `${name}-observer`,
    {
      name: physicalName("iamRole", target.prefix, name, "observer"),
      description: "Writes the enhanced monitoring of a database",
      assumeRolePolicy: trusts("monitoring.rds.amazonaws.com"),
      ...named(owner, name, "observer"),
    },
    { parent },
  );
  const policy = new RolePolicyAttachment(
    `${name}-observer`,
    {
      role: role.name,
      policyArn: `arn:${partitionOf(target.region)}:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole`,
    },
    { parent },
  );
  // Amazon RDS tries the role when it takes it, so the rights must be there.
  const monitoringRoleArn = pulumi.all([role.arn, policy.id]).apply(([arn]) => arn);
  return { monitoringInterval: spec.aws.monitoringInterval, monitoringRoleArn };
}

/** Named by its family: for another major version a new one is made before the server leaves the old one. */
function parameterGroup(owner: Owner, name: string, spec: PostgresSpec): ParameterGroup {
  const family = `postgres${spec.aws.engineVersion.split(".")[0]}`;
  return new ParameterGroup(
    `${name}-${family}`,
    {
      name: physicalName("parameterGroup", owner.target.prefix, name, family),
      family,
      description: "TLS only, tuned to the size of the server",
      parameters: rdsParameters(spec),
      ...named(owner, name),
    },
    { parent: owner.parent },
  );
}

function logs({ name, network, owner }: Shared, identifier: string, logicalName: string): pulumi.Resource[] {
  const suffix = logicalName === name ? "" : `-${logicalName.slice(name.length + 1)}`;
  return ["postgresql", "upgrade"].map((log) =>
    logGroup(owner, `${name}${suffix}-${log}`, `/aws/rds/instance/${identifier}/${log}`, network.keyArn),
  );
}

function primary(shared: Shared, subnets: SubnetGroup, master: Master): Instance {
  const { name, spec, network, owner, identifier, alike } = shared;
  const { aws } = spec;
  return new Instance(
    name,
    {
      ...alike,
      identifier,
      engineVersion: aws.engineVersion,
      username: MASTER_USER,
      ...(master.kind === "own"
        ? { password: master.password }
        : { manageMasterUserPassword: true, masterUserSecretKmsKeyId: network.keyArn }),
      allocatedStorage: aws.storage,
      kmsKeyId: network.keyArn,
      dbSubnetGroupName: subnets.name,
      multiAz: aws.multiAz,
      deleteAutomatedBackups: false,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: physicalName("rdsInstance", identifier, "final"),
      backupRetentionPeriod: aws.backupDays,
      backupWindow: aws.backupWindow,
      ...restore(spec),
      ...named(owner, name),
    },
    {
      parent: owner.parent,
      protect: spec.protect,
      dependsOn: logs(shared, identifier, name),
      // Where the data came from says nothing about the server that it made, and another source must not replace it.
      ignoreChanges: ["snapshotIdentifier", "restoreToPointInTime"],
    },
  );
}

function restore(spec: PostgresSpec) {
  const from = spec.aws.restoreFrom;
  if (from === undefined) return {};
  if ("snapshot" in from) return { snapshotIdentifier: from.snapshot };
  return {
    restoreToPointInTime: {
      sourceDbInstanceIdentifier: from.server,
      ...(from.at === undefined ? { useLatestRestorableTime: true } : { restoreTime: from.at }),
    },
  };
}

/** A server that is only read from. */
interface Replica {
  readonly name: string;
  readonly address: pulumi.Output<string>;
  readonly identifier: pulumi.Output<string>;
}

/** A replica for reading; it keeps no backups of its own and can be made again. */
function replica(shared: Shared, number: number, source: Instance): Replica {
  const { name, owner, alike } = shared;
  const logicalName = `${name}-replica-${number}`;
  const identifier = physicalName("rdsInstance", owner.target.prefix, logicalName);
  const made = new Instance(
    logicalName,
    {
      ...alike,
      identifier,
      replicateSourceDb: source.identifier,
      skipFinalSnapshot: true,
      backupRetentionPeriod: 0,
      deletionProtection: false,
      multiAz: false,
      ...named(owner, logicalName),
    },
    { parent: owner.parent, dependsOn: logs(shared, identifier, logicalName) },
  );
  return { name: logicalName, address: made.address, identifier: made.identifier };
}
