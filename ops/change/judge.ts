import { interruptions } from "./downtime";
import { exposures, prices } from "./exposure";
import { STATEFUL } from "./kinds";
import { leavesOf } from "./leaves";
import { type Change, type ChangeSet, type RawChange, type Reason, RISKS, type Risk } from "./model";
import { renames } from "./renames";
import type { Writable } from "./steps";
import { at } from "./values";
import { weakenings } from "./weakening";

const NONE: readonly never[] = [];
const ORDER = Object.fromEntries(RISKS.map((risk, index) => [risk, index])) as Record<Risk, number>;

/** Judges every change: what it puts at risk, why, what drags it along. The worst first, then by URN. */
export function judge(set: ChangeSet): Change[] {
  const pairs = renames(set.changes);
  const causes = causesOf(set.changes);
  const dragged = new Map<string, string[]>();
  for (const [urn, cause] of causes) {
    const known = dragged.get(cause);
    if (known === undefined) dragged.set(cause, [urn]);
    else known.push(urn);
  }
  const judged = set.changes.map((change): Change => {
    const renameOf = pairs.get(change.urn);
    const reasons = distinct(reasonsOf(change, set.firstDeploy, renameOf));
    const causedBy = causes.get(change.urn);
    const replaced = change.operation === "replace";
    const found: Writable<Change> = {
      ...change,
      title: titleOf(change),
      risk: reasons[0]?.risk ?? "routine",
      reasons,
      stateful: holdsState(change),
      forcedBy: replaced ? change.properties.filter((each) => each.replaces).map(({ path }) => path) : NONE,
      cascade: dragged.get(change.urn)?.sort() ?? NONE,
    };
    if (causedBy !== undefined) found.causedBy = causedBy;
    if (renameOf !== undefined) found.renameOf = renameOf;
    return found;
  });
  return judged.sort((a, b) => ORDER[a.risk] - ORDER[b.risk] || (a.urn < b.urn ? -1 : 1));
}

function reasonsOf(change: RawChange, firstDeploy: boolean, renameOf: string | undefined): Reason[] {
  const leaves = leavesOf(change);
  return [
    ...losses(change),
    ...weakenings(change, leaves),
    ...(renameOf === undefined ? [] : [rename(change, renameOf)]),
    ...interruptions(change, leaves),
    ...exposures(change, leaves, firstDeploy),
    ...prices(change, leaves, firstDeploy),
  ];
}

function losses(change: RawChange): Reason[] {
  const { operation, type } = change;
  const loss = (id: string, text: string): Reason[] => [{ id, risk: "data-loss", text }];
  if (operation === "delete" && /bucketVersioning|vaultLockConfiguration|bucketObjectLock|bucketReplication/.test(type))
    return loss("versioning-off", "what kept old versions or copies is removed");
  if (!holdsState(change)) return [];
  if (operation === "delete") return loss("stateful-deleted", "what it holds is gone with it");
  if (operation === "replace")
    return loss("stateful-replaced", "the new one is empty; what the old one holds is gone with it");
  return [];
}

function rename(change: RawChange, other: string): Reason {
  const risk: Risk = holdsState(change) ? "data-loss" : "routine";
  const text =
    change.operation === "delete"
      ? `it looks like a rename to ${other}: with an alias in the program nothing is deleted`
      : `it looks like a rename of ${other}: give it an alias, { aliases: [...] }, and nothing is deleted`;
  return { id: "looks-like-rename", risk, text };
}

/** Whether something holds data that cannot be made again; a volume can say that it does not. */
function holdsState({ type, before, after }: RawChange): boolean {
  if (!STATEFUL.has(type)) return false;
  const labels = at(before ?? after, "labels");
  const disposable = (each: unknown) => at(each, "label") === "io.bulwark.data" && at(each, "value") === "false";
  return !(Array.isArray(labels) && labels.some(disposable));
}

/** What drags a replacement along, by URN: its provider, or a resource it depends on that is replaced too. */
function causesOf(changes: readonly RawChange[]): Map<string, string> {
  const gone = new Map(changes.filter((each) => each.operation === "replace").map((each) => [each.urn, each]));
  const causes = new Map<string, string>();
  for (const change of gone.values()) {
    const provider = change.provider?.slice(0, change.provider.lastIndexOf("::"));
    if (provider !== undefined && gone.has(provider)) causes.set(change.urn, provider);
    else {
      const cause = change.dependencies.find((urn) => gone.has(urn) && urn !== change.urn);
      if (cause !== undefined) causes.set(change.urn, cause);
    }
  }
  return causes;
}

function titleOf({ type, name, parent }: RawChange): string {
  const kind = type.slice(type.lastIndexOf(":") + 1);
  return parent === undefined ? `${kind} ${name}` : `${kind} ${name} of ${parent.slice(parent.lastIndexOf("::") + 2)}`;
}

function distinct(reasons: readonly Reason[]): Reason[] {
  if (reasons.length < 2) return [...reasons];
  const seen = new Set<string>();
  return reasons
    .filter(({ id, text }) => !seen.has(`${id} ${text}`) && seen.add(`${id} ${text}`) !== undefined)
    .sort((a, b) => RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk));
}
