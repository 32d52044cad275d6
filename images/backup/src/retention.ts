/** How many periods keep a backup: the newest one of each of the last days, ISO weeks, months and years that have one, in UTC. */
export interface RetentionPolicy {
  readonly daily: number;
  readonly weekly: number;
  readonly monthly: number;
  readonly yearly: number;
}

/** A period that keeps a backup. */
export type Tier = keyof RetentionPolicy;

/** All tiers, shortest period first. */
export const TIERS = ["daily", "weekly", "monthly", "yearly"] as const satisfies readonly Tier[];

/** 30 days, 12 weeks, 12 months and 7 years (BK-13). */
export const DEFAULT_RETENTION: RetentionPolicy = { daily: 30, weekly: 12, monthly: 12, yearly: 7 };

/** Hours between marking a backup and deleting it: the next daily run, also when that one is early. */
export const GRACE_HOURS = 20;

/** Largest share of all backups that one run deletes. */
export const MOST_DELETED = 0.3;

/** A backup as the store lists it. */
export interface StoredBackup {
  readonly id: string;
  /** When it was taken. */
  readonly at: Date;
  /** `failed`: it could not be read back. Such a backup stands for no period and is never the newest good one. */
  readonly state: "verified" | "unverified" | "failed";
  /** Backup that this one cannot be restored without. */
  readonly parent?: string;
  /** When an earlier run marked it for deletion. */
  readonly markedAt?: Date;
}

/** Why a backup stays: a tier, or what it is. */
export type Reason = Tier | "newest" | "newest-verified" | "parent" | "future";

/** A backup that stays. */
export interface Kept {
  readonly id: string;
  readonly tiers: readonly Tier[];
  /** Every reason, tiers first. Never empty. */
  readonly reasons: readonly Reason[];
}

/** What a run does to the store. Each list is sorted from the newest to the oldest backup. */
export interface RetentionPlan {
  readonly keep: readonly Kept[];
  /** To be marked now, and deleted by a later run. */
  readonly mark: readonly string[];
  /** Marked by an earlier run, not yet long enough ago. */
  readonly marked: readonly string[];
  /** Marked by an earlier run, but wanted again: their marks go. */
  readonly unmark: readonly string[];
  /** To be deleted now, in this order: no backup goes before those that need it. */
  readonly delete: readonly string[];
  /** Set when more would go than one run may delete; then `delete` is empty. */
  readonly refused?: { readonly wanted: number; readonly of: number; readonly allowed: number };
}

/** What can be set besides the policy. */
export interface RetentionLimits {
  /** Default: {@link GRACE_HOURS}. */
  readonly graceHours?: number;
  /** From 0 to 1; one backup may go in any case. Default: {@link MOST_DELETED}. */
  readonly mostDeleted?: number;
}

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Decides which backups stay. Nothing is deleted at first sight: a run marks, a later one deletes what is still not wanted. The newest backup,
 * the newest verified one, and whatever a kept backup needs always stay.
 */
export function planRetention(
  now: Date,
  backups: readonly StoredBackup[],
  policy: RetentionPolicy,
  limits: RetentionLimits = {},
): RetentionPlan {
  const sorted = [...backups].sort((a, b) => b.at.getTime() - a.at.getTime() || (a.id < b.id ? 1 : -1));
  const reasons = reasonsToKeep(now, sorted, policy);
  const ids = (chosen: readonly StoredBackup[]): string[] => chosen.map((each) => each.id);
  const goes = sorted.filter((each) => !reasons.has(each.id));
  const due = now.getTime() - (limits.graceHours ?? GRACE_HOURS) * HOUR;
  const ripe = (each: StoredBackup): boolean => each.markedAt !== undefined && each.markedAt.getTime() <= due;
  const deleted = withoutOrphans(sorted, goes.filter(ripe));
  const allowed = Math.max(1, Math.floor(sorted.length * (limits.mostDeleted ?? MOST_DELETED)));
  const refused = deleted.length > allowed ? { wanted: deleted.length, of: sorted.length, allowed } : undefined;
  const going = new Set(refused === undefined ? ids(deleted) : []);
  return {
    keep: sorted.flatMap(({ id }) => {
      const why = reasons.get(id);
      return why === undefined ? [] : [{ id, tiers: TIERS.filter((tier) => why.has(tier)), reasons: [...why] }];
    }),
    mark: ids(goes.filter((each) => each.markedAt === undefined)),
    marked: ids(goes.filter((each) => each.markedAt !== undefined && !going.has(each.id))),
    unmark: ids(sorted.filter((each) => each.markedAt !== undefined && reasons.has(each.id))),
    delete: refused === undefined ? ids(deleted) : [],
    ...(refused === undefined ? {} : { refused }),
  };
}

