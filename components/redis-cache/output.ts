import type * as pulumi from "@pulumi/pulumi";
import type { CloudWatching } from "../core/cloud-alarm";
import type { Tls } from "../core/connection";
import type { NetworkPath } from "../core/links";
import type { SecretRef } from "../core/secrets";
import type { CacheCloudAlerts } from "./cloud-alarms";

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
  /** AWS: the replication group, for its snapshots. */
  readonly arn?: pulumi.Output<string>;
  /** AWS: how the nodes are watched. */
  readonly watching?: (tuning: CacheCloudAlerts) => CloudWatching;
}
