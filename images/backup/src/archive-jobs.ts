import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { archive } from "./archive";
import { pruneArchives } from "./archive-prune";
import type { JobContext, JobResult } from "./context";
import * as rehearsal from "./drill";
import { verifyDatabase } from "./fetch";
import { withWork } from "./open";
import { PATHS } from "./paths";
import { dropReplaced } from "./swap";
import { type PostgresSource, postgresSources, type Work } from "./work";

/** Dumps the database that the job is about. */
export async function dump(context: JobContext): Promise<JobResult> {
  const source = sourceOf(context);
  const database = context.job.database.slice(source.name.length + 1);
  return await within(context, async (work) => {
    const { id, bytes } = await archive(work, source, database);
    return { bytes, id };
  });
}

/** Downloads the newest archive and an older one of each database of a server, and reads them back whole. */
export async function verifyArchives(context: JobContext): Promise<JobResult> {
  const source = sourceOf(context);
  return await within(context, async (work) => {
    let bytes = 0;
    let id = "";
    for (const database of source.databases) {
      for (const each of await verifyDatabase(work, { source: source.name, database })) {
        bytes += each.bytes;
        id = id < each.id ? each.id : id;
      }
    }
    return { bytes, id };
  });
}

/** Keeps the archives of all databases within the retention, and drops replaced databases that nobody asked back; after what was pruned before. */
export async function pruneAll(context: JobContext, before: JobResult): Promise<JobResult> {
  return await within(context, async (work) => {
    const failures: string[] = [];
    let deleted = 0;
    for (const source of postgresSources(context.config)) {
      for (const database of source.databases) {
        try {
          const { plan, partial } = await pruneArchives(work, { source: source.name, database });
          deleted += plan.delete.length + partial.length;
        } catch (error) {
          failures.push(error instanceof Error ? error.message : String(error));
        }
      }
      const dropped = await dropReplaced(source, work.now());
      if (dropped.length > 0) work.say({ step: "drop", detail: `dropped ${dropped.join(", ")}` });
    }
    removeLeftovers();
    if (failures.length > 0) throw new Error(failures.join("; "));
    work.say({ step: "pruned", detail: `${deleted} archives deleted` });
    return before;
  });
}

/** Folders of commands that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(PATHS.scratch).filter((each) => each.startsWith("command-"))) {
    const folder = join(PATHS.scratch, name);
    if (Date.now() - statSync(folder).mtimeMs > 24 * 3_600_000) rmSync(folder, { recursive: true, force: true });
  }
}

/** Rehearses restores of a server. A failure leaves the metrics of the last good drill. */
export async function drill(context: JobContext): Promise<JobResult> {
  const source = sourceOf(context);
  return await within(context, async (work) => {
    const { report } = await rehearsal.drill(work, source);
    const broken = report.sets.filter((each) => !each.ok);
    if (!report.ok)
      throw new Error(
        `drill ${report.id} failed: ${broken.map((each) => `${each.tier} ${each.id} of ${each.database}: ${each.error}`).join("; ") || "there was nothing to restore"}`,
      );
    const { rto, rpo } = report;
    return {
      bytes: 0,
      id: report.id,
      metrics: [
        { name: "restore_drill_last_duration_seconds", value: rto.measuredSeconds ?? 0 },
        { name: "restore_drill_last_data_age_seconds", value: rpo.measuredSeconds ?? 0 },
      ],
    };
  });
}

function sourceOf(context: JobContext): PostgresSource {
  const { source } = context;
  if (source?.kind !== "postgres") throw new Error(`${context.job.source} is no PostgreSQL server`);
  return source;
}

function within<T>(context: JobContext, use: (work: Work) => Promise<T>): Promise<T> {
  return withWork(context.config, context.scratch, (event) => context.log(event), use);
}
