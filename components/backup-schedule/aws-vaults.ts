import { Vault } from "@pulumi/aws/backup/vault";
import { VaultLockConfiguration } from "@pulumi/aws/backup/vaultLockConfiguration";
import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import type * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { partitionOf } from "../targets/aws/account";
import { named } from "../targets/aws/children";
import { documentOf } from "../targets/aws/documents";
import type { AwsTarget } from "../targets/target";
import type { Shared } from "./aws";
import type { VaultSubject } from "./cloud-spec";

/** The vault of the stack's region, and that of the second one. */
export interface Vaults {
  readonly own: Vault;
  readonly copy: Vault | undefined;
  /** What must be there before a backup is made. */
  readonly ready: readonly pulumi.Resource[];
}

/** Days within which a lock in compliance mode can still be taken off. */
const SECOND_THOUGHTS = 7;

/** ARN of what is backed up. */
export function arnOf(subject: VaultSubject): pulumi.Output<string> {
  const arn = subject.kind === "bucket" ? subject.arn : subject.reach?.kind === "aws" ? subject.reach.arn : undefined;
  if (arn === undefined) throw new Error(`${subject.component} is not on aws`);
  return arn;
}

/** Two vaults, each with a key of its own that nothing else uses, and a lock that lets nobody keep less, or longer, than the plan says. */
export function buildVaults(shared: Shared, copyTo: AwsTarget | undefined): Vaults {
  const { name, owner } = shared;
  const own = vault(shared, name, owner.target, {});
  if (copyTo === undefined) return { own: own.vault, copy: undefined, ready: [own.lock] };
  const copy = vault(shared, `${name}-copy`, copyTo, { provider: copyTo.provider });
  return { own: own.vault, copy: copy.vault, ready: [own.lock, copy.lock] };
}

function vault(
  shared: Shared,
  logicalName: string,
  target: AwsTarget,
  where: pulumi.CustomResourceOptions,
): { readonly vault: Vault; readonly lock: VaultLockConfiguration } {
  const { spec, owner, account } = shared;
  const opts = { parent: owner.parent, protect: target.environment !== "dev", ...where };
  const physical = physicalName("backup", owner.target.prefix, logicalName);
  const key = new Key(
    logicalName,
    {
      description: `Backups of ${owner.target.prefix}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: documentOf({ account }, ({ account: id }) => [
        {
          Sid: "Account",
          Effect: "Allow",
          Principal: { AWS: `arn:${partitionOf(target.region)}:iam::${id}:root` },
          Action: "kms:*",
          Resource: "*",
        },
      ]),
      ...named(owner, logicalName),
    },
    opts,
  );
  new Alias(logicalName, { name: `alias/${physical}`, targetKeyId: key.keyId }, { parent: owner.parent, ...where });
  const made = new Vault(
    logicalName,
    { name: physical, kmsKeyArn: key.arn, forceDestroy: false, ...named(owner, logicalName) },
    opts,
  );
  const days = [...spec.databaseRules, ...spec.bucketRules].map((rule) => rule.days);
  const lock = new VaultLockConfiguration(
    logicalName,
    {
      backupVaultName: made.name,
      minRetentionDays: Math.min(...days),
      maxRetentionDays: Math.max(...days),
      ...(spec.lock === "compliance" ? { changeableForDays: SECOND_THOUGHTS } : {}),
    },
    { parent: owner.parent, ...where },
  );
  return { vault: made, lock };
}
