import type { RunnerConfig } from "./config";
import type { JobContext, JobResult } from "./context";
import { ProgramFailed, run } from "./process";
import { refusal } from "./store";

interface BackupInfo {
  readonly label: string;
  readonly error?: boolean;
  readonly info: { readonly size: number };
}

const base = (stanza: string): readonly string[] => [`--stanza=${stanza}`, "--log-level-console=info"];

/** Makes the repository of a server, once; run again it only checks that it belongs to that server. */
export async function ensureStanza(source: string): Promise<void> {
  await run("pgbackrest", [...base(source), "stanza-create"]);
}

/** Repositories of a schedule by their number: the store, and the disk of the host where there is one. */
export const repositoriesOf = (config: RunnerConfig): readonly number[] => (config.local === undefined ? [1] : [1, 2]);

/**
 * A base backup, or an increment to the last one, in each repository: pgBackRest itself takes the first alone. The WAL it needs has arrived when
 * this ends well. A repository that fails does not keep the next one from its backup.
 */
export async function physical(context: JobContext, type: "full" | "incr"): Promise<JobResult> {
  const stanza = context.job.source;
  await ensureStanza(stanza).catch(inWords);
  const repositories = repositoriesOf(context.config);
  const failures: string[] = [];
  const made: JobResult[] = [];
  for (const repository of repositories) {
    context.log({ step: "backup", type, repository });
    try {
      const how = [`--repo=${repository}`, `--type=${type}`, "backup"];
      await context.run("pgbackrest", [...base(stanza), ...how]).catch(inWords);
      const newest = (await backups(stanza, repository)).at(-1);
      if (newest === undefined || newest.error === true)
        throw new Error(`${stanza} has no good backup after a run that ended well`);
      made.push({ bytes: newest.info.size, id: newest.label });
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      failures.push(repositories.length === 1 ? why : `repository ${repository}: ${why}`);
    }
  }
  const [first] = made;
  if (failures.length > 0 || first === undefined) throw new Error(failures.join("; "));
  return first;
}

/** The line of error alone, without hints and stack; before it what the store says, where that takes nothing: a full disk shows here as WAL that is late. */
async function inWords(failed: unknown): Promise<never> {
  if (!(failed instanceof ProgramFailed)) throw failed;
  const [, said = failed.message] = /ERROR: (\[\d+\]: .+)/.exec(failed.output) ?? [];
  const refused = await refusal();
  throw new Error(`${refused === undefined ? "" : `the store takes nothing: ${refused} · `}pgBackRest: ${said}`);
}

/** Reads every file of each repository back and compares it with its checksum. */
export async function verifyPhysical(context: JobContext): Promise<JobResult> {
  const stanza = context.job.source;
  let bytes = 0;
  let id = "";
  for (const repository of repositoriesOf(context.config)) {
    context.log({ step: "verify", stanza, repository });
    const said = await context.run("pgbackrest", [
      `--stanza=${stanza}`,
      `--repo=${repository}`,
      "--log-level-console=off",
      "--output=text",
      "--verbose",
      "verify",
    ]);
    if (!/status: ok/.test(said))
      throw new Error(
        `verify of ${stanza}, repository ${repository}: ${said
          .trim()
          .replace(/\s*\n\s*/g, " · ")
          .slice(-600)}`,
      );
    const all = await backups(stanza, repository);
    bytes += all.reduce((sum, each) => sum + each.info.size, 0);
    id = all.at(-1)?.label ?? id;
  }
  return { bytes, id };
}

/** The backups of a repository, oldest first. */
async function backups(stanza: string, repository: number): Promise<readonly BackupInfo[]> {
  const args = [`--stanza=${stanza}`, `--repo=${repository}`, "--output=json", "--log-level-console=off", "info"];
  const [found] = JSON.parse(await run("pgbackrest", args)) as { backup?: readonly BackupInfo[] }[];
  return found?.backup ?? [];
}
