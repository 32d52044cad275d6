import type { SecurityGroup } from "@pulumi/aws/ec2/securityGroup";
import * as pulumi from "@pulumi/pulumi";
import type { Permission } from "../core/links";
import { partitionOf } from "../targets/aws/account";
import { closedGroup, egress, ingress } from "../targets/aws/children";
import { AUTHORITIES, clientFiles } from "../targets/aws/database-client";
import { allow } from "../targets/aws/documents";
import { lambda } from "../targets/aws/function";
import type { Shared } from "./aws";
import { arnOf } from "./aws-vaults";
import type { VaultSubject } from "./cloud-spec";
import type { ContentNames } from "./drill-machine";

const PORT = 5432;
/** Longest that AWS Lambda lets a function run, in seconds. */
const LONGEST = 900;
/** What AWS Backup begins the name of every server with that a drill restores. */
const RESTORED = "db:awsbackup-restore-test-*";

/** The function that reads restored servers. It reaches them, and of all servers only those; it may read no other secret than their logins. */
export function buildReader(shared: Shared, databases: readonly VaultSubject[], restored: SecurityGroup): ContentNames {
  const { name, network, owner, account } = shared;
  const { target } = owner;
  const { keyArn, endpoints } = network;
  const logical = `${name}-drill-reader`;
  const group = closedGroup(owner, logical, network.vpcId, "Reader of rehearsed restores");
  egress(owner, `${logical}-to-${name}-drill`, group.id, { group: restored.id }, PORT);
  ingress(owner, `${name}-drill-from-${logical}`, restored.id, { group: group.id }, PORT);
  egress(owner, `${logical}-to-endpoints`, group.id, { group: endpoints.securityGroupId }, 443);
  ingress(owner, `endpoints-from-${logical}`, endpoints.securityGroupId, { group: group.id }, 443);
  const reader = lambda(owner, logical, keyArn, {
    description: "Reads rehearsed restores whole",
    files: { "backup-schedule/drill-judge.js": require.resolve("./drill-judge"), ...clientFiles() },
    entry: "backup-schedule/drill-judge",
    timeout: LONGEST,
    environment: { ...AUTHORITIES },
    inside: { subnetIds: network.privateSubnetIds, securityGroupId: group.id },
    statements: account.apply((id) => {
      const region = `arn:${partitionOf(target.region)}`;
      return [
        allow(["secretsmanager:GetSecretValue"], [`${region}:secretsmanager:${target.region}:${id}:secret:rds!db-*`], {
          StringLike: {
            "secretsmanager:ResourceTag/aws:rds:primaryDBInstanceArn": `${region}:rds:${target.region}:${id}:${RESTORED}`,
          },
        }),
      ];
    }),
  });
  return {
    judge: reader.function.arn,
    key: keyArn,
    servers: databases.map((each) => ({
      arn: pulumi.output(arnOf(each)),
      databases: each.kind === "postgres" ? each.databases : [],
    })),
  };
}

/** What the state machine may do besides, to have a server read: give its master user a login of its own, and call the reader. */
export function loginAndRead(
  reader: string,
  key: string,
  arn: (service: string, resource: string) => string,
): readonly Permission[] {
  return [
    allow(["rds:ModifyDBInstance"], [arn("rds", RESTORED)]),
    allow(["secretsmanager:CreateSecret", "secretsmanager:TagResource"], [arn("secretsmanager", "secret:rds!db-*")]),
    allow(["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"], [key]),
    allow(["lambda:InvokeFunction"], [reader]),
  ];
}
