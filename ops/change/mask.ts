import { SECRET } from "../../policies/graph";
import { secretKind, secretLiteral, secretWord } from "../../policies/secrets";
import { isFields } from "./not-understood";

const TOKEN = /[A-Za-z0-9+/_=.-]{20,}/g;
const HARMLESS = /^[a-f0-9]{8}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{4}-[a-f0-9]{12}$|^sha(256|512)-/;
const PAIR = /^([A-Za-z_][\w.-]*)=([\s\S]*)$/;
const FLAG = /^--?([a-z][\w-]*)$/;
const FLAG_WITH_VALUE = /^(--?[a-z][\w-]*)=([\s\S]*)$/;
const CREDENTIALS_IN_URL = /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi;
/** What holds nothing but secrets, by type and property. */
const SEALED: readonly (readonly [RegExp, RegExp])[] = [
  [/^kubernetes:core\/v1:Secret/, /^(data|stringData)\b/],
  [/^random:/, /^(result|bcryptHash)\b/],
  [/^tls:/, /^private/],
  [/^aws:secretsmanager\/secretVersion/, /^secret(String|Binary)/],
];

/**
 * Takes secrets out of what is shown, by the names of properties, by the look of texts and by their entropy. What it once recognised it also
 * takes out wherever else it stands, through {@link Masker.text}.
 */
export class Masker {
  readonly #seen = new Set<string>();
  #pattern: RegExp | undefined;

  /** A copy of a property's value without secrets. */
  value(type: string, path: string, value: unknown): unknown {
    if (SEALED.some(([types, paths]) => types.test(type) && paths.test(path))) return this.#sealed(value);
    const named = path.split(/[.[\]"]+/).some((part) => part !== "" && secretWord(part) !== undefined);
    return named && !isFlag(value) ? this.#sealed(value) : this.#walk(lastName(path), value);
  }

  /** A text, without what is a secret by itself or was recognised as one elsewhere. */
  text(text: string): string {
    return this.known(looks(text));
  }

  /** A text without what was recognised as a secret elsewhere. */
  known(text: string): string {
    if (this.#seen.size === 0) return text;
    this.#pattern ??= new RegExp(
      [...this.#seen]
        .sort((a, b) => b.length - a.length)
        .map(escaped)
        .join("|"),
      "g",
    );
    return text.replace(this.#pattern, SECRET);
  }

  #walk(name: string, value: unknown): unknown {
    if (typeof value === "string") return this.#string(name, value);
    if (Array.isArray(value)) return this.#list(name, value);
    if (!isFields(value)) return value;
    const label = labelOf(value);
    return Object.fromEntries(
      Object.entries(value).map(([key, each]) => {
        const hidden = secretWord(key) !== undefined || (key === "value" && label !== undefined && secretWord(label));
        return [key, hidden && !isFlag(each) ? this.#sealed(each) : this.#walk(key, each)];
      }),
    );
  }

  /** In a list of arguments the value of a secret flag follows it. */
  #list(name: string, list: readonly unknown[]): unknown[] {
    return list.map((each, index) => {
      const before = list[index - 1];
      const flag = typeof before === "string" ? FLAG.exec(before)?.[1] : undefined;
      const follows = flag !== undefined && secretWord(flag) !== undefined && typeof each === "string";
      return follows ? this.#sealed(each) : this.#walk(name, each);
    });
  }

  #string(name: string, text: string): string {
    if (text === SECRET || text === "") return text;
    if (/^\s*[[{]/.test(text)) {
      const document = parsed(text);
      if (document !== undefined) return JSON.stringify(this.#walk(name, document));
    }
    const [, key, value] = PAIR.exec(text) ?? FLAG_WITH_VALUE.exec(text) ?? [];
    if (key !== undefined && value !== undefined) return `${key}=${this.#string(key.replace(/^-+/, ""), value)}`;
    const kind = secretLiteral(name, text);
    // Of a URL with a password only the password is hidden.
    if (kind !== undefined && !kind.includes("URL")) return this.#sealed(text) as string;
    const shown = looks(text);
    if (shown !== text) this.#note(text);
    return shown;
  }

  #sealed(value: unknown): unknown {
    if (typeof value === "string") this.#note(value);
    else if (Array.isArray(value)) for (const each of value) this.#sealed(each);
    else if (isFields(value)) for (const each of Object.values(value)) this.#sealed(each);
    return SECRET;
  }

  #note(value: string): void {
    if (value === SECRET || value.length < 8) return;
    this.#seen.add(value);
    this.#pattern = undefined;
  }
}

/** A text without what its look or its entropy says is a secret. */
function looks(text: string): string {
  if (text.length < 8) return text;
  const kind = secretKind(text);
  if (kind !== undefined && !/URL/.test(kind)) return SECRET;
  const open = kind === undefined ? text : text.replace(CREDENTIALS_IN_URL, `$1${SECRET}@`);
  return text.length < 20
    ? open
    : open.replace(TOKEN, (token, at: number) => (random(token, open, at) ? SECRET : token));
}

/** Whether a token looks as if drawn by lot: mixed letters and digits without the shape of a name, a digest or an identifier. */
function random(token: string, text: string, at: number): boolean {
  if (HARMLESS.test(token) || /sha(256|512):$/.test(text.slice(Math.max(0, at - 7), at))) return false;
  const word = token.split(/[./_=-]+/).reduce((longest, part) => (part.length > longest.length ? part : longest), "");
  if (word.length < 20) return false;
  const hexadecimal = /^[a-f0-9]{32,}$/i.test(word);
  if (!hexadecimal && !(/[a-z]/.test(word) && /[A-Z]/.test(word) && /\d/.test(word))) return false;
  return entropy(word) >= (hexadecimal ? 3 : 3.5);
}

/** Bits of one character. */
function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const letter of word) counts.set(letter, (counts.get(letter) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits;
}

/** What an entry of a list is called, in `{ name, value }` and its relatives. */
function labelOf(fields: Readonly<Record<string, unknown>>): string | undefined {
  const label = fields["name"] ?? fields["label"] ?? fields["key"];
  return typeof label === "string" ? label : undefined;
}

function isFlag(value: unknown): boolean {
  return typeof value === "boolean" || typeof value === "number" || value === undefined || value === null;
}

function lastName(path: string): string {
  return path.split(".").at(-1)?.replace(/\[.*$/, "") ?? "";
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
