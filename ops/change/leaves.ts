import type { RawChange } from "./model";
import { isFields } from "./not-understood";
import { at, differing, joined } from "./values";

/** One value that differs, as it is: not masked, never printed. */
export interface Leaf {
  readonly path: string;
  /** Last name in the path: `days` of `rules[0].expiration.days`. */
  readonly key: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** All single values that a change alters, however coarsely its properties are told. */
export function leavesOf(change: RawChange): Leaf[] {
  const { before, after } = change;
  if (before === undefined || after === undefined) return [];
  const seen = new Set<string>();
  return change.properties.flatMap(({ path }) => {
    if (path.startsWith("options.")) return [];
    return differing(at(before, path), at(after, path), path)
      .flatMap((each) => expanded(each, at(before, each), at(after, each)))
      .filter((leaf) => !seen.has(leaf.path) && seen.add(leaf.path) !== undefined);
  });
}

function expanded(path: string, before: unknown, after: unknown): Leaf[] {
  const whole: Leaf = {
    path,
    key:
      path
        .replace(/\[\d+\]$/, "")
        .split(".")
        .at(-1) ?? path,
    before,
    after,
  };
  const tree = isFields(before) || Array.isArray(before) ? before : after;
  if (typeof tree !== "object" || tree === null) return [whole];
  const keys = Array.isArray(tree) ? tree.map((_, index) => `[${index}]`) : Object.keys(tree);
  const inner = keys.flatMap((key) => {
    const name = key.replace(/^\[|\]$/g, "");
    const of = (side: unknown) =>
      typeof side === "object" && side !== null ? (side as Record<string, unknown>)[name] : undefined;
    return expanded(key.startsWith("[") ? `${path}${key}` : joined(path, key), of(before), of(after));
  });
  return inner.length === 0 ? [whole] : [whole, ...inner];
}
