import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parse, YAMLError } from "yaml";
import { nearest } from "../components/core/suggest";
import { CommandError } from "./exit";

/** Stands for a configuration value that only the state backend's key can decrypt. */
export const LOCKED = "[secret]";

/** A stack of a Pulumi project, as its files describe it. */
export interface StackFiles {
  /** Folder of `Pulumi.yaml`. */
  readonly root: string;
  readonly project: string;
  readonly stack: string;
  /** Absolute path of the program. */
  readonly program: string;
  /** Configuration by `namespace:key`; lists and objects as JSON, as Pulumi hands them over. */
  readonly config: Readonly<Record<string, string>>;
  /** Keys whose values are encrypted. They hold {@link LOCKED} in {@link config}. */
  readonly secretKeys: readonly string[];
}

/** Reads `Pulumi.yaml` and `Pulumi.<stack>.yaml` of a folder. Throws a {@link CommandError} that says what is missing. */
export function readStack(root: string, stack: string): StackFiles {
  const project = mapping(join(root, "Pulumi.yaml"), root, "Run this in the folder of a Pulumi project, or say --cwd.");
  const name = project["name"];
  if (typeof name !== "string") throw new CommandError("Pulumi.yaml has no name.");
  const file = join(root, `Pulumi.${stack}.yaml`);
  if (!/^[\w.-]+$/.test(stack) || !existsSync(file)) throw new CommandError(unknownStack(root, stack));
  const own = mapping(file, root, "");
  const config = new Map<string, string>();
  const secretKeys: string[] = [];
  for (const [key, value] of Object.entries(record(project["config"]))) {
    const given = defaultOf(value);
    if (given !== undefined) config.set(qualified(key, name), asText(given));
  }
  for (const [key, value] of Object.entries(record(own["config"]))) {
    const whole = qualified(key, name);
    const open = unlocked(value);
    if (open.locked) secretKeys.push(whole);
    config.set(whole, asText(open.value));
  }
  const main = project["main"];
  return {
    root,
    project: name,
    stack,
    program: join(root, typeof main === "string" ? main : "."),
    config: Object.fromEntries(config),
    secretKeys,
  };
}

/** Names of the stacks that a folder has files for. */
export function stacksOf(root: string): string[] {
  return readdirSync(root)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function unknownStack(root: string, stack: string): string {
  const known = stacksOf(root);
  const meant = nearest(stack, known);
  return [
    `There is no stack "${stack}" here: Pulumi.${stack}.yaml is missing.`,
    ...(meant === undefined ? [] : [`Did you mean "${meant}"?`]),
    known.length === 0 ? "This folder has no stack at all." : `Stacks: ${known.join(", ")}.`,
  ].join(" ");
}

function mapping(file: string, root: string, hint: string): Record<string, unknown> {
  const shown = relative(root, file);
  if (!existsSync(file)) throw new CommandError(`${shown} is not there. ${hint}`.trim());
  try {
    return record(parse(readFileSync(file, "utf8")));
  } catch (error) {
    if (error instanceof YAMLError) throw new CommandError(`${shown} is not YAML: ${error.message.split("\n")[0]}`);
    throw error;
  }
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}

function qualified(key: string, project: string): string {
  return key.includes(":") ? key : `${project}:${key}`;
}

/** A project's entry is the value itself, or an object with `value` or `default`. */
function defaultOf(entry: unknown): unknown {
  const fields = record(entry);
  if ("value" in fields) return fields["value"];
  if ("default" in fields) return fields["default"];
  return "type" in fields || "secret" in fields ? undefined : entry;
}

function unlocked(value: unknown): { readonly value: unknown; readonly locked: boolean } {
  if (Array.isArray(value)) {
    const items = value.map(unlocked);
    return { value: items.map((item) => item.value), locked: items.some((item) => item.locked) };
  }
  if (typeof value !== "object" || value === null) return { value, locked: false };
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === "secure") return { value: LOCKED, locked: true };
  const opened = entries.map(([key, each]) => [key, unlocked(each)] as const);
  return {
    value: Object.fromEntries(opened.map(([key, each]) => [key, each.value])),
    locked: opened.some(([, each]) => each.locked),
  };
}

function asText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
