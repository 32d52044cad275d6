import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { CommandError } from "../exit";
import { type GeneratedRequest, type SecretSource, standIns } from "../plan/source";

/** A value that is kept, and what it was made for: a new length, alphabet or rotation asks for a new one. */
interface Kept {
  readonly value: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
}

/** Where real values come from: `none` uses those kept from before and makes none. */
export type SecretMode = "none" | "generate" | "file";

/** Values of secrets by URN, name or configuration key. */
export class SecretStore implements SecretSource {
  /** What had no value; a stand-in was used for it. */
  readonly missing: string[] = [];
  readonly #used = new Map<string, Kept>();

  constructor(
    private readonly mode: SecretMode,
    private readonly kept: ReadonlyMap<string, Kept>,
  ) {}

  generated(request: GeneratedRequest): string {
    const { urn, name, inputs } = request;
    const found = this.kept.get(urn) ?? this.kept.get(name);
    const fits = found !== undefined && (found.inputs === undefined || same(found.inputs, inputs));
    if (found !== undefined && fits) {
      this.#used.set(urn, found);
      return found.value;
    }
    if (this.mode === "generate") {
      const made = { value: password(inputs), inputs };
      this.#used.set(urn, made);
      return made.value;
    }
    this.missing.push(name);
    return standIns.generated(request);
  }

  config(key: string): string | undefined {
    const found = this.kept.get(key);
    if (found !== undefined) this.#used.set(key, found);
    return found?.value;
  }

  /** The values in use, as `values.json` keeps them. */
  toJson(): string {
    const entries = [...this.#used].sort(([a], [b]) => (a < b ? -1 : 1));
    return `${JSON.stringify(Object.fromEntries(entries), null, 2)}\n`;
  }
}

/** Reads values from a JSON object: text, or `{ value, inputs }` as `values.json` has it. Nothing when there is no such file. */
export function readValues(file: string): Map<string, Kept> {
  if (!existsSync(file)) return new Map();
  let given: unknown;
  try {
    given = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    // The parser's message quotes the text, which is secret.
    throw new CommandError(`${basename(file)} is not JSON.`);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new CommandError(`${basename(file)} must be an object: { "<name>": "<value>" }.`);
  return new Map(
    Object.entries(given).map(([key, each]: [string, unknown]) => {
      if (typeof each === "string") return [key, { value: each }];
      if (typeof each === "object" && each !== null && "value" in each && typeof each.value === "string")
        return [key, each as Kept];
      throw new CommandError(`${basename(file)}: the value of ${key} must be text.`);
    }),
  );
}

/** A password as RandomPassword makes it: its length, its alphabet, its least numbers of each kind. */
export function password(inputs: Readonly<Record<string, unknown>>): string {
  const number = (key: string) => (typeof inputs[key] === "number" ? inputs[key] : 0);
  const wanted = (key: string) => inputs[key] !== false;
  const special = typeof inputs["overrideSpecial"] === "string" ? inputs["overrideSpecial"] : "!@#$%&*()-_=+[]{}<>:?";
  const alphabets = [
    { chars: "abcdefghijklmnopqrstuvwxyz", on: wanted("lower"), least: number("minLower") },
    { chars: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", on: wanted("upper"), least: number("minUpper") },
    { chars: "0123456789", on: wanted("numeric") && wanted("number"), least: number("minNumeric") },
    { chars: special, on: wanted("special"), least: number("minSpecial") },
  ].filter((each) => each.on);
  const all = alphabets.map((each) => each.chars).join("");
  const length = number("length");
  const chars = alphabets.flatMap((each) => Array.from({ length: each.least }, () => pick(each.chars)));
  while (chars.length < length) chars.push(pick(all));
  for (let index = chars.length - 1; index > 0; index--) {
    const other = randomInt(index + 1);
    [chars[index], chars[other]] = [chars[other] ?? "", chars[index] ?? ""];
  }
  return chars.join("");
}

function pick(chars: string): string {
  return chars.charAt(randomInt(chars.length));
}

function same(a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): boolean {
  const text = (value: Readonly<Record<string, unknown>>) =>
    JSON.stringify(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)));
  return text(a) === text(b);
}
