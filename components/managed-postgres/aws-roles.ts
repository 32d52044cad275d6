import { Invocation } from "@pulumi/aws/lambda/invocation";
import type { Secret } from "@pulumi/aws/secretsmanager/secret";
import * as pulumi from "@pulumi/pulumi";
import { closedGroup, egress, ingress, type Owner } from "../targets/aws/children";
import { AUTHORITIES, clientFiles } from "../targets/aws/database-client";
import { allow } from "../targets/aws/documents";
import { lambda } from "../targets/aws/function";
import { ROTATE, rotateWith, secret } from "../targets/aws/rotated-secret";
import type { AwsNetwork } from "../targets/network";
import type { ProvisionRequest } from "./keeper";
import { provisionSql } from "./provision";
import { verifierMark } from "./script";
import type { PostgresSpec } from "./spec";

/** The server, as the function that keeps its roles needs it. */
export interface Server {
  readonly host: pulumi.Output<string>;
  readonly port: number;
  readonly securityGroupId: pulumi.Output<string>;
  readonly masterSecretArn: pulumi.Output<string>;
  /** The secret of the master user, where Amazon RDS does not rotate it itself. */
  readonly masterSecret?: Secret;
  readonly resource: pulumi.Resource;
}

/**
 * Databases, roles and extensions. A function inside the VPC makes them, as the master user; it makes the passwords too, so that none of them is in
 * the state, and changes each every 90 days.
 */
export function buildRoles(
  owner: Owner,
  name: string,
  spec: PostgresSpec,
  network: AwsNetwork,
  server: Server,
): { readonly secrets: ReadonlyMap<string, Secret>; readonly provisioned: pulumi.Resource } {
  const { parent } = owner;
  const { keyArn, endpoints } = network;
  const secrets = new Map(
    spec.roles.map((role) => [
      role.name,
      secret(owner, `${name}-${role.name}`, keyArn, `Login of ${role.name} in ${role.database}`),
    ]),
  );
  const rotated: readonly (readonly [string, Secret])[] = [
    ...secrets,
    ...(server.masterSecret === undefined ? [] : [["master", server.masterSecret] as const]),
  ];
  const keeperName = `${name}-keeper`;
  const group = closedGroup(owner, keeperName, network.vpcId, "Keeper of the roles of a database");
  const ways = [
    egress(owner, `${keeperName}-to-${name}`, group.id, { group: server.securityGroupId }, server.port),
    ingress(owner, `${name}-from-${keeperName}`, server.securityGroupId, { group: group.id }, server.port),
    egress(owner, `${keeperName}-to-endpoints`, group.id, { group: endpoints.securityGroupId }, 443),
    ingress(owner, `endpoints-from-${keeperName}`, endpoints.securityGroupId, { group: group.id }, 443),
  ];
  const keeper = lambda(owner, keeperName, keyArn, {
    description: `Keeps roles and databases of ${name} in step`,
    files: {
      "managed-postgres/keeper.js": require.resolve("./keeper"),
      "managed-postgres/provision.js": require.resolve("./provision"),
      "managed-postgres/script.js": require.resolve("./script"),
      ...clientFiles(),
    },
    entry: "managed-postgres/keeper",
    timeout: 300,
    environment: {
      HOST: server.host,
      PORT: String(server.port),
      MASTER_SECRET: server.masterSecretArn,
      ...AUTHORITIES,
    },
    inside: { subnetIds: network.privateSubnetIds, securityGroupId: group.id },
    statements: pulumi
      .all([server.masterSecretArn, pulumi.all(rotated.map(([, each]) => each.arn))])
      .apply(([master, arns]) => [allow(["secretsmanager:GetSecretValue"], [master]), allow(ROTATE, arns)]),
  });
  const request: pulumi.Input<ProvisionRequest> = {
    sql: provisionSql(
      spec,
      spec.roles.map((role) => ({ role: role.name, verifier: verifierMark(role.name) })),
      "rds",
    ),
    roles: spec.roles.map((role) => ({
      role: role.name,
      database: role.database,
      secret: secrets.get(role.name)?.arn ?? "",
    })) as unknown as ProvisionRequest["roles"],
    rotation: spec.rotation,
  };
  const provisioned = new Invocation(
    `${name}-provision`,
    { functionName: keeper.function.name, input: pulumi.jsonStringify(request) },
    { parent, dependsOn: [server.resource, ...network.ready, ...ways, ...keeper.ready] },
  );
  for (const [role, each] of rotated) rotateWith(owner, `${name}-${role}`, each, keeper.function, [provisioned]);
  return { secrets, provisioned };
}
