// Registers what SYSTEM_VARIANT lists, so that a situation is a table and every preview comes from a program that the real engine ran.
import * as pulumi from "@pulumi/pulumi";
import type { Declared } from "../situations/declared";

class Thing extends pulumi.CustomResource {}

class Box extends pulumi.ComponentResource {}

class Provider extends pulumi.ProviderResource {}

const { resources } = JSON.parse(process.env["SYSTEM_VARIANT"] ?? '{"resources":[]}') as {
  readonly resources: readonly Declared[];
};
const made = new Map<string, pulumi.Resource>();

for (const each of resources) {
  const opts: pulumi.CustomResourceOptions = {
    ...(each.parent === undefined ? {} : { parent: get(each.parent) }),
    ...(each.provider === undefined ? {} : { provider: get(each.provider) as Provider }),
    dependsOn: (each.dependsOn ?? []).map(get),
    ...(each.protect === undefined ? {} : { protect: each.protect }),
    ...(each.retainOnDelete === undefined ? {} : { retainOnDelete: each.retainOnDelete }),
    ...(each.aliases === undefined
      ? {}
      : { aliases: each.aliases.map((alias) => ("noParent" in alias ? { parent: pulumi.rootStackResource } : alias)) }),
    ...(each.importId === undefined ? {} : { import: each.importId }),
    ...(each.deleteBeforeReplace === undefined ? {} : { deleteBeforeReplace: each.deleteBeforeReplace }),
  };
  const props = value(each.props ?? {}) as pulumi.Inputs;
  made.set(each.name, resource(each, props, opts));
}

function resource(each: Declared, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions): pulumi.Resource {
  const name = each.logicalName ?? each.name;
  if (each.type.startsWith("bulwark:")) return new Box(each.type, name, props, opts);
  if (each.type.startsWith("pulumi:providers:")) return new Provider(each.type.split(":")[2] ?? "", name, props, opts);
  const outputs = Object.fromEntries((each.outputs ?? []).map((output) => [output, undefined]));
  return new Thing(each.type, name, { ...outputs, ...props }, opts);
}

/** `{ "from": "db", "output": "endpoint" }` stands for an output, `{ "secret": "…" }` for a secret. */
function value(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(value);
  if (typeof given !== "object" || given === null) return given;
  const fields = given as Record<string, unknown>;
  if (typeof fields["from"] === "string" && typeof fields["output"] === "string")
    return (get(fields["from"]) as unknown as Record<string, unknown>)[fields["output"]];
  if ("$secret" in fields) return pulumi.secret(fields["$secret"]);
  return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, value(each)]));
}

function get(name: string): pulumi.Resource {
  const found = made.get(name);
  if (found === undefined) throw new Error(`${name} is not declared yet`);
  return found;
}
