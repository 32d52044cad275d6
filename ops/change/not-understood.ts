import { CommandError } from "../exit";
import { DECISIONS } from "./model";

/** Input that cannot be judged. The gate stays shut: what is not understood is never allowed. */
export class NotUnderstood extends CommandError {
  constructor(why: string) {
    super(`BLOCK: not understood: ${why}`, DECISIONS["not-understood"]);
    this.name = "NotUnderstood";
  }
}

/** The fields of an object. */
export type Fields = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields. */
export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** An object, or the end of reading. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (!isFields(value)) throw new NotUnderstood(`${what} is not an object`);
  return value;
}

/** A text, or the end of reading. */
export function textOf(value: unknown, what: string): string {
  if (typeof value !== "string" || value === "") throw new NotUnderstood(`${what} is missing`);
  return value;
}

/** A list, an absent one being empty, or the end of reading. */
export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new NotUnderstood(`${what} is not a list`);
  return value;
}

/** Texts, or the end of reading. */
export function textsOf(value: unknown, what: string): readonly string[] {
  return listOf(value, what).map((each) => textOf(each, `an element of ${what}`));
}

/** Whether something is as known; all else ends the reading. */
export function onlyKnown(fields: Fields, known: ReadonlySet<string>, what: string): void {
  for (const key in fields)
    if (!known.has(key)) throw new NotUnderstood(`${what} has "${key}", which this version of bulwark does not know`);
}
