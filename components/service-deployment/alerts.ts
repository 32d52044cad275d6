import { type RecordingRule, type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";
import { type Duration, seconds } from "../core/units";
import type { EcsAlerts } from "./cloud-alarms";

/** What is watched of a service that counts its requests (MS-03). */
export const SERVICE_RULES = {
  HighErrorRate: {
    expr: "service:http_error_ratio:rate5m{$service} > $ratio and on (environment, service) service:http_requests:rate5m{$service} > $floor",
    parameters: { ratio: 0.05, floor: 0.1 },
    for: "5 minutes",
    severity: "critical",
    team: "app",
    group: "service-errors",
    summary: "More than one in twenty requests to {{ $labels.service }} fails",
    description: "{{ $value | humanizePercentage }} of the requests are answered with 5xx.",
    dashboard: "services",
  },
  HighErrorsPerSecond: {
    expr: 'sum by (environment, service) (rate(http_requests_total{$service,status=~"5.."}[5m])) > $perSecond',
    parameters: { perSecond: 0.05 },
    for: "5 minutes",
    severity: "critical",
    team: "app",
    group: "service-errors",
    summary: "{{ $labels.service }} answers more than $perSecond requests a second with 5xx",
    description: '{{ $value | printf "%.2f" }} errors a second, whatever their share.',
    dashboard: "services",
  },
  HighLatencyP95: {
    expr: "service:http_request_duration_seconds:p95_5m{$service} > $seconds",
    parameters: { seconds: 1 },
    for: "10 minutes",
    severity: "warning",
    team: "app",
    group: "service-latency",
    summary: "One in twenty requests to {{ $labels.service }} takes more than $seconds s",
    description: "The 95th percentile is {{ $value | humanizeDuration }}.",
    dashboard: "services",
  },
  TrafficDropped: {
    expr: "service:http_requests:rate5m{$service} < $share * (service:http_requests:rate5m{$service} offset 1d) and (service:http_requests:rate5m{$service} offset 1d) > $floor",
    parameters: { share: 0.2, floor: 1 },
    for: "15 minutes",
    severity: "warning",
    team: "app",
    group: "service-traffic",
    summary: "{{ $labels.service }} gets far fewer requests than at this time yesterday",
    description: '{{ $value | printf "%.2f" }} requests a second.',
    dashboard: "services",
  },
  SLOBurnRateFast: {
    expr: "(service:http_error_ratio:rate1h{$service} > $hourFactor * $budget and on (environment, service) service:http_error_ratio:rate5m{$service} > $hourFactor * $budget) or (service:http_error_ratio:rate6h{$service} > $sixHourFactor * $budget and on (environment, service) service:http_error_ratio:rate30m{$service} > $sixHourFactor * $budget)",
    parameters: { budget: 0.001, hourFactor: 14.4, sixHourFactor: 6 },
    for: "2 minutes",
    severity: "critical",
    team: "app",
    group: "service-slo",
    summary: "{{ $labels.service }} spends its error budget within days",
    description:
      "{{ $value | humanizePercentage }} of the requests fail; the month's budget would be gone in two to five days.",
    dashboard: "services",
  },
  SLOBurnRateSlow: {
    expr: "(service:http_error_ratio:rate1d{$service} > $dayFactor * $budget and on (environment, service) service:http_error_ratio:rate2h{$service} > $dayFactor * $budget) or (service:http_error_ratio:rate3d{$service} > $threeDayFactor * $budget and on (environment, service) service:http_error_ratio:rate6h{$service} > $threeDayFactor * $budget)",
    parameters: { budget: 0.001, dayFactor: 3, threeDayFactor: 1 },
    for: "15 minutes",
    severity: "warning",
    team: "app",
    group: "service-slo",
    summary: "{{ $labels.service }} will have spent its error budget before the month ends",
    description: "{{ $value | humanizePercentage }} of the requests fail.",
    dashboard: "services",
  },
  FailedLoginsHigh: {
    expr: 'sum by (environment, service) (increase(login_attempts_total{$service,status="failed"}[1h])) > $count',
    parameters: { count: 10 },
    for: "0 minutes",
    severity: "warning",
    team: "security",
    group: "security-logins",
    summary: "More than $count failed logins within an hour at {{ $labels.service }}",
    description: '{{ $value | printf "%.0f" }} logins failed in the last hour.',
    dashboard: "security",
  },
} as const satisfies RuleTable;

/** Changes to the alerts of a service. */
export type ServiceAlerts = Tuning<typeof SERVICE_RULES> & EcsAlerts;

/** What a service promises over 30 days. */
export interface Slo {
  /** Share of requests that must not fail, in percent: `99.9`. */
  readonly availability: number;
  /** Time within which 95 of 100 requests are answered, in seconds. */
  readonly p95?: number;
  /** Time within which an outage must be over: alerts may wait for half of it at most. */
  readonly recovery?: Duration;
}

/** The promises of SD-38. */
export const SLO_PROFILES = {
  web: { availability: 99.9, p95: 1, recovery: "5 minutes" },
  api: { availability: 99.95, p95: 0.2, recovery: "2 minutes" },
  chain: { availability: 99.9, p95: 6, recovery: "10 minutes" },
  auth: { availability: 99.95, p95: 0.1, recovery: "2 minutes" },
} as const satisfies Readonly<Record<string, Slo>>;

const ratio = (window: string): RecordingRule => ({
  record: `service:http_error_ratio:rate${window}`,
  expr: `sum by (environment, service) (rate(http_requests_total{status=~"5.."}[${window}])) / sum by (environment, service) (rate(http_requests_total[${window}]))`,
});

/** Series that the rules of all services read. */
export const SERVICE_RECORDS: readonly RecordingRule[] = [
  {
    record: "service:http_requests:rate5m",
    expr: "sum by (environment, service) (rate(http_requests_total[5m]))",
  },
  ...["5m", "30m", "1h", "2h", "6h", "1d", "3d"].map(ratio),
  {
    record: "service:http_request_duration_seconds:p95_5m",
    expr: "histogram_quantile(0.95, sum by (environment, service, le) (rate(http_request_duration_seconds_bucket[5m])))",
  },
];

/** The rules of one service, with its promise worked in. What is tuned by hand wins over the promise. */
export function serviceRules(job: string, slo?: Slo, tuning: ServiceAlerts = {}): RuleSource {
  const all = slo === undefined ? tuning : promised(slo, tuning);
  return {
    kind: "service",
    jobs: [job],
    tuning: all,
    rules: (scope) => tuned(SERVICE_RULES, all, scope),
    records: SERVICE_RECORDS,
  };
}

function promised(slo: Slo, tuning: ServiceAlerts): ServiceAlerts {
  const budget = Math.round((100 - slo.availability) * 1e6) / 1e8;
  const patience = slo.recovery === undefined ? {} : { for: half(slo.recovery) };
  return {
    ...tuning,
    HighErrorRate: { ...patience, ...tuning.HighErrorRate },
    HighLatencyP95: { ...(slo.p95 === undefined ? {} : { seconds: slo.p95 }), ...tuning.HighLatencyP95 },
    SLOBurnRateFast: { budget, ...tuning.SLOBurnRateFast },
    SLOBurnRateSlow: { budget, ...tuning.SLOBurnRateSlow },
  };
}

function half(recovery: Duration): Duration {
  return `${Math.min(300, Math.floor(seconds(recovery) / 2))} seconds`;
}
