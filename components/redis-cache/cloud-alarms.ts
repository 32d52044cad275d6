import type * as pulumi from "@pulumi/pulumi";
import {
  type AlarmTable,
  type AlarmTuning,
  type CloudWatching,
  cloudAlarms,
  metricsOf,
  sameAs,
} from "../core/cloud-alarm";
import { REDIS_RULES } from "./alerts";
import type { Purpose } from "./args";

/** What the thresholds of a node are derived from. */
export interface CacheNodeSize {
  readonly purpose: Purpose;
  /** Connections that a node takes: 65,000 on Amazon ElastiCache, whatever its size. */
  readonly maxClients: number;
  /** Nodes of the group: one has nothing to lag behind. */
  readonly nodes: number;
}

/** Connections that a node of Amazon ElastiCache takes. */
export const MAX_CLIENTS = 65_000;

const MIB = 1024 ** 2;

const node = metricsOf("AWS/ElastiCache", "CacheClusterId");

const DATA = { team: "data" } as const;

/** The alarms of every node of a replication group. */
export const CACHE_ALARMS = {
  RedisDown: {
    ...sameAs(REDIS_RULES.RedisDown),
    // Nothing is ever below zero: only the silence of a node that no longer reports breaches.
    metrics: { m: node("EngineCPUUtilization", "Maximum") },
    comparison: "<",
    threshold: () => 0,
    parameters: {},
    for: "5 minutes",
    missing: "breaching",
    summary: "the node does not report",
    description: "Amazon ElastiCache has sent no metric for five minutes: the node is being replaced, or is gone.",
  },
  RedisMemoryHigh: {
    ...sameAs(REDIS_RULES.RedisMemoryHigh),
    metrics: { m: node("DatabaseMemoryUsagePercentage", "Maximum") },
    comparison: ">",
    // Lower than on the other targets, since a critical alarm follows at 90.
    parameters: { percent: 80 },
    for: "5 minutes",
    missing: "missing",
    summary: "more than $percent % of maxmemory is in use",
    description: "A cache evicts from here on; a queue refuses writes at 100 %.",
  },
  RedisMemoryCritical: {
    ...DATA,
    severity: "critical",
    group: REDIS_RULES.RedisMemoryHigh.group,
    metrics: { m: node("DatabaseMemoryUsagePercentage", "Maximum") },
    comparison: ">",
    parameters: { percent: 90 },
    for: "5 minutes",
    missing: "missing",
    summary: "more than $percent % of maxmemory is in use",
    description: "Sessions are about to be evicted, or writes refused.",
    // A cache is full all the time, and that is its work.
    when: ({ purpose }) => purpose !== "cache",
  },
  RedisConnectionsHigh: {
    ...sameAs(REDIS_RULES.RedisConnectionsHigh),
    metrics: { m: node("CurrConnections", "Maximum") },
    comparison: ">",
    threshold: ({ percent = 0 }, size) => (size.maxClients * percent) / 100,
    parameters: REDIS_RULES.RedisConnectionsHigh.parameters,
    for: REDIS_RULES.RedisConnectionsHigh.for,
    missing: "missing",
    summary: "more than $percent % of the $maxClients connections are in use",
    description: "A client that opens connections without end will be refused, and so will the others.",
  },
  RedisEngineCpuHigh: {
    ...DATA,
    severity: "warning",
    group: "redis-cpu",
    metrics: { m: node("EngineCPUUtilization") },
    comparison: ">",
    parameters: { percent: 80 },
    for: "10 minutes",
    missing: "missing",
    summary: "the engine's only thread is more than $percent % busy",
    description: "A larger node of the same family does not help: the work must become less, or be spread.",
  },
  RedisEngineCpuCritical: {
    ...DATA,
    severity: "critical",
    group: "redis-cpu",
    metrics: { m: node("EngineCPUUtilization") },
    comparison: ">",
    parameters: { percent: 90 },
    for: "5 minutes",
    missing: "missing",
    summary: "the engine's only thread is more than $percent % busy",
    description: "Commands queue up.",
  },
  RedisEvictions: {
    ...DATA,
    severity: "warning",
    group: REDIS_RULES.RedisMemoryHigh.group,
    metrics: { m: node("Evictions", "Sum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "5 minutes",
    missing: "notBreaching",
    summary: "keys are evicted",
    description: "Memory is full: users lose their sessions.",
    when: ({ purpose }) => purpose !== "cache",
  },
  RedisReplicationLag: {
    ...DATA,
    severity: "warning",
    group: "redis-replication",
    metrics: { m: node("ReplicationLag", "Maximum") },
    comparison: ">",
    parameters: { seconds: 5 },
    for: "5 minutes",
    // The primary has no such metric.
    missing: "notBreaching",
    summary: "the replica is more than $seconds s behind",
    description: "A failover to it would lose that much.",
    when: ({ nodes }) => nodes > 1,
  },
  RedisSwapHigh: {
    ...DATA,
    severity: "warning",
    group: REDIS_RULES.RedisMemoryHigh.group,
    metrics: { m: node("SwapUsage", "Maximum") },
    comparison: ">",
    threshold: ({ mebibytes = 0 }) => mebibytes * MIB,
    parameters: { mebibytes: 50 },
    for: "10 minutes",
    missing: "missing",
    summary: "the node swaps more than $mebibytes MiB",
    description: "The memory that is kept free for the system does not suffice.",
  },
  RedisLoginsFailed: {
    severity: "warning",
    team: "security",
    group: "security-logins",
    metrics: { m: node("AuthenticationFailures", "Sum") },
    comparison: ">",
    parameters: { count: 10 },
    for: "5 minutes",
    period: "5 minutes",
    missing: "notBreaching",
    summary: "more than $count failed logins in five minutes",
    description: "A client has an old password, or somebody guesses.",
  },
} as const satisfies AlarmTable<CacheNodeSize>;

/** Changes to the alarms of a cache on AWS. */
export type CacheCloudAlerts = AlarmTuning<typeof CACHE_ALARMS>;

/** A node of a replication group. */
export interface CacheNode {
  readonly name: string;
  readonly id: pulumi.Input<string>;
}

/** How the nodes of one cache are watched on AWS. */
export function cacheWatching(
  nodes: readonly CacheNode[],
  of: { readonly purpose: Purpose },
  tuning: CacheCloudAlerts = {},
): CloudWatching {
  const size: CacheNodeSize = { ...of, nodes: nodes.length, maxClients: MAX_CLIENTS };
  return {
    alarms: nodes.flatMap((node) =>
      cloudAlarms(CACHE_ALARMS, { about: node.name, dimensions: { CacheClusterId: node.id }, size }, tuning),
    ),
    events: [],
  };
}
