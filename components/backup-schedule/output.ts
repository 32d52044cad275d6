import type * as pulumi from "@pulumi/pulumi";
import type { CloudWatching } from "../core/cloud-alarm";
import type { NetworkPath } from "../core/links";
import type { ScrapeTarget } from "../core/monitorable";
import type { BackupAlerts } from "./alerts";

/** What every target gives for a schedule. */
export interface BackupOutput {
  /** Where the metrics of the jobs are; none on AWS, whose own metrics are watched. */
  readonly metrics?: { readonly target: ScrapeTarget; readonly path: NetworkPath };
  /** The passphrase; none on AWS, whose vault has a key of its own. */
  readonly passphrase?: pulumi.Output<string>;
  /** AWS: how the vaults and drills are watched. */
  readonly watching?: (tuning: BackupAlerts) => CloudWatching;
}
