/** One thing about a rule that configuration may change. */
export interface Setting<T> {
  readonly kind: "strings" | "numbers" | "number";
  readonly default: T;
  readonly description: string;
}

/** The settings of a rule, by name. */
export type Settings = Readonly<Record<string, Setting<unknown>>>;

/** What a rule reads: the configured values, else the defaults. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** A list of texts. */
export function strings(value: readonly string[], description: string): Setting<readonly string[]> {
  return { kind: "strings", default: value, description };
}

/** A list of numbers. */
export function numbers(value: readonly number[], description: string): Setting<readonly number[]> {
  return { kind: "numbers", default: value, description };
}

/** One number. */
export function number(value: number, description: string): Setting<number> {
  return { kind: "number", default: value, description };
}

/** What a value must be, in words. */
export function shapeOf(setting: Setting<unknown>): string {
  switch (setting.kind) {
    case "strings":
      return "a list of texts";
    case "numbers":
      return "a list of numbers";
    case "number":
      return "a number";
  }
}

/** Whether a value can be used for a setting. */
export function fits(setting: Setting<unknown>, value: unknown): boolean {
  switch (setting.kind) {
    case "strings":
      return Array.isArray(value) && value.every((each) => typeof each === "string");
    case "numbers":
      return Array.isArray(value) && value.every((each) => typeof each === "number");
    case "number":
      return typeof value === "number";
  }
}
