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

/** A base backup, or an increment to the last one. The WAL it needs has arrived in the store when this ends well. */
export async function physical(context: JobContext, type: "full" | "incr"): Promise<JobResult> {
  const stanza = context.job.source;
  try {
    await ensureStanza(stanza);
    context.log({ step: "backup", type });
    await context.run("pgbackrest", [...base(stanza), `--type=${type}`, "backup"]);
  } catch (error) {
    throw error instanceof ProgramFailed ? new Error(await inWords(error)) : error;
  }
  const newest = (await backups(stanza)).at(-1);
  if (newest === undefined || newest.error === true)
    throw new Error(`${stanza} has no good backup after a run that ended well`);
  return { bytes: newest.info.size, id: newest.label };
}

/** The line of error alone, without hints and stack; before it what the store says, where that takes nothing: a full disk shows here as WAL that is late. */
async function inWords(failed: ProgramFailed): Promise<string> {
  const [, said = failed.message] = /ERROR: (\[\d+\]: .+)/.exec(failed.output) ?? [];
  const refused = await refusal();
  return `${refused === undefined ? "" : `the store takes nothing: ${refused} · `}pgBackRest: ${said}`;
}

/** Reads every file of the repository back and compares it with its checksum. */
export async function verifyPhysical(context: JobContext): Promise<JobResult> {
  const stanza = context.job.source;
  context.log({ step: "verify", repository: stanza });
  const said = await context.run("pgbackrest", [
    `--stanza=${stanza}`,
    "--log-level-console=off",
    "--output=text",
    "--verbose",
    "verify",
  ]);
  if (!/status: ok/.test(said))
    throw new Error(
      `verify of ${stanza}: ${said
        .trim()
        .replace(/\s*\n\s*/g, " · ")
        .slice(-600)}`,
    );
  const all = await backups(stanza);
  return { bytes: all.reduce((sum, each) => sum + each.info.size, 0), id: all.at(-1)?.label ?? "" };
}

/** The backups of a repository, oldest first. */
export async function backups(stanza: string): Promise<readonly BackupInfo[]> {
  const said = await run("pgbackrest", [`--stanza=${stanza}`, "--output=json", "--log-level-console=off", "info"]);
  const [found] = JSON.parse(said) as { backup?: readonly BackupInfo[] }[];
  return found?.backup ?? [];
}
