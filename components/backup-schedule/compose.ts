import type * as pulumi from "@pulumi/pulumi";
import type { NetworkPath } from "../core/links";
import { SPOOL } from "../managed-postgres/configuration";
import { carry } from "../targets/compose/carrier";
import { trustMount } from "../targets/compose/certificate";
import { server } from "../targets/compose/hardened";
import { network as dockerNetwork, volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import type { HostedArgs } from "./args";
import {
  bring,
  ENVIRONMENT,
  type Hosted,
  hosted,
  PORT,
  RUNNER_CONFIG,
  runnerConfig,
  runnerFiles,
  runsAfter,
  STATE,
  STOP_SECONDS,
  waysToStores,
} from "./hosted";
import { type Lane, lanesOf } from "./lanes";
import type { BackupOutput } from "./output";
import { LOCAL_REPOSITORY } from "./pgbackrest";
import type { BackupSpec } from "./spec";

/** What the runners of one schedule share on a compose host. */
interface Shared extends Hosted {
  readonly network: ComposeNetwork;
  readonly hub: { readonly name: string; readonly resource: pulumi.Resource };
  /** Volume of the second repository. */
  readonly local: { readonly name: string; readonly resource: pulumi.Resource } | undefined;
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
  const shared: Shared = {
    ...hosted(name, args, spec, network, parent),
    network,
    hub: dockerNetwork(name, target, { internal: true }, { parent }),
    local:
      spec.localFulls === 0 ? undefined : volume(`${name}-local`, target, { parent, protect: true, holdsData: true }),
  };
  const lanes = lanesOf(name, spec.subjects, spec.schedules.full !== undefined);
  for (const lane of lanes) runner(shared, lane);
  return {
    metrics: {
      target: { job: name, addresses: lanes.map((lane) => `${lane.service}:${PORT}`) },
      path: { kind: "compose", network: shared.hub.name },
    },
    passphrase: shared.passphrase,
  };
}

/** The networks on which a way lies; without one it is the internet's. */
function networksOf(shared: Shared, path: NetworkPath | undefined): readonly string[] {
  if (path === undefined) return [shared.network.egressNetwork];
  return path.kind === "compose" ? [path.network] : [];
}

function runner(shared: Shared, lane: Lane): void {
  const { name, spec, network, hub, local } = shared;
  const { parent } = shared.consumer;
  const { service, user } = lane;
  const [uid, gid] = user.split(":");
  const archives = {
    networks: networksOf(shared, shared.store.way.path),
    volumes: local === undefined ? [] : [{ volume: local.name, target: LOCAL_REPOSITORY }],
    after: [...shared.store.location.after, ...(local === undefined ? [] : [local.resource])],
  };
  const brought = lane.subjects.map((subject) => bring(shared, subject, () => archives));
  const files = carry(
    service,
    network,
    [
      { path: RUNNER_CONFIG, content: runnerConfig(shared, lane, brought) },
      ...runnerFiles(shared, brought).map((each) => ({ ...each, owner: user, mode: "0400" })),
    ],
    { parent },
  );
  const state = volume(`${service}-state`, network.target, { parent, holdsData: false });
  const ways = [...waysToStores(shared), ...brought.flatMap((each) => each.ways)];
  server(
    service,
    network.target,
    {
      service,
      image: network.target.image("backup"),
      user,
      command: ["schedule"],
      environment: ENVIRONMENT,
      attachments: [
        { network: hub.name, aliases: [service] },
        ...[...new Set(ways.flatMap((each) => networksOf(shared, each.path)))].map((each) => ({ network: each })),
      ],
      mounts: [
        { volume: state.name, target: STATE, readOnly: false },
        trustMount(network),
        ...brought.flatMap((each) =>
          each.mounts.map((mount) => ({ volume: mount.volume, target: mount.path, readOnly: true })),
        ),
        ...(local === undefined ? [] : [{ volume: local.name, target: LOCAL_REPOSITORY, readOnly: false }]),
        ...files.mounts,
      ],
      tmpfs: { [SPOOL]: `rw,noexec,nosuid,nodev,size=64m,uid=${uid},gid=${gid},mode=0700` },
      memory: spec.memory,
      cpus: spec.cpus,
      stopSeconds: STOP_SECONDS,
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
        ...runsAfter(shared, brought),
        ...files.after,
      ],
    },
  );
}
