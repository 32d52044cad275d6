import { asStored, type CatalogueEntry, catalogue, folderOf, mark, type Subject, unmark } from "./catalogue";
import { planRetention, type RetentionPlan } from "./retention";
import type { Work } from "./work";

/** Hours after which an archive without a manifest is no upload under way any more. */
const CUT_OFF_HOURS = 24;

/** What a pruning run did. */
export interface Pruned {
  readonly plan: RetentionPlan;
  /** Uploads that were cut off, removed. */
  readonly partial: readonly string[];
}

/** Brings the archives of one database in step with the retention policy. Throws when more would go than one run may delete. */
export async function pruneArchives(work: Work, subject: Subject): Promise<Pruned> {
  const all = await catalogue(work.store, subject);
  const now = work.now();
  const complete = all.filter((each) => each.complete);
  const plan = planRetention(now, complete.map(asStored), work.config.retention);
  const byId = new Map(complete.map((each) => [each.id, each]));
  const each = async (ids: readonly string[], act: (entry: CatalogueEntry) => Promise<void>): Promise<void> => {
    for (const id of ids) {
      const entry = byId.get(id);
      if (entry !== undefined) await act(entry);
    }
  };
  await each(plan.mark, (entry) => mark(work.store, subject, entry.id, "delete", now));
  await each(plan.unmark, (entry) => unmark(work.store, entry));
  await each(plan.delete, (entry) => removeArchive(work, entry));
  const partial = all.filter(
    (entry) => !entry.complete && now.getTime() - entry.at.getTime() > CUT_OFF_HOURS * 3_600_000,
  );
  for (const entry of partial) await work.store.remove(`${folderOf(entry, entry.id)}/`);
  if (plan.refused !== undefined) {
    const { wanted, of, allowed } = plan.refused;
    throw new Error(
      `${subject.database}: ${wanted} of ${of} archives would go, one run deletes ${allowed} at most; look at the retention policy and at the clock`,
    );
  }
  return { plan, partial: partial.map((entry) => entry.id) };
}

/** The manifest goes first: what is left of a removal that was cut off is no archive. */
async function removeArchive(work: Work, entry: CatalogueEntry): Promise<void> {
  const folder = folderOf(entry, entry.id);
  await work.store.removeObject(`${folder}/manifest.json`);
  await work.store.remove(`${folder}/`);
}
