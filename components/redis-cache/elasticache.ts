import type { Environment } from "../core/environment";
import type { Purpose } from "./args";
import { EVICTION } from "./configuration";

/** A size of node that Amazon ElastiCache sells. */
export interface NodeType {
  readonly name: string;
  /** Memory for data and overhead, in MiB. */
  readonly memory: number;
}

const GIB = 1024;

/** Cheapest first, with the memory that the parameter `maxmemory` of each has (Amazon ElastiCache, node-type parameters). */
const BURSTABLE: readonly NodeType[] = [
  { name: "cache.t4g.micro", memory: 0.5 * GIB },
  { name: "cache.t4g.small", memory: Math.floor(1.37 * GIB) },
  { name: "cache.t4g.medium", memory: Math.floor(3.09 * GIB) },
];
const STEADY: readonly NodeType[] = [
  { name: "cache.m7g.large", memory: Math.floor(6.38 * GIB) },
  { name: "cache.m7g.xlarge", memory: Math.floor(12.93 * GIB) },
  { name: "cache.r7g.large", memory: Math.floor(13.07 * GIB) },
  { name: "cache.r7g.xlarge", memory: Math.floor(26.32 * GIB) },
  { name: "cache.r7g.2xlarge", memory: Math.floor(52.82 * GIB) },
  { name: "cache.r7g.4xlarge", memory: Math.floor(105.81 * GIB) },
  { name: "cache.r7g.8xlarge", memory: Math.floor(209.55 * GIB) },
  { name: "cache.r7g.16xlarge", memory: Math.floor(419.09 * GIB) },
];

/** Memory of the older types that guides and accounts still name. */
const OTHERS: readonly NodeType[] = [
  { name: "cache.t3.micro", memory: 0.5 * GIB },
  { name: "cache.t3.small", memory: Math.floor(1.37 * GIB) },
  { name: "cache.t3.medium", memory: Math.floor(3.09 * GIB) },
];

/** Share of a node's memory that is kept from the data: for buffers, and for the copy that a snapshot makes. */
export const RESERVED_PERCENT: Readonly<Record<Purpose, number>> = { cache: 25, session: 40, queue: 40 };

/** The cheapest node whose share for data is as large as asked; `undefined` when there is none. Burstable ones are not for prod. */
export function nodeType(environment: Environment, purpose: Purpose, maxMemory: number): NodeType | undefined {
  const types = environment === "prod" ? STEADY : [...BURSTABLE, ...STEADY];
  return types.find((each) => dataMemory(each, purpose) >= maxMemory);
}

/** A node type by its name, if its memory is known. */
export function knownNodeType(name: string): NodeType | undefined {
  return [...BURSTABLE, ...STEADY, ...OTHERS].find((each) => each.name === name);
}

/** Memory for data on a node, in MiB. */
export function dataMemory(type: NodeType, purpose: Purpose): number {
  return Math.floor((type.memory * (100 - RESERVED_PERCENT[purpose])) / 100);
}

/** An engine of Amazon ElastiCache and its family of parameters. */
export const ENGINES = {
  valkey: { version: "8.1", family: "valkey8" },
  redis: { version: "7.1", family: "redis7" },
} as const;

/** The whole parameter group, sorted by name. */
export function cacheParameters(purpose: Purpose): { readonly name: string; readonly value: string }[] {
  return [
    { name: "maxmemory-policy", value: EVICTION[purpose] },
    { name: "reserved-memory-percent", value: String(RESERVED_PERCENT[purpose]) },
  ];
}
