import type * as pulumi from "@pulumi/pulumi";
import type { Tls } from "../core/connection";
import type { NetworkPath } from "../core/links";
import type { SecretRef } from "../core/secrets";

/** What every target gives for a cache. */
export interface CacheOutput {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
  readonly password: SecretRef;
  /** Password of the exporter's user, where there is one. */
  readonly monitorPassword?: pulumi.Output<string>;
  /** Password of the user that backs up, where there is one. */
  readonly backupPassword?: pulumi.Output<string>;
  readonly tls: Tls;
  /** The way a consumer's packets take. */
  readonly path: NetworkPath;
  /** What must be ready before a consumer starts. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
  /** AWS: the replication group, for its alarms and snapshots. */
  readonly replicationGroupId?: pulumi.Output<string>;
  readonly arn?: pulumi.Output<string>;
}
