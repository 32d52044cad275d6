import type { Rule } from "../rule";
import { alarmHasAction } from "./alarm-has-action";
import { backupVault } from "./backup-vault";
import { ebsEncrypted } from "./ebs-encrypted";
import { ec2NoPublicIp } from "./ec2-no-public-ip";
import { ecrHardening } from "./ecr-hardening";
import { ecsLoggingInsights } from "./ecs-logging-insights";
import { ecsNoPublicIp } from "./ecs-no-public-ip";
import { ecsNoSecretEnv } from "./ecs-no-secret-env";
import { ecsTaskHardening } from "./ecs-task-hardening";
import { iamLeast } from "./iam-least";
import { imdsv2 } from "./imdsv2";
import { kmsHardening } from "./kms-hardening";
import { lbHardening } from "./lb-hardening";
import { lbTls } from "./lb-tls";
import { logRetentionKms } from "./log-retention-kms";
import { messagingPrivate } from "./messaging-private";
import { rdsBackup } from "./rds-backup";
import { rdsDeletionProtection } from "./rds-deletion-protection";
import { rdsEncrypted } from "./rds-encrypted";
import { rdsFinalSnapshot } from "./rds-final-snapshot";
import { rdsManagedPassword } from "./rds-iam-or-managed-pw";
import { rdsLogs } from "./rds-logs";
import { rdsMinorUpgrade } from "./rds-minor-upgrade";
import { rdsMultiAz } from "./rds-multi-az";
import { rdsNotPublic } from "./rds-not-public";
import { rdsSnapshotPrivate } from "./rds-snapshot-private";
import { rdsTls } from "./rds-tls";
import { redisAtRest } from "./redis-at-rest";
import { redisAuth } from "./redis-auth";
import { redisBackup } from "./redis-backup";
import { redisFailover } from "./redis-failover";
import { redisInTransit } from "./redis-in-transit";
import { redisSubnet } from "./redis-subnet";
import { s3BlockPublic } from "./s3-block-public";
import { s3Encrypted } from "./s3-encrypted";
import { s3LoggingLifecycle } from "./s3-logging-lifecycle";
import { s3NoForceDestroy } from "./s3-no-force-destroy";
import { s3NoPublicAclPolicy } from "./s3-no-public-acl-policy";
import { s3TlsOnly } from "./s3-tls-only";
import { s3Versioned } from "./s3-versioned";
import { secretHygiene } from "./secret-hygiene";
import { sgNoWorldAdmin } from "./sg-no-world-admin";
import { vpcBaseline } from "./vpc-baseline";

/** Rules about AWS resources, in the order of the documentation. */
export const AWS_RULES: readonly Rule[] = [
  rdsEncrypted,
  rdsNotPublic,
  rdsBackup,
  rdsDeletionProtection,
  rdsFinalSnapshot,
  rdsMultiAz,
  rdsTls,
  rdsLogs,
  rdsManagedPassword,
  rdsMinorUpgrade,
  rdsSnapshotPrivate,
  redisAtRest,
  redisInTransit,
  redisAuth,
  redisFailover,
  redisBackup,
  redisSubnet,
  s3BlockPublic,
  s3NoPublicAclPolicy,
  s3Encrypted,
  s3Versioned,
  s3TlsOnly,
  s3LoggingLifecycle,
  s3NoForceDestroy,
  ecsNoPublicIp,
  ecsTaskHardening,
  ecsNoSecretEnv,
  ecsLoggingInsights,
  ecrHardening,
  sgNoWorldAdmin,
  vpcBaseline,
  lbTls,
  lbHardening,
  logRetentionKms,
  iamLeast,
  ebsEncrypted,
  imdsv2,
  ec2NoPublicIp,
  kmsHardening,
  secretHygiene,
  messagingPrivate,
  backupVault,
  alarmHasAction,
];
