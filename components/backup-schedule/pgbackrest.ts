/** A repository in an S3 bucket, with its key. */
export interface S3Repository {
  /** `https://host[:port]`. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly caFile: string | undefined;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** What pgBackRest is told of one server. */
export interface PgBackRestFacts {
  /** Name of the server in the repository. */
  readonly stanza: string;
  readonly dataPath: string;
  readonly socketPath: string;
  readonly store: S3Repository;
  readonly passphrase: string;
  /** Days back to which a point in time can be restored. */
  readonly pointInTimeDays: number;
  /** Base backups in a second repository on a disk; 0: there is none. */
  readonly localFulls: number;
}

/** Folder of the second repository. */
export const LOCAL_REPOSITORY = "/var/lib/pgbackrest";

/**
 * The whole configuration of pgBackRest, with its keys: variables could be read by a query of a superuser, and a passphrase is refused on the
 * command line. Everything is encrypted here before it is sent.
 */
export function pgbackrestConf(facts: PgBackRestFacts): string {
  const { store } = facts;
  const url = new URL(store.endpoint);
  const cipher = (repository: number) => [
    `repo${repository}-cipher-type=aes-256-cbc`,
    `repo${repository}-cipher-pass=${facts.passphrase}`,
    `repo${repository}-bundle=y`,
    `repo${repository}-block=y`,
  ];
  const local =
    facts.localFulls === 0
      ? []
      : [
          "repo2-type=posix",
          `repo2-path=${LOCAL_REPOSITORY}`,
          ...cipher(2),
          "repo2-retention-full-type=count",
          `repo2-retention-full=${facts.localFulls}`,
        ];
  return [
    "[global]",
    "repo1-type=s3",
    "repo1-path=/pgbackrest",
    `repo1-s3-bucket=${store.bucket}`,
    `repo1-s3-endpoint=${url.hostname}`,
    `repo1-storage-port=${url.port === "" ? "443" : url.port}`,
    `repo1-s3-region=${store.region}`,
    "repo1-s3-uri-style=path",
    "repo1-storage-verify-tls=y",
    ...(store.caFile === undefined ? [] : [`repo1-storage-ca-file=${store.caFile}`]),
    `repo1-s3-key=${store.accessKey}`,
    `repo1-s3-key-secret=${store.secretKey}`,
    ...cipher(1),
    "repo1-retention-full-type=time",
    `repo1-retention-full=${facts.pointInTimeDays}`,
    ...local,
    "compress-type=zst",
    "compress-level=3",
    "archive-async=y",
    "spool-path=/var/spool/pgbackrest",
    "lock-path=/tmp/pgbackrest",
    "log-level-console=warn",
    "log-level-file=off",
    "process-max=2",
    "start-fast=y",
    // A store that does not answer, or takes nothing, is given up after a minute: the time for one file, twice.
    "io-timeout=30",
    "job-retry=1",
    "",
    `[${facts.stanza}]`,
    `pg1-path=${facts.dataPath}`,
    `pg1-socket-path=${facts.socketPath}`,
    "pg1-port=5432",
    "pg1-user=postgres",
    "",
  ].join("\n");
}
