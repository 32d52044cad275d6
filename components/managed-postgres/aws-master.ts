import type { Secret } from "@pulumi/aws/secretsmanager/secret";
import { SecretVersion } from "@pulumi/aws/secretsmanager/secretVersion";
import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { PASSWORD_LENGTH } from "../core/secrets";
import type { Owner } from "../targets/aws/children";
import { secret } from "../targets/aws/rotated-secret";
import type { PostgresSpec } from "./spec";

/** User that makes roles and databases. */
export const MASTER_USER = "bulwark_master";

/** Who keeps the password of the master user. */
export type Master =
  | { readonly kind: "managed" }
  | {
      readonly kind: "own";
      readonly password: pulumi.Output<string>;
      readonly secret: Secret;
      readonly version: SecretVersion;
    };

/**
 * Amazon RDS keeps the master's password where it can. It makes no replica of a server whose password it keeps, so with replicas the password is
 * ours: in Secrets Manager, and encrypted in the state.
 */
export function buildMaster(owner: Owner, name: string, spec: PostgresSpec, keyArn: pulumi.Output<string>): Master {
  if (spec.replicas === 0) return { kind: "managed" };
  const { parent, target } = owner;
  const logicalName = `${name}-master`;
  const password = new RandomPassword(
    logicalName,
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: spec.rotation } },
    { parent, provider: target.random },
  ).result;
  const kept = secret(owner, logicalName, keyArn, `Master user of ${name}`);
  const version = new SecretVersion(
    logicalName,
    {
      secretId: kept.id,
      secretString: pulumi.secret(
        pulumi.jsonStringify({ username: MASTER_USER, password, database: "postgres", rotation: spec.rotation }),
      ),
    },
    { parent },
  );
  return { kind: "own", password, secret: kept, version };
}
