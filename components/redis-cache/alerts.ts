import { type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";
import type { CacheCloudAlerts } from "./cloud-alarms";

/** What is watched of a cache (redis_exporter 1.67 and later; Valkey answers with the same names). */
export const REDIS_RULES = {
  RedisDown: {
    expr: "redis_up{$job} == 0",
    parameters: {},
    for: "1 minute",
    severity: "critical",
    team: "data",
    group: "redis-availability",
    summary: "Cache {{ $labels.instance }} does not answer",
    description: "The exporter runs but cannot log in to the server.",
    dashboard: "redis",
  },
  RedisMemoryHigh: {
    expr: "100 * redis_memory_used_bytes{$job} / (redis_memory_max_bytes{$job} > 0) > $percent",
    parameters: { percent: 90 },
    for: "5 minutes",
    severity: "warning",
    team: "data",
    group: "redis-memory",
    summary: "Cache {{ $labels.instance }} uses more than $percent % of maxmemory",
    description: "A cache evicts from here on; a queue refuses writes at 100 %.",
    dashboard: "redis",
  },
  RedisConnectionsHigh: {
    expr: "100 * redis_connected_clients{$job} / (redis_max_clients{$job} > 0) > $percent",
    parameters: { percent: 80 },
    for: "5 minutes",
    severity: "warning",
    team: "data",
    group: "redis-connections",
    summary: "Cache {{ $labels.instance }} uses more than $percent % of its connections",
    description: '{{ $value | printf "%.0f" }} % of maxclients are connected.',
    dashboard: "redis",
  },
  RedisRejectedConnections: {
    expr: "increase(redis_rejected_connections_total{$job}[5m]) > $count",
    parameters: { count: 0 },
    for: "0 minutes",
    severity: "critical",
    team: "data",
    group: "redis-connections",
    summary: "Cache {{ $labels.instance }} refuses connections",
    description: '{{ $value | printf "%.0f" }} connections were refused in five minutes.',
    dashboard: "redis",
  },
  RedisPersistenceFailing: {
    expr: "redis_rdb_last_bgsave_status{$job} == 0 or redis_aof_last_write_status{$job} == 0",
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "data",
    group: "redis-persistence",
    summary: "Cache {{ $labels.instance }} cannot write its data to disk",
    description: "A restart would lose what was written since the last good save.",
    dashboard: "redis",
  },
  RedisHitRateLow: {
    expr: "100 * rate(redis_keyspace_hits_total{$job}[15m]) / (rate(redis_keyspace_hits_total{$job}[15m]) + rate(redis_keyspace_misses_total{$job}[15m]) > $floor) < $percent",
    parameters: { percent: 50, floor: 10 },
    for: "30 minutes",
    severity: "info",
    team: "data",
    group: "redis-hits",
    summary: "Cache {{ $labels.instance }} misses more than it finds",
    description: 'Only {{ $value | printf "%.0f" }} % of the look-ups found a key.',
    dashboard: "redis",
  },
} as const satisfies RuleTable;

/** Changes to the alerts of a cache. */
export type RedisAlerts = Tuning<typeof REDIS_RULES> & CacheCloudAlerts;

/** The rules of one cache. */
export function redisRules(job: string, tuning: RedisAlerts = {}): RuleSource {
  return { kind: "redis", jobs: [job], tuning, rules: (scope) => tuned(REDIS_RULES, tuning, scope) };
}
