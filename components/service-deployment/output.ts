import type * as pulumi from "@pulumi/pulumi";
import type { VolumeReach } from "../core/backup-source";
import type { CloudWatching } from "../core/cloud-alarm";
import type { NetworkPath } from "../core/links";
import type { ScrapeTarget } from "../core/monitorable";
import type { Slo } from "./alerts";
import type { EcsAlerts } from "./cloud-alarms";

/** What every target gives for a service. */
export interface ServiceOutput {
  /** Host name under which linked services reach it. */
  readonly host: pulumi.Output<string>;
  /** Where the metrics of each replica are, and the way there; on AWS only of a service that is found by its name. */
  readonly metrics?: Pick<ScrapeTarget, "addresses" | "endpoints"> & { readonly path: NetworkPath };
  /** Volumes of the replicas, and how each is reached by what backs it up. */
  readonly volumes?: readonly {
    readonly name: string;
    readonly reach: VolumeReach;
    readonly after: readonly pulumi.Input<pulumi.Resource>[];
  }[];
  /** AWS: how the tasks are watched. */
  readonly watching?: (slo: Slo | undefined, tuning: EcsAlerts) => CloudWatching;
  /** The way a consumer's packets take; only when the service is linkable. */
  readonly path?: NetworkPath;
  /** What must be ready before a consumer starts. */
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
}
