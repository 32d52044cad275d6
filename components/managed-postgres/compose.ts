import * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { physicalName } from "../core/names";
import { PASSWORD_LENGTH, type SecretRef } from "../core/secrets";
import { carry } from "../targets/compose/carrier";
import { CA_FILE, certificate, trustMount } from "../targets/compose/certificate";
import { ended } from "../targets/compose/ended";
import { type ContainerSpec, oneShot, server } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import { LateArchiving } from "./archiving";
import {
  DATA,
  PGBACKREST_CONF,
  PGDATA,
  pgHba,
  postgresqlConf,
  SERVER_ENVIRONMENT,
  SOCKET,
  SPOOL,
  servePrimary,
  serveReplica,
} from "./configuration";
import type { PostgresOutput } from "./output";
import { MONITOR_ROLE, provisionSql, scramVerifier, slotName } from "./provision";
import type { PostgresSpec } from "./spec";

const OWN_USER = "10432:10432";

/** What the containers of one server share. */
interface Shared {
  readonly name: string;
  readonly spec: PostgresSpec;
  readonly network: ComposeNetwork;
  readonly parent: pulumi.Resource;
  readonly hub: { readonly name: string; readonly resource: pulumi.Resource };
  readonly user: string;
  readonly image: pulumi.Input<string>;
}

/** A primary, its replicas, and the one-shot that keeps roles and databases in step. */
export function buildOnCompose(
  name: string,
  spec: PostgresSpec,
  network: ComposeNetwork,
  parent: pulumi.Resource,
): PostgresOutput {
  const shared: Shared = {
    name,
    spec,
    network,
    parent,
    hub: dockerNetwork(name, network.target, { internal: true }, { parent }),
    user: spec.image?.user ?? OWN_USER,
    image: spec.image?.reference ?? network.target.image("postgres"),
  };
  const passwords = new Map(
    rolesOf(spec).map((role) => [role, password(`${name}-${role}`, spec, network.target.random, parent)]),
  );
  const socket = volume(`${name}-socket`, network.target, { parent, holdsData: false });
  const archiving = new LateArchiving(name);
  const primary = postgres(shared, name, servePrimary(), {
    archiving,
    mount: { volume: socket.name, target: SOCKET, readOnly: false },
    after: [socket.resource],
  });
  const provision = provisioner(shared, passwords, { volume: socket.name, resource: socket.resource }, primary);
  const ready = ended(provision, `${name}-provision`);
  const replicas = Array.from({ length: spec.replicas }, (_, index) => replica(shared, index + 1, passwords, ready));
  return {
    writer: { host: pulumi.output(name), port: pulumi.output(5432) },
    readers: replicas.map((host) => ({ host: pulumi.output(host), port: pulumi.output(5432) })),
    passwords: new Map([...passwords].map(([role, value]): [string, SecretRef] => [role, { kind: "file", value }])),
    tls: { mode: "verify-full", caFile: CA_FILE },
    path: { kind: "compose", network: shared.hub.name },
    reach: {
      kind: "compose",
      user: shared.user,
      dataVolume: physicalName("docker", network.target.prefix, `${name}-data`),
      mountPath: DATA,
      dataPath: PGDATA,
      socketVolume: socket.name,
      socketPath: SOCKET,
      archives: spec.image === undefined,
      archive: (how) => archiving.set(how),
    },
    after: [shared.hub.resource, ready],
  };
}

function rolesOf(spec: PostgresSpec): string[] {
  return [...spec.roles.map((role) => role.name), MONITOR_ROLE, ...(spec.replicas > 0 ? ["replicator"] : [])];
}

function password(
  logicalName: string,
  spec: PostgresSpec,
  random: pulumi.ProviderResource,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  return new RandomPassword(
    `${logicalName}-password`,
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: spec.rotation } },
    { parent, provider: random },
  ).result;
}

