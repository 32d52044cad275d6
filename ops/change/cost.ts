import type { GraphResource } from "../../policies/graph";
import type { ChangeSet, Cost, RawChange, State } from "./model";
import { BASIS, DEAREST, type Price, priceOf, taskPrice } from "./prices";

const SERVICE = "aws:ecs/service:Service";
const DEFINITION = "aws:ecs/taskDefinition:TaskDefinition";

/** What a change costs more or less a month. Nothing when it changes nothing that is in AWS. */
export function costOf(set: ChangeSet): Cost | undefined {
  const unknown: Cost["unknown"][number][] = [];
  const usage = new Set<string>();
  let monthly = 0;
  let priced = 0;
  for (const change of set.changes) {
    if (!change.type.startsWith("aws:") || change.operation === "move") continue;
    const before = price(change, change.before, () => set.base);
    const after = price(change, change.after, () => set.resources);
    const open = [after, before].find((each) => each?.known === false);
    if (open?.known === false) {
      unknown.push({ urn: change.urn, why: open.why });
      continue;
    }
    const more = amount(after) - amount(before);
    monthly += more;
    if (more !== 0) priced++;
    if (change.operation !== "update" && after?.known === true && after.usage !== undefined) usage.add(after.usage);
  }
  if (priced === 0 && unknown.length === 0 && usage.size === 0) return undefined;
  const [low, high] = monthly < 0 ? [monthly * DEAREST, monthly] : [monthly, monthly * DEAREST];
  return {
    ...BASIS,
    low: rounded(low),
    high: rounded(high),
    priced,
    unknown,
    usage: [...usage].sort(),
  };
}

function price(
  change: RawChange,
  inputs: State | undefined,
  program: () => readonly GraphResource[],
): Price | undefined {
  if (inputs === undefined) return undefined;
  return change.type === SERVICE ? service(change.urn, inputs, program()) : priceOf(change.type, inputs);
}

/** A service costs what its tasks cost: their definition is what it depends on. */
function service(urn: string, inputs: State, program: readonly GraphResource[]): Price {
  const own = program.find((each) => each.urn === urn);
  const needed = new Set([...(own?.propertyDependencies["taskDefinition"] ?? []), ...(own?.dependencies ?? [])]);
  const definition = program.find((each) => each.type === DEFINITION && needed.has(each.urn));
  const count = Number(inputs["desiredCount"] ?? Number.NaN);
  if (definition === undefined || !Number.isFinite(count))
    return { known: false, why: "the number or the size of its tasks is not known here" };
  const task = taskPrice(definition.props);
  return task.known ? { ...task, monthly: task.monthly * count } : task;
}

function amount(given: Price | undefined): number {
  return given?.known === true ? given.monthly : 0;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** The cost in one sentence. */
export function costLine({ low, high, currency, region, date, unknown, usage }: Cost): string {
  const shown = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
  const sum = low === high ? shown(low) : `${shown(low)} to ${shown(high)}`;
  const open = unknown.length === 0 ? "" : `; unknown: ${unknown.length}`;
  const more = usage.length === 0 ? "" : `; paid for by use besides: ${usage.join("; ")}`;
  return `${currency} ${sum} a month at list prices of ${region} and dearer regions, as of ${date}${open}${more}`;
}
