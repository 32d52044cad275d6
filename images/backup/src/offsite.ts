import type { JobContext, JobResult } from "./context";
import { archiveId } from "./manifest";
import { RCLONE } from "./remotes";

/**
 * Copies the whole store, which is encrypted as it is, to a place elsewhere. Nothing is deleted there, and what has changed in the store, by whomever,
 * does not overwrite what was there: that moves to `replaced/` under the moment of the run.
 */
export async function offsite(context: JobContext): Promise<JobResult> {
  const id = archiveId(new Date());
  // A place that does not answer is asked again for each folder, and minutes go by without a word: one question tells in less.
  await context.run("rclone", ["lsf", ...RCLONE, "--retries=1", "--low-level-retries=1", "--max-depth=1", "offsite:"]);
  await context.run("rclone", ["copy", ...RCLONE, `--backup-dir=offsite:replaced/${id}`, "store:", "offsite:store"]);
  // Both sides hold the same bytes, so their hashes tell whether all of it has arrived.
  await context.run("rclone", ["check", ...RCLONE, "--one-way", "--min-age=5m", "store:", "offsite:store"]);
  const said = await context.run("rclone", ["size", ...RCLONE, "--json", "offsite:store"]);
  return { bytes: (JSON.parse(said) as { bytes: number }).bytes, id };
}
