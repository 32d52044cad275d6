import { randomBytes } from "node:crypto";
import { changedKeys, clear, isUnknown, type Properties } from "./wire";
import type { Kind, Orders, World, WorldObject } from "./world";

/** What the provider gives back for a creation, and what it did to the host. */
export interface Made {
  readonly id: string;
  readonly outs: Properties;
  readonly changes: World;
  /** What went wrong with an object that is there all the same. */
  readonly failed?: Error;
}

/** Inputs of a container that are changed in place, really or (healthcheck, init, tmpfs…) only by name. */
const IN_PLACE = new Set([
  ...["memory", "memorySwap", "memoryReservation", "cpuShares", "cpuSet", "restart", "maxRetryCount"],
  ...["destroyGraceSeconds", "wait", "waitTimeout", "mustRun", "attach", "logs"],
  ...["healthcheck", "tmpfs", "init", "rm", "cpuPeriod", "cpuQuota"],
]);

/** Inputs of a container that the provider fills in when the program does not: it sees no difference when they are left out or unknown. */
const FILLED_IN = new Set([
  ...[
    "healthcheck",
    "labels",
    "envs",
    "entrypoints",
    "init",
    "hostname",
    "ipcMode",
    "shmSize",
    "runtime",
    "stopSignal",
  ],
  ...["stopTimeout", "exitCode", "containerLogs", "bridge", "securityOpts", "logDriver"],
]);

const MADE_UP = new Set(["exitCode", "containerLogs", "imageId", "mountpoint", "scope", "repoDigest"]);

/** Creates an object as Docker would: container and network names are taken once, an existing volume or image is given back. */
export function createDocker(kind: Kind, inputs: Properties, world: World, orders: Orders): Made {
  const plain = clear(inputs) as Properties;
  const name = String(plain["name"]);
  const same = world.objects.find((each) => each.kind === kind && each.name === name);
  if (same !== undefined && (kind === "container" || kind === "network")) {
    throw new Error(
      kind === "container"
        ? `Conflict. The container name "/${name}" is already in use by container "${same.id}". You have to remove (or rename) that container to be able to reuse that name.`
        : `network with name ${name} already exists`,
    );
  }
  const id = kind === "volume" ? name : (same?.id ?? randomBytes(16).toString("hex"));
  const { uploads: _, ...kept } = plain;
  const made: WorldObject = { kind, name, id, inputs: kept };
  const implicit = kind === "container" ? mountedButMissing(plain, world) : [];
  return {
    id,
    outs: { ...inputs, ...computed(kind, name, plain, orders) },
    changes: {
      objects: [...world.objects.filter((each) => each !== same), same ?? made, ...implicit],
      journal: [
        ...world.journal,
        ...implicit.map((each) => ({ action: "implicit" as const, kind: each.kind, name: each.name })),
        { action: same === undefined ? "create" : "adopt", kind, name },
      ],
      secrets: world.secrets,
    },
  };
}

/** Removes an object as Docker would: what is in use stays, what is not there is an error. */
export function deleteDocker(kind: Kind, id: string, name: string, props: Properties, world: World): World {
  const found = world.objects.find((each) => each.kind === kind && each.name === name && each.id === id);
  if (found === undefined) return { ...world, journal: [...world.journal, { action: "delete-missing", kind, name }] };
  if (kind === "image" && clear(props["keepLocally"]) === true) return world;
  const user = world.objects.find((each) => each.kind === "container" && uses(each, kind, name));
  if (user !== undefined) throw new Error(`${kind} ${name} is in use by container ${user.name}`);
  return {
    objects: world.objects.filter((each) => each !== found),
    journal: [...world.journal, { action: "delete", kind, name }],
    secrets: world.secrets,
  };
}

/** Which inputs changed, and which of them ask for a replacement: all of them for everything but containers. */
export function diffDocker(kind: Kind, olds: Properties, news: Properties) {
  const forgets = (key: string) => MADE_UP.has(key) || (kind === "container" && FILLED_IN.has(key));
  const keys = changedKeys(olds, news, forgets).filter(
    (key) => !(kind === "container" && FILLED_IN.has(key) && isUnknown(news[key])),
  );
  const replaces = keys.filter((key) => kind !== "container" || !IN_PLACE.has(key));
  return { changes: keys.length > 0, replaces, deleteBeforeReplace: kind === "container" };
}

function computed(kind: Kind, name: string, inputs: Properties, orders: Orders): Properties {
  switch (kind) {
    case "container":
      return inputs["attach"] === true
        ? { exitCode: orders.exitCodes?.[name] ?? 0, containerLogs: `output of ${name}` }
        : {};
    case "volume":
      return { mountpoint: `/var/lib/docker/volumes/${name}/_data` };
    case "image":
      return { imageId: `sha256:${name}` };
    default:
      return {};
  }
}

function mountedButMissing(inputs: Properties, world: World): WorldObject[] {
  const missing = networksOf(inputs).filter((name) => !exists(world, "network", name));
  if (missing.length > 0) throw new Error(`network ${missing.join(", ")} not found`);
  return volumesOf(inputs)
    .filter((name) => !exists(world, "volume", name))
    .map((name) => ({ kind: "volume", name, id: name, inputs: {} }));
}

function exists(world: World, kind: Kind, name: string): boolean {
  return world.objects.some((each) => each.kind === kind && each.name === name);
}

function uses(container: WorldObject, kind: Kind, name: string): boolean {
  return (
    (kind === "network" && networksOf(container.inputs).includes(name)) ||
    (kind === "volume" && volumesOf(container.inputs).includes(name))
  );
}

function networksOf(inputs: Readonly<Properties>): string[] {
  return ((inputs["networksAdvanced"] ?? []) as { readonly name: string }[]).map((each) => each.name);
}

function volumesOf(inputs: Readonly<Properties>): string[] {
  return ((inputs["mounts"] ?? []) as { readonly source: string }[]).map((each) => each.source);
}