/** One server: primary or replica. */
function postgres(
  shared: Shared,
  service: string,
  start: string,
  extra: Pick<ContainerSpec, "labels"> & {
    readonly mount?: { readonly volume: string; readonly target: string; readonly readOnly: boolean };
    readonly mounts?: ContainerSpec["mounts"];
    readonly after: readonly pulumi.Input<pulumi.Resource>[];
    /** Only of a primary: a replica archives nothing. */
    readonly archiving?: LateArchiving;
  },
): pulumi.Resource & { readonly exitCode: pulumi.Output<number> } {
  const { spec, network, parent } = shared;
  const { archiving } = extra;
  const tls = certificate(service, network, [service], shared.user, parent);
  const files = carry(
    service,
    network,
    [
      {
        path: "/etc/bulwark/postgresql.conf",
        content: archiving?.settings.apply((more) => postgresqlConf(spec, more)) ?? postgresqlConf(spec),
      },
      { path: "/etc/bulwark/pg_hba.conf", content: pgHba() },
      { path: "/etc/bulwark/start", content: start, mode: "0555" },
      ...(archiving === undefined
        ? []
        : [{ path: PGBACKREST_CONF, content: archiving.configuration, owner: shared.user, mode: "0400" }]),
    ],
    { parent, awaitTls: tls.mount, after: tls.after },
  );
  const data = volume(`${service}-data`, network.target, { parent, protect: spec.protect, holdsData: true });
  const [uid, gid] = shared.user.split(":");
  const before: readonly pulumi.Input<pulumi.Resource>[] = [
    shared.hub.resource,
    data.resource,
    ...tls.after,
    ...files.after,
    ...extra.after,
  ];
  return server(
    service,
    network.target,
    {
      service,
      image: shared.image,
      user: shared.user,
      entrypoint: ["/bin/sh", "/etc/bulwark/start"],
      environment: SERVER_ENVIRONMENT,
      attachments: [{ network: shared.hub.name, aliases: [service] }],
      mounts: [
        { volume: data.name, target: DATA, readOnly: false },
        tls.mount,
        ...files.mounts,
        ...(extra.mount === undefined ? [] : [extra.mount]),
        ...(archiving === undefined ? [] : [trustMount(network)]),
        ...(extra.mounts ?? []),
      ],
      tmpfs: {
        ...(extra.mount === undefined
          ? { [SOCKET]: `rw,noexec,nosuid,nodev,size=16m,uid=${uid},gid=${gid},mode=0755` }
          : {}),
        ...(archiving === undefined
          ? {}
          : { [SPOOL]: `rw,noexec,nosuid,nodev,size=64m,uid=${uid},gid=${gid},mode=0700` }),
      },
      ...(archiving === undefined ? {} : { additions: archiving.additions }),
      memory: spec.memory,
      cpus: spec.cpus,
      shm: Math.max(64, Math.floor(spec.memory / 4)),
      stopSignal: "SIGINT",
      stopSeconds: 60,
      health: {
        command: ["CMD", "pg_isready", "-q", "-h", SOCKET, "-U", "postgres"],
        interval: 5,
        timeout: 3,
        retries: 6,
        start: 120,
      },
      labels: { ...files.labels, ...extra.labels },
    },
    {
      parent,
      dependsOn: archiving?.after.apply((more) => [...before, ...more]) ?? [...before],
    },
  );
}

/** Runs the SQL through the primary's socket, in a container without any network. */
function provisioner(
  shared: Shared,
  passwords: ReadonlyMap<string, pulumi.Output<string>>,
  socket: { readonly volume: string; readonly resource: pulumi.Resource },
  primary: pulumi.Resource,
): ReturnType<typeof oneShot> {
  const service = `${shared.name}-provision`;
  const roles = [...passwords.keys()];
  const sql = pulumi.all([...passwords.values()]).apply((values) =>
    provisionSql(
      shared.spec,
      roles.map((role, index) => ({
        role,
        verifier: scramVerifier(`${shared.network.target.prefix}/${shared.name}/${role}`, values[index] ?? ""),
      })),
    ),
  );
  const files = carry(
    service,
    shared.network,
    [{ path: "/run/secrets/provision.sql", content: sql, owner: shared.user, mode: "0400" }],
    {
      parent: shared.parent,
    },
  );
  return oneShot(
    service,
    shared.network.target,
    {
      service,
      image: shared.image,
      user: shared.user,
      entrypoint: [
        "psql",
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        SOCKET,
        "-U",
        "postgres",
        "-d",
        "postgres",
        "-f",
        "/run/secrets/provision.sql",
      ],
      mounts: [{ volume: socket.volume, target: SOCKET, readOnly: false }, ...files.mounts],
      memory: 128,
      cpus: 0.5,
      labels: files.labels,
    },
    { parent: shared.parent, dependsOn: [socket.resource, primary, ...files.after] },
  );
}

/** A streaming replica; returns its host name. */
function replica(
  shared: Shared,
  number: number,
  passwords: ReadonlyMap<string, pulumi.Output<string>>,
  provision: pulumi.Input<pulumi.Resource>,
): string {
  const service = `${shared.name}-replica-${number}`;
  const secret = carry(
    `${service}-secret`,
    shared.network,
    [
      {
        path: "/run/secrets/replication.pgpass",
        content: pulumi.interpolate`${shared.name}:5432:*:replicator:${passwords.get("replicator") ?? ""}\n`,
        owner: shared.user,
        mode: "0400",
      },
    ],
    { parent: shared.parent },
  );
  postgres(shared, service, serveReplica(shared.name, slotName(number), CA_FILE), {
    labels: secret.labels,
    mounts: [trustMount(shared.network), ...secret.mounts],
    after: [provision, ...secret.after],
  });
  return service;
}
