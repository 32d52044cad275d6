/** Fields that differ from run to run. */
const CLOCKS: Readonly<Record<string, unknown>> = {
  created: "2026-11-20T12:00:00Z",
  modified: "2026-11-20T12:00:00Z",
  duration: 1_500_000_000,
  durationSeconds: 1,
  timestamp: 1_795_176_000,
};

/** Fields that name places on the machine that recorded. */
const PLACES = new Set(["sourcePosition", "stackTrace"]);

/** A preview as every machine records it: with one clock, without places in files and without the random ids of default providers. */
export function normalised(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalised);
  if (typeof value === "string")
    return value.replace(/::[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "::id");
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !PLACES.has(key))
      .map(([key, each]) => [key, key in CLOCKS ? CLOCKS[key] : normalised(each)]),
  );
}

/** The events of a stream as every machine records them: the program's debug messages, which hold paths and secrets in clear, are left out. */
export function normalisedStream(text: string): string {
  const events = text
    .trim()
    .split("\n")
    .map((line) => normalised(JSON.parse(line)) as Event);
  return `${events
    .filter((event) => event.diagnosticEvent?.severity !== "debug")
    .map((each) => JSON.stringify(each))
    .join("\n")}\n`;
}

interface Event {
  readonly diagnosticEvent?: { readonly severity: string };
}
