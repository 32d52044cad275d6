import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import type { Monitoring } from "../core/monitorable";
import { PASSWORD_LENGTH } from "../core/secrets";
import { type CarriedFile, carry } from "../targets/compose/carrier";
import { trustMount } from "../targets/compose/certificate";
import {
  type Attachment,
  type ContainerSpec,
  type HostPath,
  server,
  type VolumeMount,
} from "../targets/compose/hardened";
import { volume } from "../targets/compose/stores";
import type { ComposeNetwork } from "../targets/network";
import type { Part } from "./images";
import type { MonitoringSpec } from "./spec";

/** What the parts of one monitoring stack share. */
export interface Shared {
  readonly name: string;
  readonly spec: MonitoringSpec;
  readonly network: ComposeNetwork;
  readonly parent: pulumi.Resource;
  /** Network of the parts among themselves. */
  readonly hub: { readonly name: string; readonly resource: pulumi.Resource };
}

/** A part of the stack as a container: what is the same for all is filled in. */
export interface PartSpec {
  /** Name of the service, and its host name on the hub. */
  readonly service: string;
  readonly part: Part;
  readonly command: readonly string[];
  readonly files?: readonly CarriedFile[];
  readonly environment?: ContainerSpec["environment"];
  /** Folder for data that outlives the container. */
  readonly data?: string;
  readonly attachments?: readonly Attachment[];
  readonly memory: number;
  /** What tells that it works: an address, asked with the image's wget, or a command. */
  readonly health: string | readonly string[];
  /** What an agent reads of the host. */
  readonly hostPaths?: readonly HostPath[];
  /** Volumes besides that of `data`. */
  readonly mounts?: readonly VolumeMount[];
  /** Seconds after which the look-up of a name has failed. */
  readonly resolveSeconds?: number;
  /** User in the place of the image's. */
  readonly user?: string;
  /** Whether it talks to servers with a certificate of the stack's own CA. */
  readonly trusts?: boolean;
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
}

/** A container of the stack, with its files and its volume. */
export function run(shared: Shared, part: PartSpec): pulumi.Resource {
  const { network, parent, hub, spec } = shared;
  const image = spec.images[part.part];
  const files =
    part.files === undefined
      ? { mounts: [], labels: {}, after: [] }
      : carry(part.service, network, part.files, { parent });
  const data =
    part.data === undefined ? undefined : volume(`${part.service}-data`, network.target, { parent, holdsData: true });
  return server(
    part.service,
    network.target,
    {
      service: part.service,
      image: "own" in image ? network.target.image(image.own) : image.reference,
      ...("own" in image ? { entrypoint: image.entrypoint } : {}),
      user: part.user ?? image.user,
      command: part.command,
      ...(part.environment === undefined ? {} : { environment: part.environment }),
      attachments: [{ network: hub.name, aliases: [part.service] }, ...(part.attachments ?? [])],
      mounts: [
        ...(data === undefined || part.data === undefined
          ? []
          : [{ volume: data.name, target: part.data, readOnly: false }]),
        ...(part.trusts === true ? [trustMount(network)] : []),
        ...(part.mounts ?? []),
        ...files.mounts,
      ],
      ...(part.resolveSeconds === undefined ? {} : { resolveSeconds: part.resolveSeconds }),
      ...(part.hostPaths === undefined ? {} : { hostPaths: part.hostPaths }),
      memory: part.memory,
      cpus: 0.5,
      stopSeconds: 30,
      health: {
        command: typeof part.health === "string" ? ["CMD", "wget", "-q", "-O", "/dev/null", part.health] : part.health,
        interval: 10,
        timeout: 5,
        retries: 6,
        start: 60,
      },
      labels: files.labels,
    },
    {
      parent,
      dependsOn: [
        hub.resource,
        ...network.ready,
        ...(data === undefined ? [] : [data.resource]),
        ...files.after,
        ...(part.after ?? []),
      ],
    },
  );
}

/** A generated password. */
export function secretOf(shared: Shared, role: string): RandomPassword {
  return new RandomPassword(
    `${shared.name}-${role}-password`,
    { length: PASSWORD_LENGTH, special: false },
    { parent: shared.parent, provider: shared.network.target.random },
  );
}

/** Networks on which what is watched is reached, each once. */
export function networksOf(watched: readonly Monitoring[]): readonly string[] {
  const paths = watched.flatMap((each) => each.paths ?? []);
  return [...new Set(paths.flatMap((path) => (path.kind === "compose" ? [path.network] : [])))];
}
