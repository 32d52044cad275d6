import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { RunnerConfig, SourceConfig, StoreConfig } from "../../images/backup/src/config";
import type { Archiving, BackupSubject, StoreLocation } from "../core/backup-source";
import type { NetworkPath } from "../core/links";
import { PASSWORD_LENGTH } from "../core/secrets";
import { PGBACKREST_CONF } from "../managed-postgres/configuration";
import type { ComposeNetwork, MicroK8sNetwork } from "../targets/network";
import { type ExternalStore, type HostedArgs, isBucket, type OffsiteStore } from "./args";
import { jobsOfLane, type Lane } from "./lanes";
import { walMaxAge } from "./objectives";
import { LOCAL_REPOSITORY, pgbackrestConf } from "./pgbackrest";
import type { BackupSpec } from "./spec";

/** Port of a runner's metrics. */
export const PORT = 9188;
/** Folder of what outlives a runner: what its jobs left behind is how it knows, after a restart, when each is due and what the metrics say. */
export const STATE = "/var/lib/bulwark";
/** Variables of every runner. */
export const ENVIRONMENT = { HOME: "/tmp", PGBACKREST_CONFIG: PGBACKREST_CONF };
/** Longest time in seconds in which a job that is told to stop has ended its own children. */
export const STOP_SECONDS = 45;
/** What a runner is told; no secret stands in it. */
export const RUNNER_CONFIG = "/etc/bulwark/backup.json";

const SECRETS = "/run/secrets";
const OFFSITE_CA = `${SECRETS}/offsite-ca.crt`;
const PASSPHRASE_FILE = `${SECRETS}/backup-passphrase`;

/** What the runners of one schedule share, on a compose host and on a cluster. */
export interface Hosted {
  readonly name: string;
  readonly spec: BackupSpec;
  readonly network: ComposeNetwork | MicroK8sNetwork;
  readonly encryption: HostedArgs["encryption"];
  readonly passphrase: pulumi.Output<string>;
  readonly store: Place;
  readonly offsite: Place | undefined;
  /** Certificates of the authority of the place off the site. */
  readonly offsiteCa: pulumi.Input<string> | undefined;
  /** Gives a key of a bucket of the stack; what is made for it becomes the schedule's child. */
  readonly consumer: { readonly name: string; readonly parent: pulumi.Resource };
}

/** A place that packets of a runner go to. */
export interface Way {
  /** Component, or a word for what is outside of the stack. */
  readonly to: string;
  /** Without one it lies outside of the stack. */
  readonly path: NetworkPath | undefined;
  /** Address of what lies outside. */
  readonly endpoint?: string;
}

/** A store and the way there. */
export interface Place {
  readonly location: StoreLocation;
  readonly way: Way;
}

/** A file of a runner that only its user may read. */
export interface RunnerFile {
  readonly path: string;
  readonly content: pulumi.Input<string>;
}

