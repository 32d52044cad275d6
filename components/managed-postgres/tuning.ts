/** Server settings by name, as `postgresql.conf` writes them. */
export type Settings = Readonly<Record<string, string>>;

/** Memory that the `large` profile is made for, in MiB. */
export const LARGE_PROFILE_MEMORY = 16 * 1024;

/** The memory settings of the `large` profile (PG-04). */
const LARGE: Settings = {
  shared_buffers: "4GB",
  effective_cache_size: "12GB",
  maintenance_work_mem: "1GB",
  work_mem: "32MB",
  wal_buffers: "16MB",
};

/** Settings that do not depend on memory (PG-05). */
const PLANNER: Settings = {
  checkpoint_completion_target: "0.9",
  default_statistics_target: "100",
  random_page_cost: "1.1",
  effective_io_concurrency: "200",
};

/**
 * Memory and planner settings for a server with so much memory and so many connections. Derived: a quarter of the memory for shared buffers,
 * three quarters as the planner's idea of the cache, a sixteenth (at most 2 GB) for maintenance, and 40 % of the memory over all
 * connections for sorting, between 4 and 64 MB each. At 16 GiB and 200 connections this gives the figures of the `large` profile.
 */
export function tuning(memory: number, maxConnections: number, profile: "derived" | "large"): Settings {
  return { ...(profile === "large" ? LARGE : derived(memory, maxConnections)), ...PLANNER };
}

function derived(memory: number, maxConnections: number): Settings {
  const sharedBuffers = Math.max(32, Math.floor(memory / 4));
  return {
    shared_buffers: megabytes(sharedBuffers),
    effective_cache_size: megabytes(Math.floor((memory * 3) / 4)),
    maintenance_work_mem: megabytes(Math.min(2048, Math.max(16, Math.floor(memory / 16)))),
    work_mem: megabytes(Math.min(64, Math.max(4, Math.floor((memory * 0.4) / maxConnections)))),
    wal_buffers: megabytes(Math.min(16, Math.max(1, Math.floor(sharedBuffers / 32)))),
  };
}

/** PostgreSQL's `MB` is 1024 × 1024 bytes. */
function megabytes(mib: number): string {
  return mib % 1024 === 0 ? `${mib / 1024}GB` : `${mib}MB`;
}