function reasonsToKeep(
  now: Date,
  newestFirst: readonly StoredBackup[],
  policy: RetentionPolicy,
): ReadonlyMap<string, ReadonlySet<Reason>> {
  const reasons = new Map<string, Set<Reason>>();
  const keep = (backup: StoredBackup | undefined, reason: Reason): void => {
    if (backup !== undefined) reasons.set(backup.id, (reasons.get(backup.id) ?? new Set()).add(reason));
  };
  const past = newestFirst.filter((each) => each.at.getTime() <= now.getTime());
  const good = past.filter((each) => each.state !== "failed");
  for (const tier of TIERS) {
    const periods = new Set<string>();
    for (const backup of good) {
      const period = periodOf(tier, backup.at);
      if (periods.has(period)) continue;
      if (periods.size >= policy[tier]) break;
      periods.add(period);
      keep(backup, tier);
    }
  }
  keep(past[0], "newest");
  keep(
    past.find((each) => each.state === "verified"),
    "newest-verified",
  );
  // A clock was wrong when these were taken, or is now: no reason to delete anything.
  for (const backup of newestFirst) if (backup.at.getTime() > now.getTime()) keep(backup, "future");
  const byId = new Map(newestFirst.map((each) => [each.id, each]));
  for (const id of [...reasons.keys()]) {
    const seen = new Set([id]);
    for (let parent = parentOf(byId, id); parent !== undefined && !seen.has(parent.id); ) {
      keep(parent, "parent");
      seen.add(parent.id);
      parent = parentOf(byId, parent.id);
    }
  }
  return reasons;
}

function parentOf(byId: ReadonlyMap<string, StoredBackup>, id: string): StoredBackup | undefined {
  const parent = byId.get(id)?.parent;
  return parent === undefined ? undefined : byId.get(parent);
}

/** The ripe ones that nothing which stays needs, those that need others first. */
function withoutOrphans(newestFirst: readonly StoredBackup[], ripe: readonly StoredBackup[]): StoredBackup[] {
  const going = new Map(ripe.map((each) => [each.id, each]));
  for (let before = -1; before !== going.size; ) {
    before = going.size;
    for (const { id, parent } of newestFirst) if (!going.has(id) && parent !== undefined) going.delete(parent);
  }
  const depth = (backup: StoredBackup): number => {
    let steps = 0;
    for (let at = parentOf(going, backup.id); at !== undefined && steps <= going.size; at = parentOf(going, at.id))
      steps++;
    return steps;
  };
  return [...going.values()]
    .map((each) => [depth(each), each] as const)
    .sort(([a], [b]) => b - a)
    .map(([, each]) => each);
}

/** The period of a tier that a moment lies in, as text. A week is known by its Monday, which also tells its ISO year. */
function periodOf(tier: Tier, at: Date): string {
  switch (tier) {
    case "daily":
      return at.toISOString().slice(0, 10);
    case "weekly":
      return new Date(at.getTime() - ((at.getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10);
    case "monthly":
      return at.toISOString().slice(0, 7);
    case "yearly":
      return at.toISOString().slice(0, 4);
  }
}
