import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { RunnerConfig, SourceConfig, StoreConfig } from "../../images/backup/src/config";
import type { BackupSubject, StoreLocation } from "../core/backup-source";
import type { NetworkPath } from "../core/links";
import { PASSWORD_LENGTH } from "../core/secrets";
import { PGBACKREST_CONF } from "../managed-postgres/configuration";
import { type CarriedFile, carry } from "../targets/compose/carrier";
import { trustMount } from "../targets/compose/certificate";
import { server, type VolumeMount } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import type { ExternalStore, HostedArgs } from "./args";
import { isBucket } from "./args";
import { jobsOfLane, type Lane, lanesOf } from "./lanes";
import { walMaxAge } from "./objectives";
import type { BackupOutput } from "./output";
import { LOCAL_REPOSITORY, pgbackrestConf } from "./pgbackrest";
import type { BackupSpec } from "./spec";

/** Port of the metrics. */
const PORT = 9188;
const SECRETS = "/run/secrets";
const PASSPHRASE_FILE = `${SECRETS}/backup-passphrase`;

/** What the runners of one schedule share. */
interface Shared {
  readonly name: string;
  readonly spec: BackupSpec;
  readonly network: ComposeNetwork;
  readonly parent: pulumi.Resource;
  readonly hub: { readonly name: string; readonly resource: pulumi.Resource };
  readonly passphrase: pulumi.Output<string>;
  readonly store: StoreLocation;
  readonly offsite: StoreLocation | undefined;
  /** Volume of the second repository. */
  readonly local: { readonly name: string; readonly resource: pulumi.Resource } | undefined;
}

