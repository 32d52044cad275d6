import { type GraphResource, type ResourceGraph, SECRET, UNKNOWN } from "../graph";
import { InputError } from "./input-error";

type Json = Readonly<Record<string, unknown>>;

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SIGNATURES = {
  secret: "1b47061264138c4ac30d75fd1eb44270",
  asset: "c44067f5952c0a294b673a41bacd8c17",
  archive: "0def7320c3a5731c473e5ecbe6d01bc7",
  output: "d0e6a833031e9bbcd3f4e8bde6ca49a4",
  resource: "5cf8f73096256a8f31e491e813e4eb8e",
};
/** How the engine writes values that only the update knows, by kind of value. */
export const UNKNOWNS: readonly unknown[] = [
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
];

/** A map, or the error that the file is not what it should be. */
export function mapOf(value: unknown, where: string): Json {
  if (isMap(value)) return value;
  throw new InputError(`${where} is not an object`);
}

/** A list, or the error that the file is not what it should be. */
export function listOf(value: unknown, where: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new InputError(`${where} is not a list`);
}

/** A resource as state files and previews write it, with the markers of the graph in place of the engine's own. */
export function resourceOf(given: unknown, where: string): GraphResource {
  const state = mapOf(given, where);
  const { urn, type } = state;
  if (typeof urn !== "string" || typeof type !== "string") throw new InputError(`${where} has no urn or no type`);
  const properties = isMap(state["propertyDependencies"]) ? state["propertyDependencies"] : {};
  const parent = textOf(state["parent"]);
  const provider = textOf(state["provider"]);
  const inputs = state["inputs"] ?? state["props"] ?? {};
  return {
    urn,
    type,
    name: textOf(state["name"]) ?? urn.split("::").slice(3).join("::"),
    ...(parent === undefined || parent.includes("::pulumi:pulumi:Stack::") ? {} : { parent }),
    custom: state["custom"] !== false,
    ...(provider === undefined ? {} : { provider }),
    protect: state["protect"] === true,
    props: mapOf(marked(inputs), `${where}.inputs`),
    dependencies: textsOf(state["dependencies"]),
    propertyDependencies: Object.fromEntries(Object.entries(properties).map(([key, urns]) => [key, textsOf(urns)])),
  };
}

/** The graph of resources, sorted by URN; the stack itself is no resource. Of two with one URN, the last one counts. */
export function graphOf(resources: readonly GraphResource[]): ResourceGraph {
  const byUrn = new Map(resources.map((each) => [each.urn, each]));
  return {
    resources: [...byUrn.values()]
      .filter((each) => each.type !== "pulumi:pulumi:Stack")
      .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
  };
}

/** Replaces the engine's ways of writing secrets, unknown values, assets and references. */
export function marked(value: unknown): unknown {
  if (typeof value === "string") return UNKNOWNS.includes(value) ? UNKNOWN : value;
  if (Array.isArray(value)) return value.map(marked);
  if (!isMap(value)) return value;
  switch (value[SIGNATURE]) {
    case undefined:
      return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, marked(each)]));
    case SIGNATURES.secret:
      return SECRET;
    case SIGNATURES.output:
      if (value["secret"] === true) return SECRET;
      return "value" in value ? marked(value["value"]) : UNKNOWN;
    case SIGNATURES.asset:
      return typeof value["text"] === "string" ? value["text"] : "[asset]";
    case SIGNATURES.archive:
      return "[archive]";
    case SIGNATURES.resource:
      return marked(value["id"] ?? value["urn"]);
    default:
      return UNKNOWN;
  }
}

function isMap(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === "string") : [];
}
