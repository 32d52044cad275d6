import type { Finding, GraphResource } from "../../policies/graph";
import type { Masker } from "./mask";
import type { ChangeSet, RawChange, Source } from "./model";
import { isFields, NotUnderstood } from "./not-understood";
import { changeOf, isStack, operationOf, placeOf, resourceOf, type Step } from "./steps";

/** What a reader found besides the steps. */
export interface Around {
  readonly source: Source;
  /** Counts by operation, as the engine states them. */
  readonly summary: unknown;
  /** Whether steps of resources that stay as they are were left out. */
  readonly partial: boolean;
  readonly errors: readonly string[];
  readonly findings: readonly Finding[];
  /** Names of the policy packs that ran. */
  readonly packs: readonly string[];
  readonly madeAt?: string;
}

/** Half steps: what the engine does for a step that it also shows as a whole. */
const PHYSICAL = new Set(["create-replacement", "delete-replaced", "read-replacement", "discard-replaced"]);

/** Makes the set of changes of steps, after checking that they are all there and in order. */
export function gather(steps: readonly Step[], around: Around, masker: Masker): ChangeSet {
  // A preview that failed counts only what it got to; its errors keep the gate shut.
  if (around.errors.length === 0) checkCounts(steps, around);
  checkOrder(steps);
  const [first] = steps;
  if (first === undefined) throw new NotUnderstood("it holds no step, not even that of the stack");
  const changes: RawChange[] = [];
  let head: GraphResource[] | undefined;
  let base: GraphResource[] | undefined;
  let unchanged = 0;
  const own = steps.filter((step) => !isStack(step.urn));
  const physical = deletedFirst(own);
  for (const step of own) {
    const change = changeOf(step, masker);
    if (change !== undefined) changes.push(physical.has(step.urn) ? { ...change, deleteBeforeReplace: true } : change);
    else if (operationOf(step.op) === "same") unchanged++;
  }
  const counted = isFields(around.summary) ? Number(around.summary["same"] ?? 0) : 0;
  const stays = steps.some((step) => isStack(step.urn) && step.op === "same") ? 1 : 0;
  return {
    source: around.source,
    ...placeOf(first.urn),
    changes,
    unchanged: around.partial ? Math.max(unchanged, counted - stays) : unchanged,
    firstDeploy: steps.every(({ op }) => op === "create" || op === "import" || op === "read"),
    ...(around.madeAt === undefined ? {} : { madeAt: around.madeAt }),
    // Made when a policy asks: a verdict about the changes alone needs neither.
    get resources() {
      head ??= own
        .filter(({ op }) => op !== "delete" && !PHYSICAL.has(op))
        .flatMap((each) => (each.new === undefined ? [] : [resourceOf(each.new)]));
      return head;
    },
    get base() {
      base ??= own.flatMap((each) => (each.old === undefined || PHYSICAL.has(each.op) ? [] : [resourceOf(each.old)]));
      return base;
    },
    partial: around.partial && counted - stays > unchanged,
    errors: around.errors.map((text) => masker.text(text.trim())),
    findings: around.findings,
    packs: around.packs,
    mask: (text) => masker.known(text),
  };
}

/** What is deleted before its replacement exists: the engine shows the deletion before the replacement. */
function deletedFirst(steps: readonly Step[]): ReadonlySet<string> {
  const deleted = new Set<string>();
  const found = new Set<string>();
  for (const { op, urn } of steps) {
    if (op === "delete-replaced") deleted.add(urn);
    if (op === "replace" && deleted.has(urn)) found.add(urn);
  }
  return found;
}

function checkCounts(steps: readonly Step[], { summary, partial }: Around): void {
  if (!isFields(summary))
    throw new NotUnderstood("the summary of changes is missing: the preview is cut off, or never ended");
  const seen = new Map<string, number>();
  for (const { op } of steps) {
    operationOf(op);
    seen.set(op, (seen.get(op) ?? 0) + 1);
  }
  for (const op in summary) operationOf(op);
  for (const op of new Set([...Object.keys(summary), ...seen.keys()])) {
    if (PHYSICAL.has(op)) continue;
    const stated = Number(summary[op] ?? 0);
    const found = seen.get(op) ?? 0;
    const mayHide = partial && (operationOf(op) === "same" || operationOf(op) === undefined);
    if (!Number.isInteger(stated) || (mayHide ? found > stated : found !== stated))
      throw new NotUnderstood(`its summary counts ${stated} of "${op}", its steps ${found}: something is missing`);
  }
}

/** Parents and dependencies come first, and nothing comes twice: the engine works in that order. */
function checkOrder(steps: readonly Step[]): void {
  const place = new Map<string, number>();
  for (const [index, { op, urn }] of steps.entries()) {
    if (op === "delete" || PHYSICAL.has(op)) continue;
    if (place.has(urn)) throw new NotUnderstood(`${urn} comes twice`);
    place.set(urn, index);
  }
  const [first] = steps;
  const stack = steps.findIndex((step) => isStack(step.urn) && step.op !== "delete");
  if (first !== undefined && stack > 0 && first.op !== "delete")
    throw new NotUnderstood("the step of the stack is not the first: the steps are not in the engine's order");
  for (const [index, step] of steps.entries()) {
    if (step.op === "delete" || PHYSICAL.has(step.op) || step.new === undefined) continue;
    const { parent, provider, dependencies } = step.new;
    const late = (urn: string | undefined) => urn !== undefined && (place.get(urn) ?? -1) > index;
    if (late(parent) || late(provider?.slice(0, provider.lastIndexOf("::"))) || dependencies.some(late))
      throw new NotUnderstood(`${step.urn} comes before what it depends on: the steps are not in the engine's order`);
  }
}
