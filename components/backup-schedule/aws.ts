import { Plan } from "@pulumi/aws/backup/plan";
import { Selection } from "@pulumi/aws/backup/selection";
import { Role } from "@pulumi/aws/iam/role";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { accountOf, partitionOf } from "../targets/aws/account";
import { named, type Owner } from "../targets/aws/children";
import { trusts } from "../targets/aws/documents";
import type { AwsNetwork } from "../targets/network";
import type { AwsTarget } from "../targets/target";
import type { BackupAlerts } from "./alerts";
import { buildDrills } from "./aws-drills";
import { arnOf, buildVaults, type Vaults } from "./aws-vaults";
import { vaultWatching } from "./cloud-alarms";
import type { VaultSpec, VaultSubject } from "./cloud-spec";
import type { BackupOutput } from "./output";
import type { VaultRule } from "./vault-rules";

/** What all parts of one schedule share. */
export interface Shared {
  readonly name: string;
  readonly spec: VaultSpec;
  readonly network: AwsNetwork;
  readonly owner: Owner;
  readonly account: pulumi.Output<string>;
}

/** What the role of AWS Backup may do: read and copy databases and buckets, and restore them for the drills. */
const POLICIES = {
  backup: "service-role/AWSBackupServiceRolePolicyForBackup",
  restore: "service-role/AWSBackupServiceRolePolicyForRestores",
  "backup-s3": "AWSBackupServiceRolePolicyForS3Backup",
  "restore-s3": "AWSBackupServiceRolePolicyForS3Restore",
} as const;

/** A locked vault, its copy in a second region, a plan for each kind of source, and rehearsed restores. */
export function buildOnAws(
  name: string,
  spec: VaultSpec,
  copyTo: AwsTarget | undefined,
  network: AwsNetwork,
  parent: pulumi.Resource,
): BackupOutput {
  const owner: Owner = { target: network.target, parent };
  const shared: Shared = { name, spec, network, owner, account: accountOf(network.target, network.clusterArn) };
  const vaults = buildVaults(shared, copyTo);
  const role = backupRole(shared);
  const databases = spec.subjects.filter((each) => each.kind === "postgres");
  const buckets = spec.subjects.filter((each) => each.kind === "bucket");
  if (databases.length > 0) plan(shared, "databases", spec.databaseRules, databases, vaults, role);
  if (buckets.length > 0) plan(shared, "buckets", spec.bucketRules, buckets, vaults, role);
  if (databases.length > 0) buildDrills(shared, databases, vaults, role.arn);
  return {
    watching: (tuning: BackupAlerts) =>
      vaultWatching(
        name,
        {
          vault: vaults.own.name,
          vaultArn: vaults.own.arn,
          copied: vaults.copy !== undefined,
          drilled: databases.length > 0,
        },
        { rto: spec.rto },
        tuning,
      ),
  };
}

function plan(
  shared: Shared,
  kind: "databases" | "buckets",
  rules: readonly VaultRule[],
  subjects: readonly VaultSubject[],
  vaults: Vaults,
  role: { readonly arn: pulumi.Output<string>; readonly after: readonly pulumi.Resource[] },
): void {
  const { name, spec, owner } = shared;
  const { target, parent } = owner;
  const made = new Plan(
    `${name}-${kind}`,
    {
      name: physicalName("backup", target.prefix, name, kind),
      rules: rules.map((rule) => ({
        ruleName: rule.name,
        targetVaultName: vaults.own.name,
        schedule: rule.schedule,
        scheduleExpressionTimezone: spec.timeZone,
        // Minutes: a job starts within an hour, and is given up after twelve.
        startWindow: 60,
        completionWindow: 720,
        enableContinuousBackup: rule.continuous,
        lifecycle: { deleteAfter: rule.days },
        ...(vaults.copy === undefined
          ? {}
          : { copyActions: [{ destinationVaultArn: vaults.copy.arn, lifecycle: { deleteAfter: rule.days } }] }),
        recoveryPointTags: { Schedule: name, Tier: rule.name },
      })),
      ...named(owner, name, kind),
    },
    { parent, dependsOn: [...vaults.ready] },
  );
  new Selection(
    `${name}-${kind}`,
    {
      name: physicalName("backup", name, kind),
      planId: made.id,
      iamRoleArn: role.arn,
      resources: subjects.map(arnOf),
    },
    { parent, dependsOn: [...role.after] },
  );
}

function backupRole(shared: Shared) {
  const { name, owner } = shared;
  const { target, parent } = owner;
  const role = new Role(
    `${name}-vault`,
    {
      name: physicalName("iamRole", target.prefix, name, "vault"),
      description: "Backs up and restores by AWS Backup",
      assumeRolePolicy: trusts("backup.amazonaws.com"),
      ...named(owner, name, "vault"),
    },
    { parent },
  );
  const after = Object.entries(POLICIES).map(
    ([what, policy]) =>
      new RolePolicyAttachment(
        `${name}-${what}`,
        { role: role.name, policyArn: `arn:${partitionOf(target.region)}:iam::aws:policy/${policy}` },
        { parent },
      ),
  );
  return { arn: role.arn, after };
}
