import type * as pulumi from "@pulumi/pulumi";
import type { NetworkPath } from "./links";

/** Kinds of source. */
export type SourceKind = "postgres" | "redis" | "bucket" | "volume" | "configuration";

/** An S3 location with its key, as a component or a user gives it. */
export interface StoreLocation {
  /** `https://host:port`. */
  readonly endpoint: pulumi.Input<string>;
  readonly bucket: string;
  readonly region: string;
  /** Path of the CA certificate inside the containers, where Bulwark puts one. */
  readonly caFile?: string;
  readonly accessKey: pulumi.Input<string>;
  /** Marked as a secret. */
  readonly secretKey: pulumi.Output<string>;
  /** The way to it; without one it is reached over the internet. */
  readonly path?: NetworkPath;
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** What makes a server archive its WAL. */
export interface Archiving {
  /** pgBackRest's whole configuration, with its keys. */
  readonly configuration: pulumi.Input<string>;
  /** Seconds after which the server closes a WAL file that is not full. */
  readonly timeout: number;
  /** Compose: the way to the store. */
  readonly networks: readonly string[];
  /** Compose: volumes that hold a repository, and where they are mounted. */
  readonly volumes: readonly { readonly volume: string; readonly target: string }[];
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** A server of Bulwark's own, as a runner on the same host or node reaches it. */
interface ServerReach {
  /** `uid:gid` of the server, which may read its data. */
  readonly user: string;
  /** Docker volume or claim with the data. */
  readonly dataVolume: string;
  /** Mount point of the volume, and the data's folder in it. */
  readonly mountPath: string;
  readonly dataPath: string;
  /** Docker volume or claim with the socket. */
  readonly socketVolume: string;
  readonly socketPath: string;
  /** Whether the image brings pgBackRest. */
  readonly archives: boolean;
  /** Makes the server archive its WAL. Throws an `ArgumentError` when another schedule has done so already. */
  archive(how: Archiving): void;
}

/** How a PostgreSQL server is reached by what backs it up, on each target. */
export type PostgresReach =
  | (ServerReach & { readonly kind: "compose" })
  | (ServerReach & {
      readonly kind: "microk8s";
      /** Labels of the server's pod, on whose node its volumes lie. */
      readonly podLabels: Readonly<Record<string, string>>;
      /** Size of the data's volume in MiB. */
      readonly storage: number;
    })
  | {
      readonly kind: "aws";
      readonly arn: pulumi.Output<string>;
      /** Days of which Amazon RDS can restore any point in time. */
      readonly pointInTimeDays: number;
    };

/** How a volume is reached. */
export type VolumeReach =
  | { readonly kind: "compose"; readonly user: string; readonly volume: string }
  | {
      readonly kind: "microk8s";
      readonly user: string;
      /** The claim. */
      readonly volume: string;
    };

interface SubjectBase {
  /** The component's name; a volume's is `<service>-<volume>`. */
  readonly component: string;
  /** The way a job's packets take to the source. */
  readonly path?: NetworkPath;
  /** What must be ready before a job can run. */
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** What a source is, how it is dumped and what its dump is checked against. */
export type BackupSubject =
  | (SubjectBase & {
      readonly kind: "postgres";
      /** Dumped one by one; base backups hold them all. Checked by reading the dump whole and by row counts of a restored copy. */
      readonly databases: readonly string[];
      /** Without it the server cannot be backed up on its target yet. */
      readonly reach?: PostgresReach;
    })
  | (SubjectBase & {
      readonly kind: "redis";
      /** Dumped as an RDB file over the replication protocol. Checked by the tool that reads RDB files. */
      readonly connection?: {
        readonly host: string;
        readonly port: number;
        readonly username: string;
        readonly password: pulumi.Output<string>;
        readonly caFile: string;
      };
      /** AWS: the replication group. */
      readonly arn?: pulumi.Output<string>;
    })
  | (SubjectBase & {
      readonly kind: "bucket";
      readonly bucketName: string;
      /** Days after which objects expire by themselves; 0: never. */
      readonly expireDays: number;
      /** AWS: the bucket. */
      readonly arn?: pulumi.Output<string>;
      /** Gives a key; copied object by object, what is deleted here is never deleted there. Checked by sizes and hashes. */
      store?(
        consumer: { readonly name: string; readonly parent: pulumi.Resource },
        access: "read" | "readwrite",
      ): StoreLocation;
    })
  | (SubjectBase & {
      readonly kind: "volume";
      /** Copied file by file into an encrypted repository. Checked by reading a share of it back. */
      readonly reach: VolumeReach;
    })
  | (SubjectBase & {
      readonly kind: "configuration";
      /** Files by name. */
      readonly files: Readonly<Record<string, pulumi.Input<string>>>;
    });

/** Something that a BackupSchedule can back up. */
export interface BackupSource {
  /** What there is to back up; a service may have several volumes. */
  readonly backup: BackupSubject | readonly BackupSubject[];
}

/** Whether a value can stand in `sources`. By shape: two copies of the library may be loaded. */
export function isBackupSource(value: unknown): value is BackupSource {
  return typeof value === "object" && value !== null && "backup" in value;
}

/** What there is to back up of some sources. */
export function subjectsOf(sources: readonly BackupSource[]): readonly BackupSubject[] {
  return sources.flatMap((each) => each.backup);
}

/**
 * The stack's own configuration as a source: files by name, such as `Pulumi.prod.yaml` or an exported state. What is secret in them must be
 * encrypted or an output that is marked as a secret.
 */
export function configurationSource(name: string, files: Readonly<Record<string, pulumi.Input<string>>>): BackupSource {
  return { backup: { kind: "configuration", component: name, files, after: [] } };
}