/** What one source brings to its runner. */
interface Brought {
  readonly config: pulumi.Input<SourceConfig>;
  readonly files: readonly CarriedFile[];
  readonly mounts: readonly VolumeMount[];
  readonly networks: readonly string[];
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** The runners: small containers that make the backups when they are due. Servers are told to archive their WAL. */
export function buildOnCompose(
  name: string,
  args: HostedArgs,
  spec: BackupSpec,
  network: ComposeNetwork,
  parent: pulumi.Resource,
): BackupOutput {
  const { target } = network;
  const consumer = { name, parent };
  const shared: Shared = {
    name,
    spec,
    network,
    parent,
    hub: dockerNetwork(name, target, { internal: true }, { parent }),
    passphrase: passphraseOf(name, args, network, parent),
    store: storeOf(args.store, consumer),
    offsite: args.offsite === undefined ? undefined : external(args.offsite),
    local:
      spec.localFulls === 0 ? undefined : volume(`${name}-local`, target, { parent, protect: true, holdsData: true }),
  };
  const lanes = lanesOf(name, spec.subjects);
  for (const lane of lanes) runner(shared, lane);
  return {
    metrics: {
      target: { job: name, addresses: lanes.map((lane) => `${lane.service}:${PORT}`) },
      path: { kind: "compose", network: shared.hub.name },
    },
    passphrase: shared.passphrase,
  };
}

function passphraseOf(
  name: string,
  args: HostedArgs,
  network: ComposeNetwork,
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

function storeOf(
  store: HostedArgs["store"],
  consumer: { readonly name: string; readonly parent: pulumi.Resource },
): StoreLocation {
  if (!isBucket(store)) return external(store);
  const { backup } = store;
  const made = backup.kind === "bucket" ? backup.store?.(consumer, "readwrite") : undefined;
  if (made === undefined) throw new Error("a bucket of the stack always gives a key");
  return made;
}

function external(store: ExternalStore): StoreLocation {
  return {
    endpoint: store.endpoint,
    bucket: store.bucket,
    region: store.region,
    accessKey: store.accessKey,
    secretKey: { kind: "file", value: pulumi.secret(store.secretKey) },
    after: [],
  };
}

/** The networks on which a way lies; without one it is the internet's. */
function networksOf(shared: Shared, path: NetworkPath | undefined): readonly string[] {
  if (path === undefined) return [shared.network.egressNetwork];
  return path.kind === "compose" ? [path.network] : [];
}

function keyFiles(store: StoreLocation, prefix: string, owner: string): readonly CarriedFile[] {
  return [
    { path: `${SECRETS}/${prefix}-access-key`, content: store.accessKey, owner, mode: "0400" },
    { path: `${SECRETS}/${prefix}-secret-key`, content: secretOf(store), owner, mode: "0400" },
  ];
}

function secretOf(store: StoreLocation): pulumi.Output<string> {
  if (store.secretKey.kind !== "file") throw new Error("on a compose host secrets are files");
  return store.secretKey.value;
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

function runner(shared: Shared, lane: Lane): void {
  const { name, spec, network, parent, hub, store, offsite, local } = shared;
  const { service, user } = lane;
  const [uid, gid] = user.split(":");
  const brought = lane.subjects.map((subject) => bring(shared, lane, subject));
  const files = carry(
    service,
    network,
    [
      { path: "/etc/bulwark/backup.json", content: runnerConfig(shared, lane, brought) },
      { path: PASSPHRASE_FILE, content: shared.passphrase, owner: user, mode: "0400" },
      ...keyFiles(store, "store", user),
      ...(offsite === undefined ? [] : keyFiles(offsite, "offsite", user)),
      ...brought.flatMap((each) => each.files),
    ],
    { parent },
  );
  // What a job left behind is how the next one knows when it is due, and what the metrics say after a restart.
  const state = volume(`${service}-state`, network.target, { parent, holdsData: false });
  const networks = [
    ...networksOf(shared, store.path),
    ...(offsite === undefined ? [] : networksOf(shared, offsite.path)),
    ...brought.flatMap((each) => each.networks),
  ];
  server(
    service,
    network.target,
    {
      service,
      image: network.target.image("backup"),
      user,
      command: ["schedule"],
      environment: { HOME: "/tmp", PGBACKREST_CONFIG: PGBACKREST_CONF },
      attachments: [
        { network: hub.name, aliases: [service] },
        ...[...new Set(networks)].map((each) => ({ network: each })),
      ],
      mounts: [
        { volume: state.name, target: "/var/lib/bulwark", readOnly: false },
        trustMount(network),
        ...brought.flatMap((each) => each.mounts),
        ...(local === undefined ? [] : [{ volume: local.name, target: LOCAL_REPOSITORY, readOnly: false }]),
        ...files.mounts,
      ],
      tmpfs: { "/var/spool/pgbackrest": `rw,noexec,nosuid,nodev,size=64m,uid=${uid},gid=${gid},mode=0700` },
      memory: spec.memory,
      cpus: spec.cpus,
      // A job that is told to stop ends its own children first.
      stopSeconds: 45,
      health: { command: ["CMD", "bulwark-backup", "healthy"], interval: 10, timeout: 5, retries: 6, start: 60 },
      labels: { ...files.labels, "io.bulwark.backup": name },
    },
    {
      parent,
      dependsOn: [
        hub.resource,
        state.resource,
        ...(local === undefined ? [] : [local.resource]),
        ...network.ready,
        ...store.after,
        ...(offsite?.after ?? []),
        ...brought.flatMap((each) => each.after),
        ...files.after,
      ],
    },
  );
}

function runnerConfig(shared: Shared, lane: Lane, brought: readonly Brought[]): pulumi.Output<string> {
  const { name, spec, network, offsite, local } = shared;
  const stores = pulumi.all([
    storeConfig(shared.store, "store"),
    ...(offsite === undefined ? [] : [storeConfig(offsite, "offsite")]),
  ]);
  const configs = pulumi.all(brought.map((each) => each.config));
  return pulumi.all([stores, configs]).apply(([[store, second], sources]) => {
    if (store === undefined) throw new Error("a schedule always has a store");
    const config: RunnerConfig = {
      version: 1,
      schedule: name,
      environment: network.target.environment,
      target: "compose",
      timeZone: spec.timeZone,
      jitter: spec.jitter,
      rpo: spec.rpo,
      rto: spec.rto,
      walMaxAge: walMaxAge(spec.rpo),
      store,
      ...(second === undefined ? {} : { offsite: second }),
      ...(local === undefined ? {} : { local: { path: LOCAL_REPOSITORY, fulls: spec.localFulls } }),
      passphraseFile: PASSPHRASE_FILE,
      recipients: spec.recipients,
      retention: spec.retention,
      sources,
      jobs: jobsOfLane(name, lane, spec.jobs),
    };
    return `${JSON.stringify(config, null, 2)}\n`;
  });
}

function bring(shared: Shared, lane: Lane, subject: BackupSubject): Brought {
  const { component, after } = subject;
  const owner = lane.user;
  const nothing = { files: [], mounts: [], networks: [], after };
  switch (subject.kind) {
    case "postgres":
      return postgres(shared, subject, owner);
    case "redis": {
      const { connection, path } = subject;
      if (connection === undefined) throw new Error("a cache on a compose host has a user for backups");
      const { password, ...reach } = connection;
      const passwordFile = `${SECRETS}/${component}-password`;
      return {
        ...nothing,
        config: { kind: "redis", name: component, ...reach, passwordFile },
        files: [{ path: passwordFile, content: password, owner, mode: "0400" }],
        networks: networksOf(shared, path),
      };
    }
    case "bucket": {
      const store = subject.store?.({ name: shared.name, parent: shared.parent }, "read");
      if (store === undefined) throw new Error("a bucket on a compose host gives a key");
      return {
        ...nothing,
        config: storeConfig(store, component).apply(
          (config): SourceConfig => ({ kind: "bucket", name: component, store: config }),
        ),
        files: keyFiles(store, component, owner),
        networks: networksOf(shared, store.path),
      };
    }
    case "volume": {
      if (subject.reach.kind !== "compose") throw new Error("a volume on a compose host is a Docker volume");
      const path = `/sources/${component}`;
      return {
        ...nothing,
        config: { kind: "volume", name: component, path },
        mounts: [{ volume: subject.reach.volume, target: path, readOnly: true }],
      };
    }
    case "configuration": {
      const path = `/run/configuration-${component}`;
      return {
        ...nothing,
        config: { kind: "configuration", name: component, path },
        files: Object.entries(subject.files).map(([file, content]) => ({
          path: `${path}/${file}`,
          content,
          owner,
          mode: "0400",
        })),
      };
    }
  }
}

/** Base backups read the data where the server has it, and ask the server through its socket; nothing of it goes over a network. */
function postgres(shared: Shared, subject: Extract<BackupSubject, { kind: "postgres" }>, owner: string): Brought {
  const { spec, store, local } = shared;
  const { component, databases, reach, after } = subject;
  if (reach?.kind !== "compose") throw new Error("a database on a compose host is a container");
  const wal = spec.schedules.full !== undefined;
  const configuration = pulumi
    .all([store.endpoint, store.accessKey, secretOf(store), shared.passphrase])
    .apply(([endpoint, accessKey, secretKey, passphrase]) =>
      pgbackrestConf({
        stanza: component,
        dataPath: reach.dataPath,
        socketPath: reach.socketPath,
        store: { endpoint, bucket: store.bucket, region: store.region, caFile: store.caFile, accessKey, secretKey },
        passphrase,
        pointInTimeDays: spec.retention.pointInTimeDays,
        localFulls: spec.localFulls,
      }),
    );
  if (wal) {
    reach.archive({
      configuration,
      timeout: spec.archiveTimeout,
      networks: networksOf(shared, store.path),
      volumes: local === undefined ? [] : [{ volume: local.name, target: LOCAL_REPOSITORY }],
      after: [...store.after, ...(local === undefined ? [] : [local.resource])],
    });
  }
  return {
    config: {
      kind: "postgres",
      name: component,
      databases,
      dataPath: reach.dataPath,
      socket: reach.socketPath,
      wal,
    },
    files: wal ? [{ path: PGBACKREST_CONF, content: configuration, owner, mode: "0400" }] : [],
    mounts: [
      { volume: reach.dataVolume, target: reach.mountPath, readOnly: true },
      { volume: reach.socketVolume, target: reach.socketPath, readOnly: true },
    ],
    networks: [],
    after,
  };
}
