import { closest, distance } from "fastest-levenshtein";

/** The nearest of the known names, if it is near enough to be meant. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (known.length === 0) return undefined;
  const candidate = closest(given.toLowerCase(), [...known]);
  return distance(given.toLowerCase(), candidate.toLowerCase()) <= Math.max(2, Math.floor(given.length / 3))
    ? candidate
    : undefined;
}
