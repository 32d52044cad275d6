import { type GraphResource, type ResourceGraph, SECRET } from "../../policies/graph";
import { packageRoot } from "../package-root";
import type { Recording } from "./program";
import { Hidden, mapStrings } from "./values";

/**
 * The graph as it may be shown: secrets masked, generated values masked even where the program unmarked them, and paths given from the project's
 * folder or from the package, so that the same program gives the same text on every machine.
 */
export function shownGraph(recording: Recording, root: string): ResourceGraph {
  const clean = cleaner(recording.generated, [
    [packageRoot(), "bulwark:"],
    [root, "."],
  ]);
  return {
    resources: recording.resources.map(
      (resource): GraphResource => ({ ...resource, props: masked(resource.props, clean) }),
    ),
  };
}

/** Tells whether a text holds one of the values. */
export function finder(values: readonly string[]): (text: string) => boolean {
  const long = [...new Set(values)].filter((value) => value.length >= 8);
  if (long.length === 0) return () => false;
  const pattern = new RegExp(long.map((value) => value.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|"));
  return (text) => text.length >= 8 && pattern.test(text);
}

function cleaner(
  generated: readonly string[],
  folders: readonly (readonly [string, string])[],
): (text: string) => string {
  const holdsSecret = finder(generated);
  return (text) => {
    if (holdsSecret(text)) return SECRET;
    return folders.reduce(
      (result, [folder, name]) =>
        result === folder ? name : result.startsWith(`${folder}/`) ? `${name}${result.slice(folder.length)}` : result,
      text,
    );
  };
}

function masked(props: Readonly<Record<string, unknown>>, clean: (text: string) => string): Record<string, unknown> {
  return sorted(JSON.parse(JSON.stringify(mapStrings(props, clean)))) as Record<string, unknown>;
}

/** A copy with the keys of all objects in order: the order of a program's object literals is no difference. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null || value instanceof Hidden) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}
