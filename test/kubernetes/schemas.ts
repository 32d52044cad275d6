import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "./cluster";

type Schema = Record<string, unknown>;

/**
 * Writes a JSON schema for each kind that the server knows, made from its own OpenAPI documents, under the names that kubeconform looks for:
 * `<folder>/<kind>-<group>-<version>.json`. A field that a schema does not name is an error, unless the kind takes any.
 */
export async function writeSchemas(cluster: Cluster, folder: string): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const paths = await published(cluster);
  let written = 0;
  for (const [path, { serverRelativeURL }] of Object.entries(paths)) {
    if (!/^apis?\/.*v\d/.test(path)) continue;
    const document = await cluster.ask("GET", serverRelativeURL);
    const { schemas = {} } = (document.body["components"] ?? {}) as { schemas?: Record<string, Schema> };
    for (const [name, schema] of Object.entries(schemas)) {
      for (const each of kindsOf(schema)) {
        const file = [each.kind, ...(each.group === "" ? [] : [each.group.split(".")[0]]), each.version]
          .join("-")
          .toLowerCase();
        writeFileSync(join(folder, `${file}.json`), JSON.stringify(standalone(name, schemas)));
        written++;
      }
    }
  }
  return written;
}

type Paths = Readonly<Record<string, { readonly serverRelativeURL: string }>>;

/** The server's documents, those of kinds that were added to it included: they appear a moment later than the kinds. */
async function published(cluster: Cluster): Promise<Paths> {
  for (let tries = 0; ; tries++) {
    const { body } = await cluster.ask("GET", "/openapi/v3");
    const paths = body["paths"] as Paths;
    const missing = ["apis/cert-manager.io/v1", "apis/traefik.io/v1alpha1"].filter((path) => !(path in paths));
    if (missing.length === 0) return paths;
    if (tries === 100) throw new Error(`the server publishes no schema of ${missing.join(", ")}`);
    await sleep(100);
  }
}

interface Kind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

function kindsOf(schema: Schema): readonly Kind[] {
  return (schema["x-kubernetes-group-version-kind"] ?? []) as readonly Kind[];
}

/** One schema with all that it refers to, and nothing else. */
function standalone(name: string, schemas: Readonly<Record<string, Schema>>): Schema {
  const definitions: Record<string, unknown> = {};
  const add = (each: string): void => {
    if (each in definitions) return;
    definitions[each] = true;
    definitions[each] = strict(schemas[each], add);
  };
  add(name);
  return { $schema: "http://json-schema.org/draft-07/schema#", ...(definitions[name] as Schema), definitions };
}

const REFERENCE = "#/components/schemas/";

/** A schema of OpenAPI as JSON schema: objects take only what they name. */
function strict(value: unknown, add: (name: string) => void): unknown {
  if (Array.isArray(value)) return value.map((each) => strict(each, add));
  if (typeof value !== "object" || value === null) return value;
  const schema = value as Schema;
  const result: Schema = {};
  for (const [key, each] of Object.entries(schema)) {
    if (key === "$ref" && typeof each === "string") {
      const name = each.slice(REFERENCE.length);
      add(name);
      result["$ref"] = `#/definitions/${name}`;
    } else if (key !== "default" && !key.startsWith("x-")) {
      result[key] = key === "properties" ? properties(each as Schema, add) : strict(each, add);
    }
  }
  if (schema["x-kubernetes-int-or-string"] === true || schema["format"] === "int-or-string")
    return { oneOf: [{ type: "integer" }, { type: "string" }] };
  const open = schema["x-kubernetes-preserve-unknown-fields"] === true || "additionalProperties" in schema;
  if ("properties" in schema && !open) result["additionalProperties"] = false;
  return result;
}

/** Names of properties are no keywords. */
function properties(each: Schema, add: (name: string) => void): Schema {
  return Object.fromEntries(Object.entries(each).map(([name, schema]) => [name, strict(schema, add)]));
}
