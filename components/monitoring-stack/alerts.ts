import { type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";

/** Whether the watching itself works. */
export const SELF_RULES = {
  Watchdog: {
    expr: "vector(1)",
    parameters: {},
    for: "0 minutes",
    severity: "none",
    team: "platform",
    group: "heartbeat",
    summary: "The alert chain works",
    description: "Always on. A service outside must raise the alarm when it stops arriving.",
    dashboard: "alerts",
  },
  AlertmanagerNotificationsFailing: {
    expr: "sum by (integration) (rate(alertmanager_notifications_failed_total[5m])) / sum by (integration) (rate(alertmanager_notifications_total[5m])) > $share",
    parameters: { share: 0.01 },
    for: "5 minutes",
    severity: "critical",
    team: "platform",
    group: "monitoring-notifications",
    summary: "Notifications by {{ $labels.integration }} do not arrive",
    description: "{{ $value | humanizePercentage }} of them fail.",
    dashboard: "alerts",
  },
  PrometheusConfigReloadFailed: {
    expr: "max_over_time(prometheus_config_last_reload_successful[5m]) == 0 or max_over_time(alertmanager_config_last_reload_successful[5m]) == 0",
    parameters: {},
    for: "5 minutes",
    severity: "critical",
    team: "platform",
    group: "monitoring-configuration",
    summary: "{{ $labels.job }} runs with an old configuration",
    description: "The last reload failed: new targets, rules or routes do not count yet.",
    dashboard: "alerts",
  },
  PrometheusRuleFailures: {
    expr: "increase(prometheus_rule_evaluation_failures_total[5m]) > $count",
    parameters: { count: 0 },
    for: "15 minutes",
    severity: "critical",
    team: "platform",
    group: "monitoring-rules",
    summary: "Rules of group {{ $labels.rule_group }} cannot be evaluated",
    description: '{{ $value | printf "%.0f" }} evaluations failed in five minutes: those alerts are blind.',
    dashboard: "alerts",
  },
  TextfileCollectorBroken: {
    expr: "node_textfile_scrape_error == 1",
    parameters: {},
    for: "5 minutes",
    severity: "warning",
    team: "platform",
    group: "monitoring-exporters",
    summary: "{{ $labels.instance }} cannot read the metrics that jobs leave in files",
    description: "Metrics of backups, drills and images stand still.",
    dashboard: "backups",
  },
  ContainerMetricsMissing: {
    expr: 'absent(container_last_seen{name!=""})',
    parameters: {},
    for: "10 minutes",
    severity: "warning",
    team: "platform",
    group: "monitoring-exporters",
    summary: "No container is seen by name",
    description: "cAdvisor runs without access to Docker, or is too old for it: all container alerts are blind.",
    dashboard: "containers",
  },
} as const satisfies RuleTable;

/** Changes to the alerts about the watching itself. */
export type SelfAlerts = Tuning<typeof SELF_RULES>;

/** The rules of the monitoring stack about itself. */
export function selfRules(tuning: SelfAlerts = {}): RuleSource {
  return { kind: "monitoring", jobs: [], tuning, rules: (scope) => tuned(SELF_RULES, tuning, scope) };
}
