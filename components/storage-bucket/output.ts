import type * as pulumi from "@pulumi/pulumi";
import type { CloudWatching } from "../core/cloud-alarm";
import type { Consumer, NetworkPath, Permission } from "../core/links";
import type { SecretRef } from "../core/secrets";
import type { S3Alerts } from "./cloud-alarms";

/** What a consumer may do with the objects. */
export type Access = "read" | "readwrite";

/** A key of one consumer. */
export interface Key {
  readonly id: string;
  /** The secret half, for what is written into a configuration. */
  readonly value: pulumi.Output<string>;
  /** The secret half as a consumer's process finds it, and what must be there before that. Called at most once. */
  handOver(): { readonly secret: SecretRef; readonly after?: readonly pulumi.Resource[] };
}

/** How a consumer gets in: with a key of its own, or by what its role may do. */
export type Grant = Key | { readonly permissions: pulumi.Input<readonly Permission[]> };

/** What every target gives for a bucket. */
export interface BucketOutput {
  /** URL of the S3 endpoint. */
  readonly endpoint: pulumi.Output<string>;
  readonly bucketName: string;
  readonly region: string;
  /** Path of the CA certificate in the consumer's container, where Bulwark puts one. */
  readonly caFile?: string;
  /** The way a consumer's packets take. */
  readonly path: NetworkPath;
  /** What must be ready before a consumer starts. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
  /** Lets a consumer in. */
  grant(consumer: Consumer, access: Access): Grant;
  /** Whether the bucket stands in the path of a URL and not in its host. Default: yes. */
  readonly pathStyle?: boolean;
  /** AWS: for backups. */
  readonly bucketArn?: pulumi.Output<string>;
  /** AWS: how the bucket is watched. */
  readonly watching?: (tuning: S3Alerts) => CloudWatching;
}
