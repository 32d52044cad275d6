import type * as z from "zod";
import { ArgumentError, type Problem } from "./errors";
import { nearest } from "./suggest";

type Issue = z.core.$ZodIssue;

/** What a custom check of a schema says beside its message. */
export interface Remedy {
  readonly allowed: string;
  readonly fix: string;
}

/**
 * Collects all that is wrong with one set of arguments, so that the user sees everything at once.
 */
export class Problems {
  readonly #found: Problem[] = [];

  constructor(
    /** What is being made: `ManagedPostgres "db"`. */
    readonly subject: string,
    private readonly code: "ARGUMENT" | "CONFIGURATION" = "ARGUMENT",
  ) {}

  /** Adds what the schema finds in the value: wrong types, unknown keys, values out of range. */
  shape(schema: z.ZodType, value: unknown, known: readonly string[] = []): this {
    const result = schema.safeParse(value);
    if (result.success) return this;
    for (const issue of result.error.issues) {
      const here = issue.path.length === 0 ? known : keysAt(schema, issue.path);
      this.#found.push(...fromIssue(issue, value, here));
    }
    return this;
  }

  /** Adds one problem. */
  add(problem: Problem): this {
    this.#found.push(problem);
    return this;
  }

  /** Runs a check across arguments, unless one of the arguments it reads was already found to be wrong. */
  across(paths: readonly string[], check: (add: (problem: Problem) => void) => void): this {
    if (this.clean(paths)) check((problem) => this.#found.push(problem));
    return this;
  }

  /** Whether nothing was found to be wrong with these arguments. */
  clean(paths: readonly string[]): boolean {
    return !this.#found.some((problem) =>
      paths.some(
        (path) => problem.path === path || problem.path.startsWith(`${path}.`) || path.startsWith(`${problem.path}.`),
      ),
    );
  }

  /** All that was found so far. */
  get found(): readonly Problem[] {
    return this.#found;
  }

  /** Throws an {@link ArgumentError} with everything found, if anything was. */
  throwIfAny(): void {
    if (this.#found.length > 0) throw new ArgumentError(this.subject, this.#found, this.code);
  }
}

/** A value made fit to print. Objects are named by their kind, long text is cut. */
export function shown(value: unknown): string {
  switch (typeof value) {
    case "undefined":
      return "nothing";
    case "string":
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
    case "number":
    case "boolean":
      return String(value);
    default:
      return value === null ? "null" : Array.isArray(value) ? `a list of ${value.length}` : `a ${typeof value}`;
  }
}

function fromIssue(issue: Issue, root: unknown, known: readonly string[]): Problem[] {
  const path = issue.path.map(String);
  const given = shown(isSecretPath(path) ? "[secret]" : at(root, issue.path));
  const at1 = { path: path.join("."), given };
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => {
        const meant = nearest(key, known);
        return {
          path: [...path, key].join("."),
          given: "an unknown argument",
          allowed: known.length > 0 ? known.join(", ") : "no such argument",
          fix: meant === undefined ? `remove \`${key}\`` : `did you mean \`${meant}\`?`,
        };
      });
    case "invalid_type":
      return [
        { ...at1, allowed: `a ${issue.expected}`, fix: given === "nothing" ? "add it" : `give a ${issue.expected}` },
      ];
    case "invalid_value": {
      const values = issue.values.map(String);
      const actual = at(root, issue.path);
      const meant = typeof actual === "string" ? nearest(actual, values) : undefined;
      return [
        {
          ...at1,
          allowed: values.join(", "),
          fix: meant === undefined ? "use one of these" : `did you mean "${meant}"?`,
        },
      ];
    }
    case "too_small":
      return [
        { ...at1, allowed: `at least ${issue.minimum}${unit(issue.origin)}`, fix: `use ${issue.minimum} or more` },
      ];
    case "too_big":
      return [
        { ...at1, allowed: `at most ${issue.maximum}${unit(issue.origin)}`, fix: `use ${issue.maximum} or less` },
      ];
    case "invalid_union":
      return [
        {
          ...at1,
          allowed: issue.message === "Invalid input" ? "one of the documented forms" : issue.message,
          fix: "see the documentation of this argument",
        },
      ];
    default: {
      const remedy = (issue as { params?: Partial<Remedy> }).params;
      return [{ ...at1, allowed: remedy?.allowed ?? issue.message, fix: remedy?.fix ?? issue.message }];
    }
  }
}

/** Keys that a schema knows at a path within it. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): readonly string[] {
  const { def } = schema._zod as { readonly def: z.core.$ZodTypes["_zod"]["def"] };
  const [next, ...rest] = path;
  switch (def.type) {
    case "optional":
      return keysAt(def.innerType, path);
    case "object": {
      const field = next === undefined ? undefined : def.shape[String(next)];
      return next === undefined ? Object.keys(def.shape) : field === undefined ? [] : keysAt(field, rest);
    }
    case "array":
      return next === undefined ? [] : keysAt(def.element, rest);
    case "record":
      return next === undefined ? [] : keysAt(def.valueType, rest);
    default:
      return [];
  }
}

function unit(origin: string): string {
  return origin === "string" ? " characters" : origin === "array" ? " entries" : "";
}

function at(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path)
    value = typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined;
  return value;
}

function isSecretPath(path: readonly string[]): boolean {
  return path.some((part) => /pass(word|phrase)|secret|token|private/i.test(part));
}
