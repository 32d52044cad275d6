import type { JobContext, JobResult } from "./context";
import { pruneFolder } from "./restic";

/** Removes what no retention holds any more. pgBackRest removes its own after each base backup. */
export async function prune(context: JobContext): Promise<JobResult> {
  const { config } = context;
  for (const source of config.sources) {
    if (source.kind === "postgres" || source.kind === "bucket") continue;
    context.log({ step: "prune", source: source.name });
    await pruneFolder(config, source.name);
  }
  return { bytes: 0, id: new Date().toISOString() };
}
