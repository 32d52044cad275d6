import { type AlertRule, type RuleSource, type RuleTable, type Tuning, tuned } from "./monitorable";

/** Whether what should be watched is there at all. */
export const AVAILABILITY_RULES = {
  ServiceDown: {
    expr: 'up{job!~"blackbox.*"} == 0',
    parameters: {},
    for: "2 minutes",
    severity: "critical",
    team: "platform",
    group: "availability",
    summary: "{{ $labels.job }} on {{ $labels.instance }} is down",
    description: "Prometheus cannot fetch its metrics: the process is gone, hangs, or the network path is cut.",
    dashboard: "overview",
  },
} as const satisfies RuleTable;

/** One of these for each declared job: a rule over a series that does not exist says nothing. */
export const ABSENCE_RULES = {
  TargetAbsent: {
    expr: 'absent(up{job="$job"})',
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "platform",
    group: "availability",
    summary: "Nothing is known of {{ $labels.job }}",
    description: "The job is declared, but Prometheus has no target for it.",
    dashboard: "overview",
  },
} as const satisfies RuleTable;

/** Changes to the alerts about availability. */
export type AvailabilityAlerts = Tuning<typeof AVAILABILITY_RULES> & Tuning<typeof ABSENCE_RULES>;

/** One rule for all jobs that are down, and one rule for each job that could be missing. */
export function availabilityRules(jobs: readonly string[], tuning: AvailabilityAlerts = {}): RuleSource {
  return {
    kind: "availability",
    jobs: [],
    tuning,
    rules: (): readonly AlertRule[] => [
      ...tuned(AVAILABILITY_RULES, tuning, {}),
      ...[...new Set(jobs)].sort().flatMap((job) => absence(job, tuning)),
    ],
  };
}

function absence(job: string, tuning: AvailabilityAlerts): readonly AlertRule[] {
  return tuned(ABSENCE_RULES, tuning, {}).map((rule) => ({
    ...rule,
    expr: rule.expr.replace("$job", () => job),
    labels: { job },
  }));
}
