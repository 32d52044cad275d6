import { differences } from "../change/recorder/differences";
import type { Manifest } from "./manifests";

/**
 * Fields that the server gives back otherwise than they were given: the provider compares them with the next plan, so each would be a change in
 * every preview. What the server adds is not looked at, and spellings that mean the same are the same, as for the provider.
 */
export function drift(given: Manifest, live: unknown): string[] {
  const wanted = spelled(given.kind === "Secret" ? encoded(given) : given);
  return differences(wanted, pruned(spelled(live), wanted)).map((each) => each.path);
}

/** What there is of a value where the other has something. */
function pruned(live: unknown, given: unknown): unknown {
  if (Array.isArray(given)) return Array.isArray(live) ? live.map((each, index) => pruned(each, given[index])) : live;
  if (typeof given !== "object" || given === null || typeof live !== "object" || live === null) return live;
  const fields = live as Readonly<Record<string, unknown>>;
  return Object.fromEntries(
    Object.entries(given)
      .filter(([key]) => key in fields)
      .map(([key, each]) => [key, pruned(fields[key], each)]),
  );
}

/** Quantities in bytes and thousandths, without what says nothing: false, an empty text, an empty list. */
function spelled(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(spelled);
  if (typeof value === "string") return quantity(value) ?? value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== false && each !== "" && each !== 0 && !(Array.isArray(each) && each.length === 0))
      .map(([key, each]) => [key, spelled(each)]),
  );
}

const UNITS: Readonly<Record<string, number>> = { m: 0.001, "": 1, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };

function quantity(text: string): string | undefined {
  const [, number, unit = ""] = /^(\d+)(m|Ki|Mi|Gi|Ti)?$/.exec(text) ?? [];
  return number === undefined ? undefined : `${Number(number) * (UNITS[unit] ?? 1)}`;
}

function encoded({ stringData = {}, ...rest }: Manifest): Manifest {
  const data = Object.fromEntries(
    Object.entries(stringData as Readonly<Record<string, string>>).map(([key, value]) => [
      key,
      Buffer.from(value).toString("base64"),
    ]),
  );
  return { ...rest, data } as unknown as Manifest;
}
