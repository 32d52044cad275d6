import type * as pulumi from "@pulumi/pulumi";
import type { Consumer, NetworkPath } from "../core/links";
import type { SecretRef } from "../core/secrets";

/** What a consumer may do with the objects. */
export type Access = "read" | "readwrite";

/** A key of one consumer. */
export interface Key {
  readonly id: string;
  readonly secret: SecretRef;
  /** What must be there before the consumer starts. */
  readonly after?: readonly pulumi.Resource[];
}

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
  /** Makes a key for a consumer. */
  grant(consumer: Consumer, access: Access): Key;
}
