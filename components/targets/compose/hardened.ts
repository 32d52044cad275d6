import { Container, type ContainerArgs } from "@pulumi/docker/container";
import type * as input from "@pulumi/docker/types/input";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../../core/names";
import type { ComposeTarget } from "../target";

/** A named volume in a container. */
export interface VolumeMount {
  readonly volume: string;
  readonly target: string;
  readonly readOnly: boolean;
}

/** A file or folder of the host that an agent reads. There is no writable form. */
export interface HostPath {
  readonly source: string;
  readonly target: string;
}

/** A Docker network a container joins, and the names it answers to there. */
export interface Attachment {
  readonly network: string;
  readonly aliases?: readonly string[];
}

/** What differs between the containers that Bulwark makes; everything else is the same for all. */
export interface ContainerSpec {
  /** Service name as `docker compose ps` shows it. */
  readonly service: string;
  readonly image: pulumi.Input<string>;
  /** Replaces the image's entrypoint. */
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** `uid:gid` of the process. */
  readonly user: string;
  readonly environment?: Readonly<Record<string, pulumi.Input<string>>>;
  readonly mounts?: readonly VolumeMount[];
  /** For agents that watch the host or Docker, and nothing else: the policies know them by name. */
  readonly hostPaths?: readonly HostPath[];
  /** Paths of in-memory file systems besides `/tmp`, with their mount options. */
  readonly tmpfs?: Readonly<Record<string, string>>;
  readonly attachments?: readonly Attachment[];
  /** What other components add while the program runs: networks it joins, and volumes. */
  readonly additions?: {
    readonly networks: pulumi.Output<readonly string[]>;
    readonly mounts: pulumi.Output<readonly VolumeMount[]>;
  };
  /** Seconds after which the look-up of a name has failed, for what must notice soon that a server is gone. Default: ten, Docker's own. */
  readonly resolveSeconds?: number;
  /** Published ports: host port to container port. */
  readonly ports?: readonly {
    readonly external: number;
    readonly internal: number;
    readonly protocol: "tcp" | "udp";
    readonly ip: string;
  }[];
  /** Memory limit in MiB; swap gets nothing on top. */
  readonly memory: number;
  /** CPU limit. */
  readonly cpus: number;
  /** Size of /dev/shm in MiB. */
  readonly shm?: number;
  readonly health?: HealthSpec;
  /** Capabilities added back after all were dropped. */
  readonly capabilities?: readonly string[];
  /** Signal that asks the process to stop. Default: SIGTERM. */
  readonly stopSignal?: string;
  /** Seconds between the stop signal and SIGKILL. Default: 10. */
  readonly stopSeconds?: number;
  /** Files written into the container before it starts. Their presence makes the root writable: Docker refuses uploads otherwise. */
  readonly uploads?: readonly { readonly file: string; readonly content: pulumi.Input<string> }[];
  /** Labels besides those of every container; a content hash here restarts the container when its files change. */
  readonly labels?: Readonly<Record<string, pulumi.Input<string>>>;
}

/** When a container counts as healthy. Times in seconds. */
export interface HealthSpec {
  readonly command: readonly string[];
  readonly interval: number;
  readonly timeout: number;
  readonly retries: number;
  /** Time after the start in which failures do not count. */
  readonly start: number;
}

/** A server: restarted when it ends; `up` waits until it is healthy. */
export function server(
  name: string,
  target: ComposeTarget,
  spec: ContainerSpec,
  opts: pulumi.CustomResourceOptions,
): Container {
  const health = spec.health;
  return new Container(
    name,
    {
      ...base(target, spec),
      restart: "unless-stopped",
      mustRun: true,
      attach: false,
      logs: false,
      wait: health !== undefined,
      ...(health === undefined
        ? {}
        : { waitTimeout: Math.max(120, health.start + health.interval * (health.retries + 2)) }),
    },
    asReplaced(opts),
  );
}

/** A container that does one thing and ends; `up` waits for its end. Read {@link ended} to be sure it went well. */
export function oneShot(
  name: string,
  target: ComposeTarget,
  spec: ContainerSpec,
  opts: pulumi.CustomResourceOptions,
): Container {
  return new Container(
    name,
    { ...base(target, spec), restart: "no", mustRun: false, attach: true, logs: true, wait: false },
    // What a one-shot prints would stand in the state in clear.
    { ...asReplaced(opts), additionalSecretOutputs: ["containerLogs"] },
  );
}

/** The provider says "updated" for these and leaves the container as it was. */
function asReplaced(opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  return { ...opts, replaceOnChanges: ["healthcheck", "init", "tmpfs"], deleteBeforeReplace: true };
}

