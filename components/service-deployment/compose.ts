import * as pulumi from "@pulumi/pulumi";
import type { NetworkPath } from "../core/links";
import { physicalName } from "../core/names";
import { type Carried, type CarriedFile, carry } from "../targets/compose/carrier";
import { trustMount } from "../targets/compose/certificate";
import { ended } from "../targets/compose/ended";
import { type Attachment, oneShot, server, type VolumeMount } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import type { ServiceDeploymentArgs } from "./args";
import { healthCommand } from "./health";
import type { ServiceOutput } from "./output";
import { instancesOf, type ServiceSpec } from "./spec";
import { type Bound, bind, tracingVariables } from "./variables";

/** Everything that the service's containers and its migration share. */
interface Shared {
  readonly name: string;
  readonly args: ServiceDeploymentArgs;
  readonly spec: ServiceSpec;
  readonly network: ComposeNetwork;
  readonly parent: pulumi.Resource;
}

/** What a process gets: variables, files, networks, and what it waits for. */
interface Surroundings {
  readonly environment: Readonly<Record<string, pulumi.Input<string>>>;
  readonly mounts: readonly VolumeMount[];
  readonly attachments: readonly Attachment[];
  readonly labels: Readonly<Record<string, pulumi.Input<string>>>;
  readonly after: readonly pulumi.Input<pulumi.Resource>[];
}

/** The replicas, one after another, each healthy before the next; before them the migration. */
export function buildOnCompose(
  name: string,
  args: ServiceDeploymentArgs,
  spec: ServiceSpec,
  network: ComposeNetwork,
  parent: pulumi.Resource,
): ServiceOutput {
  const shared: Shared = { name, args, spec, network, parent };
  const watched = args.metrics !== undefined;
  // Docker's own address pools end at about thirty networks: only who is linked to or watched gets one.
  const hub =
    spec.linkable || watched || spec.peerPort !== undefined
      ? dockerNetwork(name, network.target, { internal: true }, { parent })
      : undefined;
  const bound = bind({ name, parent, instances: instancesOf(args, spec) }, args.links ?? [], {
    ...args.environment,
    ...peerNames(name, spec),
    ...(spec.tracing ? tracingVariables(name, "jaeger") : {}),
  });
  const own = surroundings(shared, name, bound);
  const migration = migrate(shared, own);
  let previous: pulumi.Resource | undefined;
  const volumes: NonNullable<ServiceOutput["volumes"]>[number][] = [];
  for (let number = 1; number <= spec.replicas; number++) {
    previous = replica(shared, number, own, hub === undefined ? [] : [hub], migration, previous);
    const after = [previous];
    for (const each of spec.volumes) {
      const data = `${name}-${number}-${each.name}`;
      const reach = {
        kind: "compose",
        user: spec.user,
        volume: physicalName("docker", network.target.prefix, data),
      } as const;
      volumes.push({ name: data, reach, after });
    }
  }
  for (const route of spec.routes) {
    network.taken.take(name, route.host, route.path);
    network.routes.add({
      service: name,
      ...route,
      upstreams: Array.from({ length: spec.replicas }, (_, index) => `${name}-${index + 1}:${spec.port}`),
      healthPath: spec.readiness.path,
    });
  }
  if (hub === undefined || previous === undefined) return { host: pulumi.output(name), volumes };
  const path: NetworkPath = { kind: "compose", network: hub.name };
  const addresses = Array.from({ length: spec.replicas }, (_, index) => `${name}-${index + 1}:${spec.metrics.port}`);
  return {
    host: pulumi.output(name),
    volumes,
    ...(watched ? { metrics: { addresses, path } } : {}),
    ...(spec.linkable ? { path, after: [hub.resource, previous] } : {}),
  };
}

/** Host names of the replicas, for each other, where they have a port for that. */
function peerNames(name: string, spec: ServiceSpec): Readonly<Record<string, string>> {
  if (spec.peerPort === undefined) return {};
  const hosts = Array.from({ length: spec.replicas }, (_, index) => `${name}-${index + 1}:${spec.peerPort}`);
  return { PEERS: hosts.join(",") };
}

