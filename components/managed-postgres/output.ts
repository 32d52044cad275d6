import type * as pulumi from "@pulumi/pulumi";
import type { PostgresReach } from "../core/backup-source";
import type { CloudWatching } from "../core/cloud-alarm";
import type { Tls } from "../core/connection";
import type { NetworkPath } from "../core/links";
import type { SecretRef } from "../core/secrets";
import type { RdsAlerts } from "./cloud-alarms";

/** An address of a server. */
export interface Endpoint {
  readonly host: pulumi.Output<string>;
  readonly port: pulumi.Output<number>;
}

/** What every target gives for a PostgreSQL server. */
export interface PostgresOutput {
  /** Where to write. */
  readonly writer: Endpoint;
  /** Where to read; empty without replicas. */
  readonly readers: readonly Endpoint[];
  /** Password of each role. */
  readonly passwords: ReadonlyMap<string, SecretRef>;
  /** Password of the exporter's role, where the exporter does not read it from {@link passwords}. */
  readonly monitorPassword?: pulumi.Output<string>;
  readonly tls: Tls;
  /** The way a consumer's packets take. */
  readonly path: NetworkPath;
  /** How it is reached by what backs it up. */
  readonly reach?: PostgresReach;
  /** What must be ready before a consumer starts. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
  /** AWS: how the instances are watched. */
  readonly watching?: (tuning: RdsAlerts) => CloudWatching;
}
