/** Folder of all that outlives the container. Another one can be given for tests. */
const ROOT = process.env["BULWARK_STATE"] ?? "/var/lib/bulwark";

/** Where the runner keeps things. */
export const PATHS = {
  config: process.env["BULWARK_CONFIG"] ?? "/etc/bulwark/backup.json",
  metrics: `${ROOT}/metrics`,
  state: `${ROOT}/state`,
  lock: `${ROOT}/lock`,
  scratch: `${ROOT}/scratch`,
  /** Where a restorer has the volume that it writes to, or the key of the bucket. */
  target: "/restore",
  /** Held in memory: results that found no room on the disk, and files with keys. */
  memory: process.env["BULWARK_MEMORY"] ?? "/tmp/bulwark",
} as const;
