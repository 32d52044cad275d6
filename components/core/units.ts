/** A size in binary units, as text with its unit: `"512 MiB"`, `"8 GiB"`, `"2 TiB"`. */
export type Size = `${number} ${"MiB" | "GiB" | "TiB"}`;

/** A length of time, as text with its unit: `"30 seconds"`, `"15 minutes"`, `"12 hours"`, `"7 days"`. */
export type Duration = `${number} ${"second" | "minute" | "hour" | "day"}${"" | "s"}`;

const MIB: Readonly<Record<string, number>> = { MiB: 1, GiB: 1024, TiB: 1024 * 1024 };
const SECONDS: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 };

/** The shape of a {@link Size}. */
export const SIZE_PATTERN = /^(\d+(?:\.\d+)?) (MiB|GiB|TiB)$/;
/** The shape of a {@link Duration}. */
export const DURATION_PATTERN = /^(\d+(?:\.\d+)?) (second|minute|hour|day)s?$/;

/** Whole MiB of a size. Throws a `RangeError` when the text is not a size: check it with {@link SIZE_PATTERN} first. */
export function mebibytes(size: string): number {
  return Math.round(parse(size, SIZE_PATTERN, MIB));
}

/** Seconds of a duration. Throws a `RangeError` when the text is not a duration: check it with {@link DURATION_PATTERN} first. */
export function seconds(duration: string): number {
  return parse(duration, DURATION_PATTERN, SECONDS);
}

/** A number of MiB in the largest unit that keeps it whole: `8192` is `"8 GiB"`. */
export function sizeOf(mib: number): Size {
  return mib % 1024 === 0 && mib > 0 ? `${mib / 1024} GiB` : `${mib} MiB`;
}

/** Seconds as Prometheus and Alertmanager write them: `5400` is `1h30m`. */
export function promDuration(total: number): string {
  const parts: [number, string][] = [
    [Math.floor(total / 86_400), "d"],
    [Math.floor((total % 86_400) / 3600), "h"],
    [Math.floor((total % 3600) / 60), "m"],
    [Math.floor(total % 60), "s"],
    [Math.round((total % 1) * 1000), "ms"],
  ];
  const text = parts.map(([count, unit]) => (count > 0 ? `${count}${unit}` : "")).join("");
  return text === "" ? "0s" : text;
}

function parse(text: string, pattern: RegExp, units: Readonly<Record<string, number>>): number {
  const match = pattern.exec(text);
  const factor = match?.[2] === undefined ? undefined : units[match[2]];
  if (match?.[1] === undefined || factor === undefined)
    throw new RangeError(`not a quantity with a known unit: ${text}`);
  return Number(match[1]) * factor;
}
