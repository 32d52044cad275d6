import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkRoom, inMebibytes } from "./files";
import { repositoriesOf } from "./pgbackrest";
import { ProgramFailed, run } from "./process";
import { query } from "./psql";
import { start, type ThrowAway } from "./throwaway";
import type { PostgresSource, Work } from "./work";

/** A physical backup, as pgBackRest lists it. */
export interface PhysicalBackup {
  /** `20261121-020000F_20261121-080000I`. */
  readonly label: string;
  readonly kind: "full" | "diff" | "incr";
  readonly startedAt: Date;
  readonly endedAt: Date;
  /** Size of the server's data. */
  readonly bytes: number;
  /** Bytes in the repository. */
  readonly stored: number;
  /** 1: the store. 2: the disk of the host. */
  readonly repository: number;
  readonly failed: boolean;
}

interface Info {
  readonly backup?: readonly {
    readonly label: string;
    readonly type: PhysicalBackup["kind"];
    readonly error?: boolean;
    readonly timestamp: { readonly start: number; readonly stop: number };
    readonly info: { readonly size: number; readonly repository?: { readonly delta?: number } };
  }[];
}

/** Seconds in which a repository has to say what it holds: pgBackRest itself asks a store that is away for minutes. */
const ANSWER = 60;

/** The physical backups of a server in every repository that answers, the newest first. Throws when none does. */
export async function physicalBackups(work: Work, source: PostgresSource): Promise<PhysicalBackup[]> {
  const repositories = repositoriesOf(work.config);
  const asked = await Promise.allSettled(repositories.map((repository) => listed(source.name, repository)));
  const silent = asked.flatMap((each) => (each.status === "rejected" ? [each.reason as Error] : []));
  const [first] = silent;
  if (first !== undefined && silent.length === asked.length) throw first;
  for (const error of silent) work.say({ step: "repository", detail: error.message });
  return asked
    .flatMap((each) => (each.status === "fulfilled" ? each.value : []))
    .sort((a, b) => b.endedAt.getTime() - a.endedAt.getTime());
}

async function listed(stanza: string, repository: number): Promise<PhysicalBackup[]> {
  const info = [`--stanza=${stanza}`, `--repo=${repository}`, "--output=json", "--log-level-console=off", "info"];
  const said = await run("timeout", ["--kill-after=5", String(ANSWER), "pgbackrest", ...info]).catch(
    (error: unknown) => {
      if (error instanceof ProgramFailed && error.code === 124)
        throw new Error(`repository ${repository} of ${stanza} did not answer within ${ANSWER} s`);
      throw error;
    },
  );
  const [found] = JSON.parse(said) as Info[];
  return (found?.backup ?? []).map((each) => ({
    label: each.label,
    kind: each.type,
    startedAt: new Date(each.timestamp.start * 1000),
    endedAt: new Date(each.timestamp.stop * 1000),
    bytes: each.info.size,
    stored: each.info.repository?.delta ?? 0,
    repository,
    failed: each.error === true,
  }));
}

/** Up to where a physical restore goes. */
export type Target = { readonly kind: "latest" } | { readonly kind: "time"; readonly at: Date };

/** A server as it was, running below the scratch folder. */
export interface Recovered {
  readonly server: ThrowAway;
  /** Commit time of the last transaction that is there; `undefined` when none was replayed. */
  readonly lastCommit: Date | undefined;
  readonly folder: string;
  readonly remove: () => Promise<void>;
}

/** Restores a server as it was at a moment, into the scratch folder, and starts it there. Only these databases are whole in it, if named. */
export async function recover(
  work: Work,
  source: PostgresSource,
  target: Target,
  databases: readonly string[] = [],
): Promise<Recovered> {
  const backups = (await physicalBackups(work, source)).filter((each) => !each.failed);
  const oldest = backups.at(-1);
  const newest = backups[0];
  if (oldest === undefined || newest === undefined) throw new Error(`there is no physical backup of ${source.name}`);
  if (target.kind === "time") {
    const { at } = target;
    if (at < oldest.endedAt)
      throw new Error(
        `the oldest backup of ${source.name} ended at ${oldest.endedAt.toISOString()}: nothing before that can be restored`,
      );
    if (at > work.now()) throw new Error(`${at.toISOString()} has not come yet`);
  }
  const folder = join(work.scratch, "recovered");
  const data = join(folder, "data");
  const spool = join(folder, "spool");
  await mkdir(data, { recursive: true, mode: 0o700 });
  await mkdir(spool, { mode: 0o700 });
  const remove = async (): Promise<void> => await rm(folder, { recursive: true, force: true });
  try {
    await checkRoom(folder, newest.bytes, `the data of ${source.name}`);
    work.say({ step: "restore", detail: `${source.name}: restoring ${inMebibytes(newest.bytes)}` });
    const repository = `--repo=${nearest(backups, target)}`;
    await run("pgbackrest", [
      `--stanza=${source.name}`,
      repository,
      `--pg1-path=${data}`,
      "--archive-mode=off",
      // The usual place for segments that were fetched ahead is in memory, and smaller than they are.
      `--spool-path=${spool}`,
      `--recovery-option=restore_command=pgbackrest --stanza=${source.name} --pg1-path=${data} ${repository} --archive-async --spool-path=${spool} archive-get %f "%p"`,
      ...(target.kind === "latest"
        ? ["--type=default"]
        : ["--type=time", `--target=${forPostgres(target.at)}`, "--target-action=promote"]),
      ...databases.map((each) => `--db-include=${each}`),
      "restore",
    ]);
    work.say({ step: "replay", detail: `${source.name}: replaying the write-ahead log` });
    const server = await start(folder, data, 4 * 3_600_000).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      throw new Error(
        /before configured recovery target was reached/.test(why)
          ? `the archived write-ahead log ends before ${target.kind === "time" ? target.at.toISOString() : "the target"}: choose an earlier moment`
          : why,
      );
    });
    const [row] = await query<{ at: string | null }>(
      server,
      "postgres",
      "SELECT pg_last_xact_replay_timestamp() AS at",
    );
    return {
      server,
      lastCommit: row?.at == null ? undefined : new Date(row.at),
      folder,
      remove: async () => {
        await server.stop();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    if (error instanceof ProgramFailed && error.code === 75)
      throw new Error(`no backup of ${source.name} is old enough for that moment`);
    throw error;
  }
}

/** The disk of the host, where it has a backup that is old enough: it is quicker, and there when the store is not. */
function nearest(backups: readonly PhysicalBackup[], target: Target): number {
  const fitting = backups.filter((each) => target.kind === "latest" || each.endedAt <= target.at);
  return Math.max(1, ...fitting.map((each) => each.repository));
}

/** A moment as pgBackRest takes it: with its offset, so that no time zone is guessed. */
function forPostgres(at: Date): string {
  return at.toISOString().replace("T", " ").replace("Z", "+00");
}
