import { certain } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { KEY_ARN, one } from "./examples";

const VAULT = aws("backup/vault:Vault");
const LOCK = aws("backup/vaultLockConfiguration:VaultLockConfiguration");
const lock = one(
  "backup/vaultLockConfiguration:VaultLockConfiguration",
  { backupVaultName: "v" },
  { name: "lock", propertyDependencies: { backupVaultName: ["it"] } },
);

/** Who has taken over the account still cannot delete the backups. */
export const backupVault = rule({
  id: "aws-backup-vault",
  title: "Backup vaults have a key of their own and are locked",
  severity: "medium",
  level: EVERYWHERE,
  types: VAULT,
  joins: true,
  remedy: "Set kmsKeyArn, leave forceDestroy off, and add a VaultLockConfiguration.",
  references: ["FSBP Backup.1", "CKV_AWS_166", "KICS backup_vault_encryption_disabled", "POL-13"],
  check(resource, guard, { graph }) {
    guard.check(() => !resource.at("kmsKeyArn").present() && "kmsKeyArn is missing");
    guard.check(() => resource.at("forceDestroy").flag() === true && "forceDestroy is true");
    guard.check(() => {
      const locks = certain(graph.sides(resource, "backupVaultName", LOCK, VAULT));
      return locks.length === 0 && { message: "no VaultLockConfiguration belongs to the vault", advisory: true };
    });
  },
  examples: {
    compliant: [[one("backup/vault:Vault", { kmsKeyArn: KEY_ARN }), lock]],
    violating: [
      [one("backup/vault:Vault", {}), lock],
      [one("backup/vault:Vault", { kmsKeyArn: KEY_ARN, forceDestroy: true }), lock],
      [one("backup/vault:Vault", { kmsKeyArn: KEY_ARN })],
    ],
  },
});
