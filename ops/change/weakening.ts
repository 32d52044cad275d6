import type { Leaf } from "./leaves";
import type { RawChange, Reason } from "./model";

/** What a reader is told of a property that now protects data less. */
interface Weakening {
  readonly id: string;
  readonly keys: RegExp;
  readonly weaker: (leaf: Leaf, change: RawChange) => boolean;
  readonly text: (leaf: Leaf) => string;
}

const turnedOff = ({ before, after }: Leaf) => before === true && after !== true;
const turnedOn = ({ before, after }: Leaf) => before !== true && after === true;

/** How a retention is compared: absent and 0 keep for ever where the provider means it so. */
const FOR_EVER = /^(retentionInDays|days|noncurrentDays|deleteAfter)$/;

const WEAKENINGS: readonly Weakening[] = [
  {
    id: "deletion-protection-off",
    keys: /^(deletionProtection|deletionProtectionEnabled|enableDeletionProtection|disableApiTermination|keepLocally)$/,
    weaker: (leaf, change) => turnedOff(leaf) && change.type !== "docker:index/remoteImage:RemoteImage",
    text: ({ path }) => `${path} is switched off`,
  },
  {
    id: "final-snapshot-skipped",
    keys: /^skipFinalSnapshot$/,
    weaker: turnedOn,
    text: () => "no final snapshot will be taken when it is deleted",
  },
  {
    id: "final-snapshot-skipped",
    keys: /^finalSnapshotIdentifier$/,
    weaker: ({ before, after }) => before !== undefined && after === undefined,
    text: () => "the name of its final snapshot is removed",
  },
  {
    id: "force-destroy-on",
    keys: /^(forceDestroy|forceDelete|forceOverwriteReplicaSecret)$/,
    weaker: turnedOn,
    text: ({ path }) => `${path} lets it be deleted with all that it holds`,
  },
  {
    id: "versioning-off",
    keys: /^(status|enabled|versioned)$/,
    weaker: ({ path, before, after }) =>
      /versioning|versioned/i.test(path) &&
      ((before === "Enabled" && after !== "Enabled") || (before === true && after !== true)),
    text: () => "old versions are no longer kept",
  },
  {
    id: "recovery-off",
    keys: /^(enabled|pointInTimeRecovery|objectLockEnabled|copyTagsToSnapshot|aofEnabled|persistence)$/,
    weaker: (leaf) => /pointInTime|objectLock|aof|persistence/i.test(leaf.path) && turnedOff(leaf),
    text: ({ path }) => `${path} is switched off`,
  },
  {
    id: "retention-shortened",
    keys: /retention|^days$|^noncurrentDays$|^deleteAfter$|deletionWindowInDays|recoveryWindowInDays/i,
    weaker: (leaf, change) => isShorter(leaf, change.type),
    text: ({ path, before, after }) => `${path}: ${spelled(before)} becomes ${spelled(after)}`,
  },
  {
    id: "reclaimed",
    keys: /^(reclaimPolicy|persistentVolumeReclaimPolicy|whenDeleted|whenScaled)$/,
    weaker: ({ before, after }) => before === "Retain" && after !== "Retain",
    text: ({ path }) => `${path}: volumes are deleted where they were kept`,
  },
];

/** Everything about a change that protects data less than before. */
export function weakenings(change: RawChange, leaves: readonly Leaf[]): Reason[] {
  const reason = (id: string, text: string): Reason => ({ id, risk: "data-loss", text });
  const options = change.properties.find(({ path }) => path === "options.retainOnDelete");
  return [
    ...(change.protect.before && !change.protect.after && change.after !== undefined
      ? [reason("protect-off", "it is no longer protected from deletion")]
      : []),
    ...(options?.before === true ? [reason("retain-off", "deleting it will no longer keep the real thing")] : []),
    ...leaves.flatMap((leaf) =>
      WEAKENINGS.filter(({ keys, weaker }) => keys.test(leaf.key) && weaker(leaf, change)).map(({ id, text }) =>
        reason(id, text(leaf)),
      ),
    ),
  ];
}

function isShorter({ key, path, before, after }: Leaf, type: string): boolean {
  if (!/retention|window|expir|deleteAfter|lifecycle/i.test(path) || /transition/i.test(path)) return false;
  const [was, is] = [length(before), length(after)];
  if (was === undefined && before !== undefined && before !== null) return false;
  if (FOR_EVER.test(key)) return (is || Number.POSITIVE_INFINITY) < (was || Number.POSITIVE_INFINITY);
  if (was === undefined) return false;
  // The provider's own default takes over, and nobody has said that it is as long.
  if (is === undefined) return /^aws:(rds|elasticache|kms)|^bulwark:/.test(type) && after === undefined;
  return is < was;
}

function length(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  const match = typeof value === "string" ? /^(\d+)(?: ?(\w+))?$/.exec(value) : null;
  if (match === null) return undefined;
  const units: Readonly<Record<string, number>> = {
    h: 1 / 24,
    hour: 1 / 24,
    day: 1,
    d: 1,
    week: 7,
    w: 7,
    month: 30,
    year: 365,
  };
  return Number(match[1]) * (units[(match[2] ?? "d").replace(/(?<=\w{3})s$/, "")] ?? 1);
}

function spelled(value: unknown): string {
  return value === undefined || value === null
    ? "no limit"
    : typeof value === "number"
      ? String(value)
      : `"${String(value)}"`;
}