/** What one source brings to its runner. */
export interface Brought {
  readonly config: pulumi.Input<SourceConfig>;
  readonly files: readonly RunnerFile[];
  /** Docker volumes or claims, read only. */
  readonly mounts: readonly { readonly volume: string; readonly path: string }[];
  readonly ways: readonly Way[];
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** What is the same for all runners of a schedule. */
export function hosted(
  name: string,
  args: HostedArgs,
  spec: BackupSpec,
  network: ComposeNetwork | MicroK8sNetwork,
  parent: pulumi.Resource,
): Hosted {
  const consumer = { name, parent };
  return {
    name,
    spec,
    network,
    encryption: args.encryption,
    passphrase: passphraseOf(name, args, network, parent),
    store: placeOf(args.store, "store", consumer),
    offsite: args.offsite === undefined ? undefined : offsiteOf(args.offsite),
    offsiteCa: args.offsite?.ca,
    consumer,
  };
}

function passphraseOf(
  name: string,
  args: HostedArgs,
  network: ComposeNetwork | MicroK8sNetwork,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  if (args.encryption.passphrase !== "generated") return pulumi.secret(args.encryption.passphrase);
  return new RandomPassword(
    `${name}-passphrase`,
    { length: PASSWORD_LENGTH, special: false },
    // Another one could not read any backup that exists.
    { parent, provider: network.target.random, protect: true },
  ).result;
}

function offsiteOf(store: OffsiteStore): Place {
  const { location, way } = elsewhere(store, "offsite");
  return { location: store.ca === undefined ? location : { ...location, caFile: OFFSITE_CA }, way };
}

function elsewhere(store: ExternalStore, word: string): Place {
  return { location: external(store), way: { to: word, path: undefined, endpoint: store.endpoint } };
}

function placeOf(store: HostedArgs["store"], word: string, consumer: Hosted["consumer"]): Place {
  if (!isBucket(store)) return elsewhere(store, word);
  const { backup } = store;
  const location = backup.kind === "bucket" ? backup.store?.(consumer, "readwrite") : undefined;
  if (location === undefined) throw new Error("a bucket of the stack always gives a key");
  return { location, way: { to: store.componentName, path: location.path } };
}

function external(store: ExternalStore): StoreLocation {
  return {
    endpoint: store.endpoint,
    bucket: store.bucket,
    region: store.region,
    accessKey: store.accessKey,
    secretKey: pulumi.secret(store.secretKey),
    after: [],
  };
}

/** The stores of a schedule, each with the prefix of its keys' files. */
function storesOf({ store, offsite }: Hosted): readonly (readonly [string, Place])[] {
  return [["store", store], ...(offsite === undefined ? [] : [["offsite", offsite] as const])];
}

/** Ways of every runner: to the stores. */
export function waysToStores(shared: Hosted): readonly Way[] {
  return storesOf(shared).map(([, { way }]) => way);
}

/** What must be there before a runner with these sources starts. */
export function runsAfter(shared: Hosted, brought: readonly Brought[]): readonly pulumi.Input<pulumi.Resource>[] {
  return [...storesOf(shared).flatMap(([, { location }]) => location.after), ...brought.flatMap((each) => each.after)];
}

/** Every file of a runner that only its user may read. */
export function runnerFiles(shared: Hosted, brought: readonly Brought[]): readonly RunnerFile[] {
  return [
    { path: PASSPHRASE_FILE, content: shared.passphrase },
    ...storesOf(shared).flatMap(([prefix, { location }]) => keyFiles(location, prefix)),
    ...(shared.offsiteCa === undefined ? [] : [{ path: OFFSITE_CA, content: shared.offsiteCa }]),
    ...brought.flatMap((each) => each.files),
  ];
}

function keyFiles(store: StoreLocation, prefix: string): readonly RunnerFile[] {
  return [
    { path: `${SECRETS}/${prefix}-access-key`, content: store.accessKey },
    { path: `${SECRETS}/${prefix}-secret-key`, content: store.secretKey },
  ];
}

function storeConfig(store: StoreLocation, prefix: string): pulumi.Output<StoreConfig> {
  return pulumi.output(store.endpoint).apply((endpoint) => ({
    endpoint,
    bucket: store.bucket,
    region: store.region,
    ...(store.caFile === undefined ? {} : { caFile: store.caFile }),
    accessKeyFile: `${SECRETS}/${prefix}-access-key`,
    secretKeyFile: `${SECRETS}/${prefix}-secret-key`,
  }));
}

/** Content of {@link RUNNER_CONFIG}. */
export function runnerConfig(shared: Hosted, lane: Lane, brought: readonly Brought[]): pulumi.Output<string> {
  const { name, spec, network } = shared;
  const stores = pulumi.all(storesOf(shared).map(([prefix, { location }]) => storeConfig(location, prefix)));
  const configs = pulumi.all(brought.map((each) => each.config));
  const { tool, recipients = [] } = shared.encryption;
  return pulumi.all([stores, configs, pulumi.all([...recipients])]).apply(([[store, offsite], sources, readers]) => {
    if (store === undefined) throw new Error("a schedule always has a store");
    const config: RunnerConfig = {
      version: 1,
      schedule: name,
      environment: network.target.environment,
      target: network.kind,
      timeZone: spec.timeZone,
      jitter: spec.jitter,
      rpo: spec.rpo,
      rto: spec.rto,
      walMaxAge: walMaxAge(spec.rpo),
      store,
      ...(offsite === undefined ? {} : { offsite }),
      ...(spec.localFulls === 0 ? {} : { local: { path: LOCAL_REPOSITORY, fulls: spec.localFulls } }),
      passphraseFile: PASSPHRASE_FILE,
      ...(tool === undefined ? {} : { tool }),
      recipients: readers,
      retention: spec.retention,
      sources,
      jobs: jobsOfLane(lane, spec.jobs),
    };
    return `${JSON.stringify(config, null, 2)}\n`;
  });
}

/** What a source brings. A server is told to archive its WAL, and how it gets to the store. */
export function bring(
  shared: Hosted,
  subject: BackupSubject,
  archivesBy: (server: string) => Pick<Archiving, "networks" | "volumes" | "after">,
): Brought {
  const { component, after } = subject;
  const nothing = { files: [], mounts: [], ways: [], after };
  switch (subject.kind) {
    case "postgres":
      return postgres(shared, subject, archivesBy);
    case "redis": {
      const { connection, path } = subject;
      if (connection === undefined) throw new Error("a cache beside its runner has a user for backups");
      const { password, ...reach } = connection;
      const passwordFile = `${SECRETS}/${component}-password`;
      return {
        ...nothing,
        config: { kind: "redis", name: component, ...reach, passwordFile },
        files: [{ path: passwordFile, content: password }],
        ways: [{ to: component, path }],
      };
    }
    case "bucket": {
      const store = subject.store?.(shared.consumer, "read");
      if (store === undefined) throw new Error("a bucket beside its runner gives a key");
      return {
        ...nothing,
        config: storeConfig(store, component).apply(
          (config): SourceConfig => ({ kind: "bucket", name: component, store: config }),
        ),
        files: keyFiles(store, component),
        ways: [{ to: component, path: store.path }],
      };
    }
    case "volume": {
      const path = `/sources/${component}`;
      return {
        ...nothing,
        config: { kind: "volume", name: component, path },
        mounts: [{ volume: subject.reach.volume, path }],
      };
    }
    case "configuration": {
      const path = `/run/configuration-${component}`;
      return {
        ...nothing,
        config: { kind: "configuration", name: component, path },
        files: Object.entries(subject.files).map(([file, content]) => ({ path: `${path}/${file}`, content })),
      };
    }
  }
}

/** Base backups read the data where the server has it, and ask the server through its socket; nothing of it goes over a network. */
function postgres(
  shared: Hosted,
  subject: Extract<BackupSubject, { kind: "postgres" }>,
  archivesBy: (server: string) => Pick<Archiving, "networks" | "volumes" | "after">,
): Brought {
  const { spec, store } = shared;
  const { component, databases, reach, after } = subject;
  if (reach === undefined || reach.kind === "aws") throw new Error("a database beside its runner has a socket");
  const { dataPath } = reach;
  if (spec.schedules.full === undefined) {
    // Dumps need the socket alone, of which one runner may have several.
    const socket = `/sources/${component}`;
    return {
      config: { kind: "postgres", name: component, databases, dataPath, socket, wal: false },
      files: [],
      mounts: [{ volume: reach.socketVolume, path: socket }],
      ways: [],
      after,
    };
  }
  const { endpoint, accessKey, secretKey, bucket, region, caFile } = store.location;
  const configuration = pulumi
    .all([endpoint, accessKey, secretKey, shared.passphrase])
    .apply(([to, key, secret, pass]) =>
      pgbackrestConf({
        stanza: component,
        dataPath,
        socketPath: reach.socketPath,
        store: { endpoint: to, bucket, region, caFile, accessKey: key, secretKey: secret },
        passphrase: pass,
        pointInTimeDays: spec.retention.pointInTimeDays,
        localFulls: spec.localFulls,
      }),
    );
  reach.archive({ configuration, timeout: spec.archiveTimeout, ...archivesBy(component) });
  return {
    config: { kind: "postgres", name: component, databases, dataPath, socket: reach.socketPath, wal: true },
    files: [{ path: PGBACKREST_CONF, content: configuration }],
    mounts: [
      { volume: reach.dataVolume, path: reach.mountPath },
      { volume: reach.socketVolume, path: reach.socketPath },
    ],
    ways: [],
    after,
  };
}
