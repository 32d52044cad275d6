import { SECRET, UNKNOWN } from "./graph";

/** Thrown by a read whose answer nobody can know yet. It ends the check that reads, not the rule. */
export class Undetermined extends Error {
  constructor(
    /** Property that could not be read. */
    readonly path: string,
    /** Why, as the end of a sentence that starts with the path. */
    readonly why: string,
  ) {
    super(`${path} ${why}`);
    this.name = "Undetermined";
  }
}

/** Told the steps to each property that a rule reads. */
export type Trace = (steps: readonly (string | number)[]) => void;

/** Why a property that the update makes cannot be judged before it. */
export const NOT_KNOWN = "is only known after the update";
const NOT_READABLE = "is a secret, so it cannot be read here";
const ODD_SHAPE = "has a shape that this rule does not understand";

/**
 * The way in which rules read properties. Walking down never fails; the readers at the end throw {@link Undetermined} for what is not known, not
 * readable or not of the shape that the type's schema promises, so that nothing passes by accident.
 */
export class View {
  constructor(
    private readonly raw: unknown,
    private readonly key: string | number | undefined = undefined,
    private readonly above: View | undefined = undefined,
    private readonly trace: Trace | undefined = undefined,
  ) {}

  /** The property as a user writes it: `mounts[0].source`. */
  get path(): string {
    const above = this.above?.path ?? "";
    if (this.key === undefined) return above;
    if (typeof this.key === "number") return `${above}[${this.key}]`;
    const step = /^[\w-]+$/.test(this.key) ? this.key : `["${this.key}"]`;
    return above === "" || step.startsWith("[") ? `${above}${step}` : `${above}.${step}`;
  }

  /** The property below. */
  at(...keys: readonly (string | number)[]): View {
    let view: View = this;
    for (const key of keys) view = new View(below(view.raw, key), key, view, view.trace);
    return view;
  }

  /** Whether there is a value: empty text and empty lists count as none, secrets as one. */
  present(): boolean {
    if (this.raw === SECRET) {
      this.read();
      return true;
    }
    const value = this.known();
    return value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0);
  }

  /** Whether the value is marked as a secret. */
  isSecret(): boolean {
    this.read();
    return this.raw === SECRET;
  }

  /** Text; numbers and booleans are taken as text too. */
  text(): string | undefined {
    const value = this.readable();
    if (value === undefined || typeof value === "string") return value;
    if (typeof value === "number" || typeof value === "boolean") return String(value);
    throw new Undetermined(this.path, ODD_SHAPE);
  }

  /** A number, also when written as text. */
  number(): number | undefined {
    const value = this.readable();
    if (value === undefined || typeof value === "number") return value;
    if (typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value))) return Number(value);
    throw new Undetermined(this.path, ODD_SHAPE);
  }

  /** A truth value, also when written as text. */
  flag(): boolean | undefined {
    const value = this.readable();
    if (value === undefined || typeof value === "boolean") return value;
    if (value === "true" || value === "false") return value === "true";
    throw new Undetermined(this.path, ODD_SHAPE);
  }

  /** The elements of a list; none when it is absent. */
  list(): readonly View[] {
    const value = this.readable();
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw new Undetermined(this.path, ODD_SHAPE);
    return value.map((each: unknown, index) => new View(each, index, this, this.trace));
  }

  /** The elements of a list, or the one value that stands for a list of one, as policy documents allow. */
  items(): readonly View[] {
    const value = this.readable();
    if (value === undefined) return [];
    return Array.isArray(value) ? this.list() : [this];
  }

  /** The entries of a map, sorted by key; none when it is absent. */
  entries(): readonly (readonly [string, View])[] {
    const value = this.readable();
    if (value === undefined) return [];
    if (!isMap(value)) throw new Undetermined(this.path, ODD_SHAPE);
    return Object.keys(value)
      .sort()
      .map((key) => [key, this.at(key)]);
  }

  /** A document kept as JSON text, or given as an object. */
  json(): View {
    const value = this.readable();
    if (value === undefined || isMap(value) || Array.isArray(value)) return this;
    if (typeof value !== "string") throw new Undetermined(this.path, ODD_SHAPE);
    try {
      const parsed: unknown = JSON.parse(value);
      return new View(parsed, undefined, this, undefined);
    } catch {
      throw new Undetermined(this.path, "is not valid JSON");
    }
  }

  private read(): void {
    if (this.trace === undefined) return;
    const steps: (string | number)[] = [];
    for (let view: View | undefined = this; view !== undefined; view = view.above) {
      if (view.key !== undefined) steps.unshift(view.key);
    }
    this.trace(steps);
  }

  private known(): unknown {
    this.read();
    if (this.raw === UNKNOWN) throw new Undetermined(this.path, NOT_KNOWN);
    if (this.raw === ODD) throw new Undetermined(this.path, ODD_SHAPE);
    return this.raw ?? undefined;
  }

  private readable(): unknown {
    if (this.raw === SECRET) {
      this.read();
      throw new Undetermined(this.path, NOT_READABLE);
    }
    return this.known();
  }
}

const ODD = Symbol("odd");

function below(value: unknown, key: string | number): unknown {
  if (value === undefined || value === null) return undefined;
  if (value === UNKNOWN || value === SECRET) return value;
  if (Array.isArray(value)) return typeof key === "number" ? value[key] : ODD;
  if (isMap(value)) return Object.hasOwn(value, key) ? value[key] : undefined;
  return ODD;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
