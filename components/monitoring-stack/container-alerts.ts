import { type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";

const platform = { team: "platform", dashboard: "containers" } as const;

/** What is watched of the containers of a compose host (cAdvisor 0.54 and later). */
export const CONTAINER_RULES = {
  ContainerMissing: {
    ...platform,
    expr: 'count by (instance, name) (container_last_seen{name!=""} offset 10m) unless on (instance, name) count by (instance, name) (container_last_seen{name!=""})',
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    group: "container-availability",
    summary: "Container {{ $labels.name }} is gone",
    description: "It ran ten minutes ago. The alert ends by itself: ServiceDown goes on for as long as it lasts.",
  },
  ContainerRestartLoop: {
    ...platform,
    expr: 'sum by (instance, name) (changes(container_start_time_seconds{name!=""}[15m])) > $count',
    parameters: { count: 2 },
    for: "0 minutes",
    severity: "warning",
    group: "container-restarts",
    summary: "Container {{ $labels.name }} restarts again and again",
    description: '{{ $value | printf "%.0f" }} restarts in 15 minutes.',
  },
  ContainerMemoryNearLimit: {
    ...platform,
    expr: '100 * container_memory_working_set_bytes{name!=""} / (container_spec_memory_limit_bytes{name!=""} > 0) > $percent',
    parameters: { percent: 90 },
    for: "5 minutes",
    severity: "warning",
    group: "container-memory",
    summary: "Container {{ $labels.name }} uses more than $percent % of its memory limit",
    description: 'It uses {{ $value | printf "%.0f" }} %; at 100 % the kernel ends it.',
  },
  ContainerCpuThrottled: {
    ...platform,
    expr: '100 * sum by (instance, name) (increase(container_cpu_cfs_throttled_periods_total{name!=""}[5m])) / sum by (instance, name) (increase(container_cpu_cfs_periods_total{name!=""}[5m])) > $percent',
    parameters: { percent: 25 },
    for: "15 minutes",
    severity: "info",
    group: "container-cpu",
    summary: "Container {{ $labels.name }} is held back by its CPU limit",
    description: 'In {{ $value | printf "%.0f" }} % of the periods it had to wait.',
  },
  ImageTooOld: {
    ...platform,
    expr: "(time() - bulwark_image_created_timestamp_seconds) / 86400 > $days",
    parameters: { days: 90 },
    for: "1 hour",
    severity: "info",
    group: "security-images",
    team: "security",
    summary: "The image of {{ $labels.name }} is more than $days days old",
    description: 'It was built {{ $value | printf "%.0f" }} days ago and lacks all fixes since.',
  },
} as const satisfies RuleTable;

/** Changes to the alerts of containers. */
export type ContainerAlerts = Tuning<typeof CONTAINER_RULES>;

/** The rules of the containers; they exist on compose hosts only. */
export function containerRules(tuning: ContainerAlerts = {}): RuleSource {
  return { kind: "container", jobs: [], tuning, rules: (scope) => tuned(CONTAINER_RULES, tuning, scope) };
}
