import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { PASSWORD_LENGTH } from "../core/secrets";
import type { CacheSpec } from "./spec";

/** Passwords of the consumers, of the exporter and of the backups; another `rotation` gives new ones. */
export function passwords(name: string, spec: CacheSpec, provider: pulumi.ProviderResource, parent: pulumi.Resource) {
  const generated = (logicalName: string) =>
    new RandomPassword(
      logicalName,
      { length: PASSWORD_LENGTH, special: false, keepers: { rotation: spec.rotation } },
      { parent, provider },
    ).result;
  return {
    password: generated(`${name}-password`),
    monitorPassword: generated(`${name}-monitor-password`),
    backupPassword: generated(`${name}-backup-password`),
  };
}