function base(target: ComposeTarget, spec: ContainerSpec): ContainerArgs {
  const labels: Record<string, pulumi.Input<string>> = {
    "com.docker.compose.config-hash": "pulumi",
    "com.docker.compose.container-number": "1",
    "com.docker.compose.oneoff": "False",
    "com.docker.compose.project": target.prefix,
    "com.docker.compose.project.config_files": "pulumi",
    "com.docker.compose.service": spec.service,
    ...spec.labels,
  };
  return {
    name: physicalName("docker", target.prefix, spec.service),
    image: spec.image,
    ...(spec.entrypoint === undefined ? {} : { entrypoints: [...spec.entrypoint] }),
    ...(spec.command === undefined ? {} : { command: [...spec.command] }),
    user: spec.user,
    envs: environment(spec.environment ?? {}),
    readOnly: spec.uploads === undefined,
    init: true,
    capabilities: {
      drops: ["ALL"],
      ...(spec.capabilities === undefined ? {} : { adds: spec.capabilities.map((each) => `CAP_${each}`) }),
    },
    securityOpts: ["no-new-privileges:true"],
    tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=64m,mode=1777", ...spec.tmpfs },
    mounts: mounts(spec),
    networkMode: spec.attachments === undefined || spec.attachments.length === 0 ? "none" : "bridge",
    networksAdvanced: networks(spec),
    ...(spec.resolveSeconds === undefined ? {} : { dnsOpts: ["attempts:1", `timeout:${spec.resolveSeconds}`] }),
    ...(spec.ports === undefined ? {} : { ports: spec.ports.map((each) => ({ ...each })) }),
    ...(spec.uploads === undefined ? {} : { uploads: spec.uploads.map((each) => ({ ...each })) }),
    memory: spec.memory,
    memorySwap: spec.memory,
    // The daemon reads these back in one form only; any other is a difference for ever.
    cpus: Number.isInteger(spec.cpus) ? spec.cpus.toFixed(1) : String(spec.cpus),
    shmSize: spec.shm ?? 64,
    ipcMode: "private",
    logDriver: "json-file",
    logOpts: { "max-file": "5", "max-size": "10m" },
    stopSignal: spec.stopSignal ?? "SIGTERM",
    stopTimeout: spec.stopSeconds ?? 10,
    destroyGraceSeconds: spec.stopSeconds ?? 10,
    ...(spec.health === undefined ? {} : { healthcheck: healthcheck(spec.health) }),
    labels: Object.entries(labels)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([label, value]) => ({ label, value })),
  };
}

function mounts(spec: ContainerSpec): ContainerArgs["mounts"] {
  const own = [...(spec.mounts ?? []).map(volumeMount), ...(spec.hostPaths ?? []).map(hostMount)];
  return spec.additions?.mounts.apply((more) => [...own, ...more.map(volumeMount)]) ?? own;
}

function networks(spec: ContainerSpec): ContainerArgs["networksAdvanced"] {
  const sorted = (attachments: readonly Attachment[]) =>
    [...attachments]
      .sort((a, b) => a.network.localeCompare(b.network))
      .map((each) => ({ name: each.network, aliases: [...(each.aliases ?? [])].sort() }));
  const own = spec.attachments ?? [];
  return (
    spec.additions?.networks.apply((more) => sorted([...own, ...more.map((network) => ({ network }))])) ?? sorted(own)
  );
}

function environment(values: Readonly<Record<string, pulumi.Input<string>>>): pulumi.Input<string>[] {
  return Object.entries(values)
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([name, value]) => (typeof value === "string" ? `${name}=${value}` : pulumi.interpolate`${name}=${value}`));
}

function volumeMount(mount: VolumeMount): input.ContainerMount {
  return { type: "volume", source: mount.volume, target: mount.target, readOnly: mount.readOnly };
}

function hostMount(path: HostPath): input.ContainerMount {
  // Without a propagation Docker takes rslave for its own data folder and what holds it, where the host can: later mounts are seen then.
  return { type: "bind", source: path.source, target: path.target, readOnly: true };
}

function healthcheck(health: HealthSpec): input.ContainerHealthcheck {
  return {
    tests: [...health.command],
    interval: goDuration(health.interval),
    timeout: goDuration(health.timeout),
    retries: health.retries,
    startPeriod: goDuration(health.start),
  };
}

/** Seconds as Go prints them: `90` is `1m30s`. */
function goDuration(total: number): string {
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return `${hours > 0 ? `${hours}h` : ""}${total >= 60 ? `${minutes}m` : ""}${total % 60}s`;
}
