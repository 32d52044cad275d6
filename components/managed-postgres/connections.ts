import { ArgumentError } from "../core/errors";

/** What one consumer may open at once. */
interface Pool {
  readonly consumer: string;
  readonly instances: number;
  readonly pool: number;
}

/** Connections that no pool may count on: three that PostgreSQL keeps for superusers, one each for exporter and backup, one for an operator. */
export const KEPT_CONNECTIONS = 6;

/**
 * Adds up what the pools of all consumers of one server can open at once, and refuses the one that no longer fits. Without that the server would
 * refuse connections on the day of the highest load.
 */
export class ConnectionBudget {
  readonly #pools: Pool[] = [];

  constructor(
    /** Name of the server. */
    readonly server: string,
    readonly maxConnections: number,
  ) {}

  /** Takes the pools of a consumer's instances. Throws an `ArgumentError` when the sum is more than the server takes. */
  take(consumer: string, instances: number, pool: number): void {
    this.#pools.push({ consumer, instances, pool });
    const sum = this.#pools.reduce((total, each) => total + each.instances * each.pool, 0);
    const available = this.maxConnections - KEPT_CONNECTIONS;
    if (sum <= available) return;
    const list = this.#pools.map((each) => `${each.consumer} ${each.instances} × ${each.pool}`).join(" + ");
    throw new ArgumentError(`link to ManagedPostgres "${this.server}"`, [
      {
        path: "pool",
        given: `${list} = ${sum} connections`,
        allowed: `${available} (maxConnections ${this.maxConnections} less ${KEPT_CONNECTIONS} that are kept free)`,
        fix: `lower a pool or the most replicas, or raise maxConnections of ${this.server}`,
      },
    ]);
  }
}
