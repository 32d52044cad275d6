import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup";
import { Instance } from "@pulumi/aws/rds/instance";
import { ParameterGroup } from "@pulumi/aws/rds/parameterGroup";
import { SubnetGroup } from "@pulumi/aws/rds/subnetGroup";
import { SecretRotation } from "@pulumi/aws/secretsmanager/secretRotation";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { closedGroup, named, type Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import { bytes, rdsWatching } from "./cloud-alarms";
import type { PostgresOutput } from "./output";
import { instanceClass, rdsParameters } from "./rds";
import type { PostgresSpec } from "./spec";

const PORT = 5432;
const MAJOR = "17";
/** Least that Amazon RDS gives with gp3, in GiB. */
const LEAST_STORAGE = 20;
/** Days between two passwords of the owner. */
const ROTATION_DAYS = 90;
/** Days that the server's log is kept (PG-21). */
const LOG_DAYS = 90;

/**
 * Amazon RDS with its own parameter group, subnets without a way to the internet, and a security group that nothing can pass until a link opens it.
 * The owner of the database is the master user; its password lies in Secrets Manager and never in the state.
 */
export function buildOnAws(
  name: string,
  spec: PostgresSpec,
  network: AwsNetwork,
  parent: pulumi.Resource,
): PostgresOutput {
  const { target } = network;
  const owner: Owner = { target, parent };
  const [database] = spec.databases;
  const size = instanceClass(target.environment, spec.cpus, spec.memory);
  if (database === undefined || size === undefined) throw new Error("the check of the arguments let through too much");
  const prod = target.environment === "prod";
  const identifier = physicalName("rdsInstance", target.prefix, name);
  const allocated = Math.max(LEAST_STORAGE, Math.ceil(spec.storage / 1024));
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
  const parameters = new ParameterGroup(
    name,
    {
      name: physicalName("parameterGroup", target.prefix, name, `postgres${MAJOR}`),
      family: `postgres${MAJOR}`,
      description: "TLS only, tuned to the size of the server",
      parameters: rdsParameters(spec),
      ...named(owner, name),
    },
    { parent },
  );
  const logs = ["postgresql", "upgrade"].map(
    (log) =>
      new LogGroup(
        `${name}-${log}`,
        { name: `/aws/rds/instance/${identifier}/${log}`, retentionInDays: LOG_DAYS, ...named(owner, name, log) },
        { parent },
      ),
  );
  const server = new Instance(
    name,
    {
      identifier,
      engine: "postgres",
      engineVersion: MAJOR,
      autoMinorVersionUpgrade: true,
      allowMajorVersionUpgrade: false,
      instanceClass: size.name,
      dbName: database.name,
      username: database.owner,
      manageMasterUserPassword: true,
      port: PORT,
      storageType: "gp3",
      allocatedStorage: allocated,
      storageEncrypted: true,
      dbSubnetGroupName: subnets.name,
      parameterGroupName: parameters.name,
      vpcSecurityGroupIds: [group.id],
      publiclyAccessible: false,
      caCertIdentifier: "rds-ca-rsa2048-g1",
      multiAz: prod,
      deletionProtection: spec.protect,
      deleteAutomatedBackups: false,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: physicalName("rdsInstance", identifier, "final"),
      copyTagsToSnapshot: true,
      backupRetentionPeriod: prod ? 30 : 7,
      backupWindow: "03:00-04:00",
      maintenanceWindow: "sun:04:30-sun:05:30",
      applyImmediately: target.environment === "dev",
      enabledCloudwatchLogsExports: ["postgresql", "upgrade"],
      ...named(owner, name),
    },
    { parent, protect: spec.protect, dependsOn: logs },
  );
  const secretArn = server.masterUserSecrets.apply((secrets) => secrets[0]?.secretArn ?? "");
  new SecretRotation(
    `${name}-password`,
    { secretId: secretArn, rotateImmediately: false, rotationRules: { automaticallyAfterDays: ROTATION_DAYS } },
    { parent },
  );
  return {
    writer: { host: server.address, port: pulumi.output(PORT) },
    readers: [],
    passwords: new Map([[database.owner, { kind: "secretsManager", arn: secretArn, jsonKey: "password" }]]),
    // The authority of Amazon RDS is not in the images of the services, so a client cannot check the name yet.
    tls: { mode: "require" },
    path: { kind: "aws", securityGroupId: group.id, port: PORT },
    after: [server],
    watching: (tuning) =>
      rdsWatching(
        [{ name, identifier: server.identifier, replica: false }],
        {
          memory: bytes(size.memory),
          storage: bytes(allocated * 1024),
          maxConnections: spec.maxConnections,
          credits: size.credits ?? 0,
        },
        tuning,
      ),
    reach: { kind: "aws", arn: server.arn },
  };
}
