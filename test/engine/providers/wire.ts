/** Inputs and outputs of a resource as they come over the wire. */
export type Properties = Record<string, unknown>;

/** Stands for a value that is not known yet. */
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Whether the whole value is not known yet. */
export function isUnknown(value: unknown): boolean {
  return clear(value) === UNKNOWN;
}

/** The value without its secret wrappers. */
export function clear(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clear);
  if (typeof value !== "object" || value === null) return value;
  const properties = value as Properties;
  if (properties[SIGNATURE] === SECRET) return clear(properties["value"]);
  return Object.fromEntries(Object.entries(properties).map(([key, each]) => [key, clear(each)]));
}

/** Keys whose value differs between two sets of properties; one that is only in `olds` counts when `forgets` does not name it. */
export function changedKeys(olds: Properties, news: Properties, forgets: (key: string) => boolean): string[] {
  const gone = Object.keys(olds).filter((key) => !(key in news) && !forgets(key));
  const changed = Object.keys(news).filter((key) => canonical(clear(olds[key])) !== canonical(clear(news[key])));
  return [...changed, ...gone].filter((key) => !key.startsWith("__"));
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "object" && each !== null && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([a], [b]) => a.localeCompare(b)))
      : each,
  );
}
