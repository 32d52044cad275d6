import { runtime } from "@pulumi/pulumi";
import { SECRET, UNKNOWN } from "../../policies/graph";

/** A secret in a recorded graph: it shows itself as `"[secret]"` wherever it is printed, and gives its value only when asked by name. */
export class Hidden {
  readonly #value: unknown;

  constructor(value: unknown) {
    this.#value = value;
  }

  /** The value itself. Only what writes secret files may call this. */
  reveal(): unknown {
    return this.#value;
  }

  toJSON(): string {
    return SECRET;
  }

  toString(): string {
    return SECRET;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return SECRET;
  }
}

/** A value as it went over the wire, with {@link Hidden} for secrets and `"[unknown]"` for what only an update knows. */
export function decode(value: unknown): unknown {
  if (value === runtime.unknownValue) return UNKNOWN;
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  switch (fields[runtime.specialSigKey]) {
    case undefined:
      return Object.fromEntries(Object.entries(fields).map(([key, each]) => [key, decode(each)]));
    case runtime.specialSecretSig:
      return new Hidden(decode(fields["value"]));
    case runtime.specialResourceSig:
      return fields["urn"];
    default: {
      const { [runtime.specialSigKey]: _, ...rest } = fields;
      return decode(rest);
    }
  }
}

/** Marks a value as a secret for the wire. */
export function encodeSecret(value: unknown): Record<string, unknown> {
  return { [runtime.specialSigKey]: runtime.specialSecretSig, value };
}

/** A copy of a value in which every string has been through a function; secrets stay as they are. */
export function mapStrings(value: unknown, change: (text: string) => unknown): unknown {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((each) => mapStrings(each, change));
  if (typeof value !== "object" || value === null || value instanceof Hidden) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapStrings(each, change)]));
}

/** Whether a value, or a part of it, satisfies a condition. */
export function contains(value: unknown, condition: (part: unknown) => boolean): boolean {
  if (condition(value)) return true;
  if (Array.isArray(value)) return value.some((each) => contains(each, condition));
  if (typeof value !== "object" || value === null || value instanceof Hidden) return false;
  return Object.values(value).some((each) => contains(each, condition));
}