function replica(
  shared: Shared,
  number: number,
  own: Surroundings,
  hubs: readonly { readonly name: string; readonly resource: pulumi.Resource }[],
  migration: pulumi.Output<pulumi.Resource> | undefined,
  previous: pulumi.Resource | undefined,
): pulumi.Resource {
  const { name, args, spec, network, parent } = shared;
  const service = `${name}-${number}`;
  const volumes = spec.volumes.map((each) => ({
    target: each.path,
    ...volume(`${service}-${each.name}`, network.target, { parent, protect: spec.protect, holdsData: true }),
  }));
  const [uid, gid] = spec.user.split(":");
  return server(
    service,
    network.target,
    {
      service,
      image: args.image,
      ...(args.command === undefined ? {} : { command: args.command }),
      user: spec.user,
      environment: own.environment,
      attachments: [
        ...own.attachments,
        ...(spec.routes.length > 0 ? [{ network: network.edgeNetwork, aliases: [service] }] : []),
        ...hubs.map((hub) => ({ network: hub.name, aliases: [name, service] })),
      ],
      mounts: [...own.mounts, ...volumes.map((each) => ({ volume: each.name, target: each.target, readOnly: false }))],
      tmpfs: Object.fromEntries(
        spec.scratch.map((path) => [path, `rw,noexec,nosuid,nodev,size=64m,uid=${uid},gid=${gid},mode=0700`]),
      ),
      memory: spec.memory,
      cpus: spec.cpus,
      stopSeconds: spec.stopWithin,
      health: {
        command: healthCommand(spec, args.probes?.command),
        interval: spec.readiness.interval,
        timeout: spec.readiness.timeout,
        retries: spec.readiness.retries,
        start: spec.startWithin,
      },
      labels: own.labels,
    },
    {
      parent,
      dependsOn: [
        ...own.after,
        ...hubs.map((hub) => hub.resource),
        ...volumes.map((each) => each.resource),
        ...owned(shared, service, volumes),
        ...(migration === undefined ? [] : [migration]),
        ...(previous === undefined ? [] : [previous]),
      ],
    },
  );
}

/** A new volume belongs to root where the image has no such folder. Its folder is given to the service's user; nothing in it is touched. */
function owned(
  { spec, network, parent }: Shared,
  service: string,
  volumes: readonly { readonly name: string; readonly resource: pulumi.Resource }[],
): pulumi.Output<pulumi.Resource>[] {
  if (volumes.length === 0) return [];
  const owner = `${service}-owner`;
  const mounts = volumes.map((each, index) => ({ volume: each.name, target: `/volumes/${index}`, readOnly: false }));
  const made = oneShot(
    owner,
    network.target,
    {
      service: owner,
      image: network.target.image("tools"),
      user: "0:0",
      entrypoint: ["/bin/sh", "-eu", "-c"],
      command: [`chown ${spec.user} ${mounts.map((each) => each.target).join(" ")}`],
      capabilities: ["CHOWN"],
      memory: 64,
      cpus: 0.5,
      mounts,
    },
    { parent, dependsOn: volumes.map((each) => each.resource) },
  );
  return [ended(made, owner)];
}

function migrate(shared: Shared, own: Surroundings): pulumi.Output<pulumi.Resource> | undefined {
  const { name, args, spec, network, parent } = shared;
  if (args.migration === undefined) return undefined;
  const service = `${name}-migration`;
  const ofJob =
    args.migration.links === undefined
      ? own
      : surroundings(shared, service, bind({ name: service, parent }, args.migration.links, args.environment ?? {}));
  const job = oneShot(
    service,
    network.target,
    {
      service,
      image: args.migration.image ?? args.image,
      command: args.migration.command,
      user: spec.user,
      memory: spec.memory,
      cpus: spec.cpus,
      ...ofJob,
    },
    { parent, dependsOn: [...ofJob.after] },
  );
  return ended(job, service);
}

function surroundings(shared: Shared, owner: string, bound: Bound): Surroundings {
  const { args, spec, network, parent } = shared;
  const secrets = [
    ...bound.secrets.map((secret) => ({
      variable: secret.variable,
      file: secret.file,
      value: secretValue(secret.ref),
    })),
    ...Object.entries(args.secrets ?? {}).map(([variable, value]) => ({
      variable,
      file: variable.toLowerCase().replace(/_/g, "-"),
      value: pulumi.secret(value),
    })),
  ];
  const asFiles = spec.secretsAs === "file" && secrets.length > 0;
  const files: CarriedFile[] = secrets.map((secret) => ({
    path: `/run/secrets/${secret.file}`,
    content: secret.value,
    owner: spec.user,
    mode: "0400",
  }));
  const carried: Carried = asFiles ? carry(owner, network, files, { parent }) : { mounts: [], labels: {}, after: [] };
  const trusts = bound.links.some((link) => link.trust);
  return {
    environment: {
      ...bound.variables,
      ...Object.fromEntries(
        secrets.map((secret) =>
          asFiles ? [`${secret.variable}_FILE`, `/run/secrets/${secret.file}`] : [secret.variable, secret.value],
        ),
      ),
    },
    mounts: [...carried.mounts, ...(trusts ? [trustMount(network)] : [])],
    attachments: [
      ...new Set([
        ...bound.links.flatMap((link) => (link.path.kind === "compose" ? [link.path.network] : [])),
        ...(spec.outbound ? [network.egressNetwork] : []),
        ...(spec.cameras && network.cameraNetwork !== undefined ? [network.cameraNetwork] : []),
      ]),
    ].map((each) => ({ network: each })),
    labels: carried.labels,
    after: [...network.ready, ...bound.links.flatMap((link) => link.after), ...carried.after],
  };
}

function secretValue(ref: { readonly kind: string; readonly value?: pulumi.Output<string> }): pulumi.Output<string> {
  if (ref.kind !== "file" || ref.value === undefined)
    throw new Error(`a compose service cannot read a secret of kind ${ref.kind}`);
  return ref.value;
}
