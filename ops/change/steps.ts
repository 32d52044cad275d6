import type { GraphResource } from "../../policies/graph";
import type { Masker } from "./mask";
import type { Operation, PropertyChange, RawChange, State } from "./model";
import { type Fields, isFields, NotUnderstood } from "./not-understood";
import { at, differing, named } from "./values";

/** A resource before or after a step, as digest and stream agree on it. */
export interface Side {
  readonly urn: string;
  readonly type: string;
  readonly custom: boolean;
  readonly protect: boolean;
  readonly retainOnDelete: boolean;
  readonly provider?: string;
  readonly parent?: string;
  /** With `"[unknown]"` for what only the update knows. */
  readonly inputs: State;
  /** Paths of what only the update knows. */
  readonly unknown: readonly string[];
  readonly dependencies: readonly string[];
  readonly propertyDependencies: Readonly<Record<string, readonly string[]>>;
}

/**
 * For building what is made by the ten thousand: a spread for each field that may be absent takes longer than all the rest.
 */
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

const NONE: readonly never[] = [];
const NOTHING: Fields = {};

/** One step of the engine. */
export interface Step {
  readonly op: string;
  readonly urn: string;
  readonly old?: Side;
  readonly new?: Side;
  /** Top-level properties that force a replacement. */
  readonly keys: readonly string[];
  /** Top-level properties that differ. */
  readonly diffs: readonly string[];
  /** Kind of difference by path. */
  readonly detailed: Readonly<Record<string, string>>;
}

/** What the engine's operations mean; `undefined` for those that are half of another step or change nothing. */
const OPERATIONS: Readonly<Record<string, Operation | "same" | undefined>> = {
  same: "same",
  create: "create",
  update: "update",
  replace: "replace",
  delete: "delete",
  import: "import",
  "import-replacement": "replace",
  discard: "forget",
  read: "same",
  refresh: "same",
  "create-replacement": undefined,
  "delete-replaced": undefined,
  "read-replacement": undefined,
  "discard-replaced": undefined,
  "remove-pending-replace": undefined,
};

const KINDS = new Set(["add", "add-replace", "delete", "delete-replace", "update", "update-replace"]);

/** What an operation of the engine means; ends the reading when it is unknown. */
export function operationOf(op: string): Operation | "same" | undefined {
  if (!Object.hasOwn(OPERATIONS, op)) throw new NotUnderstood(`the operation "${op}" is unknown`);
  return OPERATIONS[op];
}

/** The kinds of differences by path, checked. */
export function detailedOf(value: unknown, kindKey: string, urn: string): Record<string, string> {
  const kinds: Record<string, string> = {};
  if (!isFields(value)) return kinds;
  for (const path in value) {
    const entry = value[path];
    const kind = isFields(entry) ? entry[kindKey] : undefined;
    if (typeof kind !== "string" || !KINDS.has(kind))
      throw new NotUnderstood(`a difference of ${urn} has an unknown kind`);
    kinds[path] = kind;
  }
  return kinds;
}

/** The change that a step makes; nothing when it makes none. */
export function changeOf(step: Step, masker: Masker): RawChange | undefined {
  const meant = operationOf(step.op);
  if (meant === undefined) return undefined;
  const { old: before, new: after } = step;
  const side = after ?? before;
  if (side === undefined) throw new NotUnderstood(`the step of ${step.urn} has neither an old nor a new state`);
  const movedFrom = before !== undefined && after !== undefined && before.urn !== after.urn ? before.urn : undefined;
  const protect = { before: before?.protect ?? false, after: after?.protect ?? false };
  const moved =
    movedFrom !== undefined || (before !== undefined && after !== undefined && optionsDiffer(before, after));
  if (meant === "same" && !moved) return undefined;
  const known = after?.inputs;
  const operation =
    meant === "same" ? "move" : meant === "delete" && before?.retainOnDelete === true ? "forget" : meant;
  const change: Writable<RawChange> = {
    urn: step.urn,
    type: side.type,
    name: step.urn.slice(step.urn.lastIndexOf("::") + 2),
    operation,
    custom: side.custom,
    properties: propertiesOf(step, before?.inputs, known, masker),
    unknown: after?.unknown ?? NONE,
    protect,
    dependencies: side.dependencies,
    deleteBeforeReplace: false,
  };
  if (before !== undefined && operation !== "create") change.before = before.inputs;
  if (known !== undefined && operation !== "delete" && operation !== "forget") change.after = known;
  if (side.provider !== undefined) change.provider = side.provider;
  if (side.parent !== undefined) change.parent = side.parent;
  if (movedFrom !== undefined) change.movedFrom = movedFrom;
  return change;
}

