import { differences, replaces } from "../../change/recorder/differences";
import type { Made } from "./docker";
import { clear, type Properties } from "./wire";
import type { Orders, World, WorldObject } from "./world";

/** A Kubernetes object, as far as the stand-in reads it. */
interface Manifest {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly annotations?: Readonly<Record<string, string>>;
  };
}

/** `Kind namespace/name`. */
export function nameOfObject(properties: Properties): string {
  const { kind, metadata } = clear(properties) as Manifest;
  return `${kind} ${metadata.namespace === undefined ? "" : `${metadata.namespace}/`}${metadata.name}`;
}

/** Applies an object that is not there yet; one that is there already is only taken over when the operator asked for it. */
export function createObject(inputs: Properties, world: World, orders: Orders): Made {
  const name = nameOfObject(inputs);
  const there = find(world, name);
  if (there !== undefined && orders.upsert !== true) throw new Error(`${name} already exists`);
  const fails = orders.failingJobs !== undefined && name.startsWith(`Job ${orders.failingJobs}`);
  const plain = clear(inputs) as Properties;
  const made: WorldObject = {
    kind: "object",
    name,
    id: name,
    inputs: fails ? { ...plain, status: { failed: 1 } } : plain,
  };
  const action = there === undefined ? "create" : "adopt";
  const changes: World = {
    ...world,
    objects: [...world.objects.filter((each) => each !== there), made],
    journal: [...world.journal, { action, kind: "object", name }],
  };
  return { id: name, outs: inputs, changes, ...(fails ? { failed: failure(name, inputs) } : {}) };
}

/** Applies a change of an object; refuses what the API server refuses, where the volumes' class makes none larger. */
export function updateObject(inputs: Properties, world: World): Pick<Made, "changes" | "failed"> {
  const name = nameOfObject(inputs);
  const before = find(world, name);
  if (before === undefined) throw new Error(`${name} not found`);
  const { status, ...was } = before.inputs;
  const now = clear(inputs) as Properties;
  const resized = differences(was, now).some((each) => each.path.startsWith("spec.resources"));
  if (name.startsWith("PersistentVolumeClaim ") && resized)
    throw new Error(`${name} is forbidden: it cannot be resized`);
  const changes: World = {
    ...world,
    objects: world.objects.map((each) =>
      each === before ? { ...each, inputs: status === undefined ? now : { ...now, status } } : each,
    ),
    journal: [...world.journal, { action: "update", kind: "object", name }],
  };
  return { changes, ...(status === undefined ? {} : { failed: failure(name, inputs) }) };
}

/** Removes an object; one that is gone already is no error. */
export function deleteObject(id: string, world: World): World {
  const action = find(world, id) === undefined ? "delete-missing" : "delete";
  return {
    ...world,
    objects: world.objects.filter((each) => each.kind !== "object" || each.id !== id),
    journal: [...world.journal, { action, kind: "object", name: id }],
  };
}

/**
 * Which changes the real provider makes by a replacement, and whether the old object has to go first: where both have one name. A Job that has
 * failed is replaced where its annotation asks for it.
 */
export function diffObject(type: string, olds: Properties, news: Properties, world: World) {
  const [before, now] = [clear(olds) as Properties, clear(news) as Properties];
  const found = differences(before, now);
  const sealed = (path: string) => before["immutable"] === true && /^(data|stringData|binaryData)\b/.test(path);
  const forcing = found.map((each) => each.path).filter((path) => replaces(type, path) || sealed(path));
  const { annotations } = (now as unknown as Manifest).metadata;
  const failed = find(world, nameOfObject(before))?.inputs["status"] !== undefined;
  if (failed && annotations?.["pulumi.com/replaceUnready"] === "true") forcing.push("metadata.annotations");
  return {
    changes: found.length + forcing.length > 0,
    replaces: forcing,
    deleteBeforeReplace: forcing.length > 0 && nameOfObject(before) === nameOfObject(now),
  };
}

function find(world: World, name: string): WorldObject | undefined {
  return world.objects.find((each) => each.kind === "object" && each.name === name);
}

/** What the provider says of an object that is there and does not work. */
function failure(name: string, properties: Properties): Error {
  const reason = `${name} was not successfully created: the Job has failed`;
  return Object.assign(new Error(reason), { id: name, properties, reasons: [reason] });
}
