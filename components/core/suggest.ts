import { closest, distance } from "fastest-levenshtein";

/** The nearest of the known names, if it is near enough to be meant: a few letters off, or one the beginning of the other. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const asked = given.toLowerCase();
  const beginning = known.find(
    (each) =>
      Math.min(each.length, asked.length) >= 3 &&
      (asked.startsWith(each.toLowerCase()) || each.toLowerCase().startsWith(asked)),
  );
  if (beginning !== undefined) return beginning;
  const candidate = closest(asked, [...known]);
  return distance(asked, candidate.toLowerCase()) <= Math.max(2, Math.floor(given.length / 3)) ? candidate : undefined;
}
