import type { Problems } from "./problems";
import { sizeOf } from "./units";

/** What one workload takes from a host or node. */
export interface Share {
  /** Name of the workload. */
  readonly name: string;
  /** CPUs it is guaranteed. */
  readonly cpus: number;
  /** Memory it may use at most, in MiB, over all its replicas. */
  readonly memory: number;
  /** What one step of an update takes besides: a replica of the next version beside the one before, or a job. Updates take one step at a time. */
  readonly step?: { readonly cpus: number; readonly memory: number };
}

/** What a host or node has. */
export interface CapacityFacts {
  /** CPUs. */
  readonly cpus: number;
  /** Memory in MiB. */
  readonly memory: number;
  /** Memory in MiB that is left to the operating system and Docker. */
  readonly reserved: number;
}

/**
 * Adds up what the workloads of one host ask for, and refuses the one that no longer fits. Memory limits are never overcommitted: the kernel
 * would end a database. CPU is compared by reservation, because CPU time can be shared.
 */
export class Capacity {
  readonly #shares: Share[] = [];
  #memory = 0;
  #cpus = 0;
  #step: { readonly name: string; readonly cpus: number; readonly memory: number } = { name: "", cpus: 0, memory: 0 };

  constructor(
    readonly subject: string,
    readonly facts: CapacityFacts,
  ) {}

  /** What has been taken so far. */
  get shares(): readonly Share[] {
    return this.#shares;
  }

  /** Takes a share; adds a problem when the sum is more than there is. */
  take(share: Share, problems: Problems): void {
    this.#shares.push(share);
    this.#memory += share.memory;
    this.#cpus += share.cpus;
    if (share.step !== undefined && share.step.memory > this.#step.memory)
      this.#step = { name: share.name, ...share.step };
    const available = this.facts.memory - this.facts.reserved;
    if (this.#memory + this.#step.memory > available) {
      problems.add({
        path: "memory",
        given: `${this.#list((each) => sizeOf(each.memory), sizeOf(this.#step.memory))} = ${sizeOf(this.#memory + this.#step.memory)}`,
        allowed: `${sizeOf(available)} (${sizeOf(this.facts.memory)} of ${this.subject} less ${sizeOf(this.facts.reserved)} for the system)`,
        fix: "lower the memory of a workload, or describe a larger host",
      });
    }
    if (this.#cpus + this.#step.cpus > this.facts.cpus + 1e-9) {
      problems.add({
        path: "reservedCpus",
        given: `${this.#list((each) => String(each.cpus), String(this.#step.cpus))} = ${Math.round((this.#cpus + this.#step.cpus) * 100) / 100}`,
        allowed: `${this.facts.cpus} CPUs of ${this.subject}`,
        fix: "lower reservedCpus of a workload, or describe a larger host",
      });
    }
  }

  /** Built only for a message: a list on each take would cost the square of the number of workloads. */
  #list(amount: (share: Share) => string, step: string): string {
    const shares = this.#shares.map((each) => `${each.name} ${amount(each)}`);
    return [...shares, ...(this.#step.name === "" ? [] : [`${step} for an update of ${this.#step.name}`])].join(" + ");
  }
}
