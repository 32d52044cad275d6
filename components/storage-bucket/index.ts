import type * as pulumi from "@pulumi/pulumi";
import type { BackupSource, BackupSubject, StoreLocation } from "../core/backup-source";
import { Component, type ComponentOptions } from "../core/component";
import type { Consumer, Link, Linkable } from "../core/links";
import type { Monitorable, Monitoring } from "../core/monitorable";
import { accept } from "../core/tick";
import { endpointRules } from "../surveillance-vpc/alerts";
import type { Network } from "../targets/network";
import { type BucketAlerts, bucketRules } from "./alerts";
import type { StorageBucketArgs } from "./args";
import type { Access, BucketOutput } from "./output";
import { type BucketSpec, resolveBucket } from "./spec";

export type { BucketAlerts } from "./alerts";
export type { BucketOnAws, LifecycleArgs, ReplicaArgs, StorageBucketArgs } from "./args";
export type { Access } from "./output";

/** How a consumer wants to use the bucket. */
export interface BucketAccess {
  /** Default: `readwrite`. It can delete objects but not their versions. */
  readonly access?: Access;
  /** Prefix of the variables. Default: `S3`. */
  readonly prefix?: string;
}

/**
 * An S3 bucket with a key of its own for each consumer. Versions are kept, only TLS is spoken.
 *
 * @example
 * ```ts
 * const recordings = new StorageBucket("recordings", {
 *   vpc,
 *   bucketName: "smartoffice-recordings",
 *   storage: "500 GiB",
 *   lifecycle: { expireAfter: "90 days" },
 * });
 * ```
 */
export class StorageBucket extends Component implements Linkable, Monitorable, BackupSource {
  /** URL of the S3 endpoint. */
  readonly endpoint: pulumi.Output<string>;
  /** Name of the bucket. */
  readonly bucketName: string;
  readonly #spec: BucketSpec;
  readonly #made: BucketOutput;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: StorageBucketArgs, opts?: ComponentOptions) {
    const spec = accept(() => resolveBucket(name, args));
    const network = args.vpc.network;
    super(
      "StorageBucket",
      name,
      {
        target: network.kind,
        environment: network.target.environment,
        bucketName: spec.bucketName,
        versioning: spec.versioning,
        objectLock: spec.objectLock,
        expireDays: spec.expireDays,
        expireOldVersionsDays: spec.expireOldVersionsDays,
        protect: spec.protect,
      },
      network.target.provider,
      opts,
    );
    this.#spec = spec;
    this.#made = build(name, spec, network, this);
    this.endpoint = this.#made.endpoint;
    this.bucketName = spec.bucketName;
    this.registerOutputs({ endpoint: this.endpoint, bucketName: this.bucketName });
  }

  /** A view for `links` with another access or variable prefix: `links: [recordings.as({ access: "read" })]`. */
  as(access: BucketAccess): Linkable {
    return { link: (consumer) => this.#link(consumer, access) };
  }

  /** How the bucket is watched: its server is asked as a client would. Part of {@link Monitorable}. */
  get monitoring(): Monitoring {
    return this.monitored().monitoring;
  }

  /** How the bucket is watched, with other thresholds. */
  monitored(alerts: BucketAlerts = {}): Monitorable {
    const { path } = this.#made;
    const monitoring: Monitoring = {
      component: this.componentName,
      targets: [],
      ...(path.kind !== "aws"
        ? { probes: [{ module: "tcp_own_ca", address: `${this.componentName}:7070`, path }] }
        : {}),
      sources: [bucketRules(this.componentName, alerts), endpointRules(`blackbox-${this.componentName}`)],
      dashboards: ["edge", "backups"],
      ...(this.#made.watching === undefined ? {} : { cloud: this.#made.watching(alerts) }),
    };
    return { monitoring };
  }

  /** How the objects are backed up, and how backups are written here. Part of {@link BackupSource}. */
  get backup(): BackupSubject {
    const made = this.#made;
    return {
      kind: "bucket",
      component: this.componentName,
      bucketName: made.bucketName,
      expireDays: this.#spec.expireDays,
      path: made.path,
      after: made.after,
      ...(made.bucketArn === undefined
        ? { store: (consumer: Consumer, access: Access) => this.#store(consumer, access) }
        : { arn: made.bucketArn }),
    };
  }

  /** Lets the consumer read and write objects. Part of {@link Linkable}. */
  link(consumer: Consumer): Link {
    return this.#link(consumer, {});
  }

  #store(consumer: Consumer, access: Access): StoreLocation {
    const made = this.#made;
    const key = accept(() => made.grant(consumer, access));
    if (!("id" in key)) throw new Error("a bucket of AWS is opened by roles, not by keys");
    return {
      endpoint: made.endpoint,
      bucket: made.bucketName,
      region: made.region,
      ...(made.caFile === undefined ? {} : { caFile: made.caFile }),
      accessKey: key.id,
      secretKey: key.value,
      path: made.path,
      after: made.after,
    };
  }

  #link(consumer: Consumer, access: BucketAccess): Link {
    const prefix = access.prefix ?? "S3";
    const made = this.#made;
    const key = accept(() => made.grant(consumer, access.access ?? "readwrite"));
    const handed = "id" in key ? key.handOver() : undefined;
    return {
      to: this.componentName,
      variables: {
        [`${prefix}_ENDPOINT`]: made.endpoint,
        [`${prefix}_BUCKET`]: made.bucketName,
        [`${prefix}_REGION`]: made.region,
        ...("id" in key ? { [`${prefix}_ACCESS_KEY`]: key.id } : {}),
        [`${prefix}_FORCE_PATH_STYLE`]: String(made.pathStyle ?? true),
        ...(made.caFile === undefined ? {} : { [`${prefix}_CA_FILE`]: made.caFile }),
      },
      secrets:
        handed === undefined
          ? []
          : [{ variable: `${prefix}_SECRET_KEY`, file: `${this.componentName}-secret-key`, ref: handed.secret }],
      ...("permissions" in key ? { permissions: key.permissions } : {}),
      path: made.path,
      trust: made.caFile !== undefined,
      after: [...made.after, ...(handed?.after ?? [])],
    };
  }
}

function build(name: string, spec: BucketSpec, network: Network, parent: pulumi.Resource): BucketOutput {
  switch (network.kind) {
    case "compose":
      return (require("./compose") as typeof import("./compose")).buildOnCompose(name, spec, network, parent);
    case "microk8s":
      return (require("./microk8s") as typeof import("./microk8s")).buildOnMicroK8s(name, spec, network, parent);
    case "aws":
      return (require("./aws") as typeof import("./aws")).buildOnAws(name, spec, network, parent);
  }
}
