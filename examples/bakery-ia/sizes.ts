import type { Size } from "bulwark";

/** Where the databases are: fourteen servers with one each, or one server with all of them. */
export type Layout = "instances" | "shared";

/** What grows with the number of tenants. */
export interface Profile {
  /** Replicas of the services that every request passes. */
  readonly critical: number;
  /** Replicas of the others. */
  readonly others: number;
  /** Memory of one replica of a service. */
  readonly memory: Size;
  /** Memory of one of the fourteen servers, and of the shared one. */
  readonly database: Readonly<Record<Layout, Size>>;
  /** Read replicas of the databases. */
  readonly readers: number;
}

/** The growth of the guide. What a profile needs is summed up and compared with the node, so a profile that is too large says so. */
export const PROFILES = {
  10: { critical: 1, others: 1, memory: "512 MiB", database: { instances: "256 MiB", shared: "3 GiB" }, readers: 0 },
  20: { critical: 2, others: 1, memory: "512 MiB", database: { instances: "256 MiB", shared: "3 GiB" }, readers: 0 },
  30: { critical: 2, others: 1, memory: "768 MiB", database: { instances: "512 MiB", shared: "6 GiB" }, readers: 0 },
  50: { critical: 2, others: 1, memory: "768 MiB", database: { instances: "256 MiB", shared: "4 GiB" }, readers: 1 },
  75: { critical: 3, others: 1, memory: "1 GiB", database: { instances: "512 MiB", shared: "7 GiB" }, readers: 1 },
} as const satisfies Readonly<Record<number, Profile>>;

/** Numbers of tenants that there is a profile for. */
export type Tenants = keyof typeof PROFILES;
