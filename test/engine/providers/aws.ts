import { awsOutputs } from "../../../ops/plan/outputs";
import { changedKeys, clear, type Properties } from "./wire";
import type { World, WorldObject } from "./world";

/** Addresses that AWS gives to a resource, as a plan writes them. */
export function madeUp(urn: string): Properties {
  const type = urn.split("::")[2]?.split("$").pop() ?? "";
  return awsOutputs(type, nameOf(urn)) as Properties;
}

/** A resource of AWS: whatever it is, it is there afterwards, with its inputs and its addresses. */
export function createAws(urn: string, inputs: Properties, world: World) {
  const made: WorldObject = { kind: "aws", name: urn, id: `id-of-${nameOf(urn)}`, inputs: clear(inputs) as Properties };
  const changes: World = {
    ...world,
    objects: [...world.objects, made],
    journal: [...world.journal, { action: "create", kind: "aws", name: urn }],
  };
  return { id: made.id, outs: { ...madeUp(urn), ...inputs }, changes };
}

/** Every input can be changed in place but the ones of a call, which is made again. */
export function diffAws(urn: string, olds: Properties, news: Properties) {
  const addresses = new Set(Object.keys(madeUp(urn)));
  const changed = changedKeys(olds, news, (key) => addresses.has(key) && news[key] === undefined);
  return { replaces: urn.includes("lambda/invocation:") ? changed : [], changes: changed.length > 0 };
}

function nameOf(urn: string): string {
  return urn.split("::").at(-1) ?? urn;
}
