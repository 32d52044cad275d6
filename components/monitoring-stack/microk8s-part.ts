import type * as input from "@pulumi/kubernetes/types/input";
import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword";
import { PASSWORD_LENGTH } from "../core/secrets";
import { ownImage } from "../targets/microk8s/images";
import { HOLDS_NOTHING } from "../targets/microk8s/labels";
import { configuration, type Owner, secret } from "../targets/microk8s/objects";
import { allowBoth, podsOf } from "../targets/microk8s/paths";
import type { Mounted, PodTemplate } from "../targets/microk8s/pod";
import { TOKEN } from "../targets/microk8s/rights";
import { statefulServer } from "../targets/microk8s/stateful";
import { trustMount } from "../targets/microk8s/trust";
import { claim, claimMount } from "../targets/microk8s/volumes";
import type { Part } from "./images";
import type { MonitoringSpec } from "./spec";

/** A part of the stack as a pod: what is the same for all is filled in. */
export interface PartOnCluster {
  /** Name of the service, and its host name in its namespace. */
  readonly service: string;
  readonly part: Part;
  readonly command: readonly string[];
  readonly environment?: PodTemplate["environment"];
  /** Files by folder and name. */
  readonly folders?: Readonly<Record<string, Readonly<Record<string, pulumi.Input<string>>>>>;
  /** Files below `/run/secrets`. */
  readonly secrets?: Readonly<Record<string, pulumi.Input<string>>>;
  /** Folder for data that outlives the pod, and its size in MiB. */
  readonly data?: { readonly path: string; readonly mebibytes: number };
  readonly mounts?: readonly Mounted[];
  readonly ports: Readonly<Record<string, number>>;
  /** Port and path that answer when all is well. */
  readonly health: { readonly port: string; readonly path: string };
  readonly memory: number;
  /** Whether it asks the Kubernetes API. */
  readonly asksCluster?: boolean;
  /** Whether it talks to servers with a certificate of the stack's own CA. */
  readonly trusts?: boolean;
  readonly after?: readonly pulumi.Input<pulumi.Resource>[];
}

/** A part with its files, its volume and its address. */
export function run(owner: Owner, spec: MonitoringSpec, part: PartOnCluster): pulumi.Resource {
  const { service } = part;
  const { target } = owner.network;
  const image = spec.images[part.part];
  const folders = Object.entries(part.folders ?? {}).map(([path, files], index) => {
    const made = configuration(owner, index === 0 ? `${service}-files` : `${service}-files-${index + 1}`, files);
    const mount = { name: `files-${index + 1}`, path, readOnly: true, source: { configMap: { name: made.name } } };
    return { mount, resource: made.resource };
  });
  const hidden =
    part.secrets === undefined ? undefined : secret(owner, `${service}-secrets`, part.secrets, keyOf(part, owner));
  const data =
    part.data === undefined ? undefined : claim(owner, `${service}-data`, part.data.mebibytes, true, HOLDS_NOTHING);
  const probe = {
    httpGet: { ...part.health, scheme: "HTTP" },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  };
  return statefulServer(
    owner,
    service,
    "monitoring",
    {
      name: service,
      image: "own" in image ? ownImage(target, image.own) : image.reference,
      user: image.user,
      ...("own" in image ? { entrypoint: image.entrypoint } : {}),
      command: part.command,
      ...(part.environment === undefined ? {} : { environment: part.environment }),
      mounts: [
        ...(part.data === undefined ? [] : [claimMount("data", part.data.path, `${service}-data`)]),
        ...folders.map((each) => each.mount),
        ...(hidden === undefined ? [] : [secretMount(hidden.name)]),
        ...(part.trusts === true ? [trustMount(owner.network)] : []),
        ...(part.asksCluster === true ? [TOKEN] : []),
        ...(part.mounts ?? []),
      ],
      ports: Object.entries(part.ports).map(([name, port]) => ({ name, port })),
      cpus: 0.5,
      reservedCpus: 0.02,
      memory: part.memory,
      probes: { startup: { ...probe, failureThreshold: 30 }, liveness: probe, readiness: probe },
      stopSeconds: 30,
      priority: owner.network.priorities.service,
    },
    undefined,
    [
      ...folders.map((each) => each.resource),
      ...(hidden === undefined ? [] : [hidden.resource]),
      ...(data === undefined ? [] : [data]),
      ...(part.after ?? []),
    ],
  ).workload;
}

/** Lets one part talk to another, in whichever namespaces the two are. */
export function reach(from: Owner, consumer: string, to: Owner, provider: string, port: number): void {
  allowBoth(from, consumer, provider, {
    from: podsOf(from.component, [consumer]),
    to: podsOf(to.component, [provider]),
    namespace: to.network.namespace,
    port,
  });
}

/** A generated password. */
export function secretOf(owner: Owner, role: string): pulumi.Output<string> {
  return new RandomPassword(
    `${owner.component}-${role}-password`,
    { length: PASSWORD_LENGTH, special: false },
    { parent: owner.parent, provider: owner.network.target.random },
  ).result;
}

/** Addresses of receivers can be short: their hash in an object's name must not tell them. */
function keyOf(part: PartOnCluster, owner: Owner): pulumi.Output<string> {
  return new RandomPassword(
    `${part.service}-fingerprint`,
    { length: PASSWORD_LENGTH, special: false },
    { parent: owner.parent, provider: owner.network.target.random },
  ).result;
}

function secretMount(name: pulumi.Input<string>): Mounted {
  const source: Mounted["source"] = { secret: { secretName: name, defaultMode: 0o440 } };
  return { name: "secrets", path: "/run/secrets", readOnly: true, source };
}

/** Pods of a part, for policies of its own. */
export function podsOfPart(owner: Owner, service: string): input.meta.v1.LabelSelector {
  return podsOf(owner.component, [service]);
}
