import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { RunnerConfig, SourceConfig } from "./config";
import type { WalState } from "./metrics";
import { run } from "./process";
import { now } from "./state";

type Postgres = Extract<SourceConfig, { kind: "postgres" }>;

/** The servers whose WAL is archived. */
export function walSources(config: RunnerConfig): readonly Postgres[] {
  return config.sources.flatMap((each) => (each.kind === "postgres" && each.wal !== false ? [each] : []));
}

/**
 * How far the WAL of a server has been archived. The server's own counter of failures stays at 0 for minutes while a store does not answer, and
 * the time of the last archived file stands still on a quiet server: so this looks at the files that wait. Without one, all that was closed is in
 * the store; else all that was closed before the oldest of them.
 */
export async function walState(source: Postgres, maxAge: number, before: WalState | undefined): Promise<WalState> {
  const last = before?.archivedUntil;
  try {
    const asked = now();
    const failing = await archiverFails(source);
    const waiting = waitingSince(join(source.dataPath, "pg_wal", "archive_status"));
    const until = waiting ?? (failing ? last : asked);
    return { source: source.name, archivedUntil: until, failing, maxAge };
  } catch {
    return { source: source.name, archivedUntil: last, failing: true, maxAge };
  }
}

/** When the oldest file was closed that has not been archived yet. */
function waitingSince(folder: string): number | undefined {
  const times = readdirSync(folder)
    .filter((name) => name.endsWith(".ready"))
    .flatMap((name) => {
      try {
        return [statSync(join(folder, name)).mtimeMs / 1000];
      } catch {
        return [];
      }
    });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Whether the last attempt to archive a file failed, or the server does not archive at all. Throws when the server does not answer. */
async function archiverFails(source: Postgres): Promise<boolean> {
  const sql =
    "SELECT current_setting('archive_mode') = 'off' OR COALESCE(last_failed_time > COALESCE(last_archived_time, '-infinity'), false) FROM pg_stat_archiver";
  const answer = await run(
    "psql",
    ["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", source.socket, "-U", "postgres", "-d", "postgres", "-c", sql],
    { env: { PGCONNECT_TIMEOUT: "5", PGOPTIONS: "-c statement_timeout=5s" } },
  );
  return answer.trim() !== "f";
}
