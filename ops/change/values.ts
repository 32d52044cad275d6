import { UNKNOWN } from "../../policies/graph";
import { UNKNOWNS } from "../../policies/sources/document";
import { isFields } from "./not-understood";

const SENTINELS: ReadonlySet<unknown> = new Set([UNKNOWN, ...UNKNOWNS]);

/** Whether a value is only known after the update. */
export function isUnknown(value: unknown): boolean {
  return typeof value === "string" && (value.length === 36 || value.length === UNKNOWN.length) && SENTINELS.has(value);
}

/** A value with `"[unknown]"` wherever only the update knows it; the value itself where nothing is unknown. */
export function named<T>(value: T, path: string, found: string[]): T {
  return replaced(value, path, found) as T;
}

function replaced(value: unknown, path: string, found: string[]): unknown {
  if (typeof value === "string") {
    if (!isUnknown(value)) return value;
    found.push(path);
    return UNKNOWN;
  }
  if (typeof value !== "object" || value === null) return value;
  const before = found.length;
  if (Array.isArray(value)) {
    const items = value.map((each, index) => (isLeaf(each) ? each : replaced(each, `${path}[${index}]`, found)));
    return found.length === before ? value : items;
  }
  let copy: Record<string, unknown> | undefined;
  for (const key in value) {
    const each = (value as Record<string, unknown>)[key];
    if (isLeaf(each)) continue;
    const count = found.length;
    const known = replaced(each, joined(path, key), found);
    if (found.length === count) continue;
    copy ??= { ...(value as Record<string, unknown>) };
    copy[key] = known;
  }
  return copy ?? value;
}

/** Whether a value is nothing that could be unknown or hold it. */
function isLeaf(value: unknown): boolean {
  return typeof value === "string" ? !isUnknown(value) : typeof value !== "object" || value === null;
}

/** A path and one more step. */
export function joined(path: string, key: string): string {
  const step = /^[\w$-]+$/.test(key) ? key : `["${key}"]`;
  return path === "" ? step : step.startsWith("[") ? `${path}${step}` : `${path}.${step}`;
}

/** The same paths come again and again in one preview. */
const known = new Map<string, readonly string[]>();

/** The steps of a path as the engine writes it: `a.b[0]["c.d"]`. */
export function stepsOf(path: string): readonly string[] {
  const found = known.get(path);
  if (found !== undefined) return found;
  const steps = [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain ?? "",
  );
  if (known.size < 10_000) known.set(path, steps);
  return steps;
}

/** The value at a path; nothing where there is none. */
export function at(value: unknown, path: string): unknown {
  let current = value;
  for (const step of stepsOf(path)) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, step)) return undefined;
    current = (current as Record<string, unknown>)[step];
  }
  return current;
}

/** Whether two values are the same, whatever the order of keys. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  if (!isFields(a) || !isFields(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]));
}

/** The paths of all leaves that differ. */
export function differing(before: unknown, after: unknown, path = ""): string[] {
  if (same(before, after)) return [];
  if (isFields(before) && isFields(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...keys]
      .filter((key) => !key.startsWith("__"))
      .sort()
      .flatMap((key) => differing(before[key], after[key], joined(path, key)));
  }
  if (Array.isArray(before) && Array.isArray(after) && before.length === after.length)
    return before.flatMap((each, index) => differing(each, after[index], `${path}[${index}]`));
  return [path];
}
