/** Schedules by what runs; `undefined` never runs. */
export interface Schedules {
  readonly full: string | undefined;
  readonly incremental: string | undefined;
  readonly dump: string | undefined;
  readonly copy: string;
  readonly verify: string;
  readonly drill: string;
  readonly prune: string;
}

/** Seconds that a closed WAL file may need on its way to the store. */
export const WAL_TRANSFER = 60;
/** Longest time between two WAL files where the RPO allows it. */
const ARCHIVE_TIMEOUT = 300;
/** Age at which the newest archived WAL alerts, where the RPO allows it. */
const WAL_MAX_AGE = 1800;

/** Seconds after which an unfinished WAL file is closed: what the RPO leaves when the transfer is taken off, at most five minutes. */
export function archiveTimeout(rpo: number): number {
  return Math.min(ARCHIVE_TIMEOUT, Math.max(60, rpo - WAL_TRANSFER));
}

/** Age in seconds at which the newest archived WAL alerts. */
export function walMaxAge(rpo: number): number {
  return Math.min(WAL_MAX_AGE, Math.max(rpo, archiveTimeout(rpo) + WAL_TRANSFER));
}