function optionsDiffer(before: Side, after: Side): boolean {
  return before.protect !== after.protect || before.retainOnDelete !== after.retainOnDelete;
}

function propertiesOf(
  step: Step,
  before: State | undefined,
  after: State | undefined,
  masker: Masker,
): PropertyChange[] {
  if (before === undefined || after === undefined) return [];
  const type = (step.new ?? step.old)?.type ?? "";
  const forcing = new Set(step.keys);
  const shown = (path: string, replaces: boolean): PropertyChange => {
    // A replaced provider is no input: it is told beside them.
    const apart = path === "provider" && step.keys.includes(path);
    const was = apart ? step.old?.provider : at(before, path);
    const is = apart ? step.new?.provider : at(after, path);
    const property: Writable<PropertyChange> = { path, replaces };
    if (was !== undefined) property.before = masker.value(type, path, was);
    if (is !== undefined) property.after = masker.value(type, path, is);
    return property;
  };
  if (step.op === "same") return options(step);
  const told = Object.entries(step.detailed).map(([path, kind]) => shown(path, kind.endsWith("-replace")));
  const paths = told.length > 0 ? [] : differing(before, after);
  const found = paths.map((path) => shown(path, forcing.has(path.split(/[.[]/)[0] ?? path)));
  const covered = new Set([...told, ...found].filter((each) => each.replaces).map(({ path }) => path.split(/[.[]/)[0]));
  const rest = step.keys.filter((key) => !covered.has(key)).map((key) => shown(key, true));
  return [...told, ...found.filter(({ path }) => !rest.some((each) => each.path === path)), ...rest, ...options(step)];
}

function options({ old: before, new: after }: Step): PropertyChange[] {
  if (before === undefined || after === undefined) return [];
  return (["protect", "retainOnDelete"] as const)
    .filter((key) => before[key] !== after[key])
    .map((key) => ({ path: `options.${key}`, before: before[key], after: after[key], replaces: false }));
}

/** A side of a step as a resource for the policies. */
export function resourceOf(side: Side): GraphResource {
  const resource: Writable<GraphResource> = {
    urn: side.urn,
    type: side.type,
    name: side.urn.slice(side.urn.lastIndexOf("::") + 2),
    custom: side.custom,
    protect: side.protect,
    props: side.inputs,
    dependencies: side.dependencies,
    propertyDependencies: side.propertyDependencies,
  };
  if (side.parent !== undefined) resource.parent = side.parent;
  if (side.provider !== undefined) resource.provider = side.provider;
  return resource;
}

/** A side as the engine writes it; nothing for an absent one. */
export function sideOf(value: unknown, urn: string): Side | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isFields(value) || typeof value["urn"] !== "string" || typeof value["type"] !== "string")
    throw new NotUnderstood(`a state of ${urn} has no URN or no type`);
  const inputs = value["inputs"] ?? {};
  if (!isFields(inputs)) throw new NotUnderstood(`the inputs of ${urn} are not an object`);
  const { parent, provider } = value;
  const unknown: string[] = [];
  const side: Writable<Side> = {
    urn: value["urn"],
    type: value["type"],
    custom: value["custom"] === true,
    protect: value["protect"] === true,
    retainOnDelete: value["retainOnDelete"] === true,
    inputs: named(inputs, "", unknown),
    unknown,
    dependencies: Array.isArray(value["dependencies"]) ? (value["dependencies"] as string[]) : NONE,
    propertyDependencies: (isFields(value["propertyDependencies"])
      ? value["propertyDependencies"]
      : NOTHING) as Fields & Side["propertyDependencies"],
  };
  if (typeof provider === "string" && provider !== "") side.provider = provider;
  if (typeof parent === "string" && parent !== "" && !isStack(parent)) side.parent = parent;
  return side;
}

/** Whether a URN or a type is the stack itself. */
export function isStack(text: string): boolean {
  return text.includes("pulumi:pulumi:Stack::") || text === "pulumi:pulumi:Stack";
}

/** Stack and project of a URN. */
export function placeOf(urn: string): { readonly stack: string; readonly project: string } {
  const [, , rest = ""] = urn.split(":", 3);
  const [, project = ""] = urn.split("::");
  if (!urn.startsWith("urn:pulumi:") || rest === "" || project === "") throw new NotUnderstood(`"${urn}" is no URN`);
  return { stack: rest, project };
}
