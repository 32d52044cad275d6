import type { RawChange } from "./model";
import { same } from "./values";

/** More than this many candidates of one kind are compared by their fingerprints alone. */
const COMPARED = 50;

/** Deletions and creations that look like one resource under another name, both ways, by URN. */
export function renames(changes: readonly RawChange[]): ReadonlyMap<string, string> {
  const pairs = new Map<string, string>();
  const deleted = byType(changes, "delete");
  const created = byType(changes, "create");
  for (const [type, gone] of deleted) {
    const candidates = created.get(type);
    if (candidates === undefined) continue;
    const free = new Map<string, RawChange[]>();
    for (const each of candidates)
      for (const key of [each.name, fingerprint(each.after)]) free.set(key, [...(free.get(key) ?? []), each]);
    const take = (each: RawChange, found: RawChange | undefined) => {
      if (found === undefined) return;
      pairs.set(each.urn, found.urn);
      pairs.set(found.urn, each.urn);
    };
    const open = (list: readonly RawChange[] | undefined) => list?.find(({ urn }) => !pairs.has(urn));
    for (const each of gone) take(each, open(free.get(each.name)) ?? open(free.get(fingerprint(each.before))));
    if (gone.length > COMPARED || candidates.length > COMPARED) continue;
    for (const each of gone)
      if (!pairs.has(each.urn))
        take(
          each,
          candidates.find((other) => !pairs.has(other.urn) && near(each.before, other.after)),
        );
  }
  return pairs;
}

function byType(changes: readonly RawChange[], operation: "delete" | "create"): Map<string, RawChange[]> {
  const found = new Map<string, RawChange[]>();
  for (const change of changes) {
    if (change.operation !== operation || change.type.startsWith("pulumi:providers:")) continue;
    const list = found.get(change.type);
    if (list === undefined) found.set(change.type, [change]);
    else list.push(change);
  }
  return found;
}

/** Inputs without those that hold the name. */
function fingerprint(inputs: object | undefined): string {
  return `\0${JSON.stringify(
    Object.entries(inputs ?? {})
      .filter(([key]) => !isName(key))
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )}`;
}

/** Whether most inputs are equal, names aside. */
function near(a: object | undefined, b: object | undefined): boolean {
  const [one, other] = [a ?? {}, b ?? {}] as [Record<string, unknown>, Record<string, unknown>];
  const keys = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter((key) => !isName(key));
  if (keys.length === 0) return false;
  const equal = keys.filter((key) => same(one[key], other[key])).length;
  return equal / keys.length >= 0.7;
}

function isName(key: string): boolean {
  return /^(name|namePrefix|bucket|identifier|hostname|metadata)$/.test(key);
}
