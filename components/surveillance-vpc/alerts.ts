import { type RecordingRule, type RuleSource, type RuleTable, type Tuning, tuned } from "../core/monitorable";
import type { NetworkAlerts } from "./cloud-alarms";

/** What is watched from outside: endpoints and certificates, by the blackbox exporter. */
export const ENDPOINT_RULES = {
  EndpointDown: {
    expr: "probe_success{$job} == 0",
    parameters: {},
    for: "2 minutes",
    severity: "critical",
    team: "platform",
    group: "endpoint-availability",
    summary: "{{ $labels.instance }} cannot be reached",
    description: "The probe got no answer, or not the expected one.",
    dashboard: "edge",
  },
  EndpointSlow: {
    expr: "avg_over_time(probe_duration_seconds{$job}[5m]) > $seconds",
    parameters: { seconds: 2 },
    for: "10 minutes",
    severity: "warning",
    team: "platform",
    group: "endpoint-latency",
    summary: "{{ $labels.instance }} takes more than $seconds s to answer",
    description: 'The mean of the last five minutes is {{ $value | printf "%.1f" }} s.',
    dashboard: "edge",
  },
  CertificateExpiresSoon: {
    expr: "min by (instance) (probe_ssl_earliest_cert_expiry{$job}) - time() < $days * 86400",
    parameters: { days: 30 },
    for: "1 hour",
    severity: "warning",
    team: "security",
    group: "security-certificates",
    summary: "The certificate of {{ $labels.instance }} ends in less than $days days",
    description: "It ends in {{ $value | humanizeDuration }}.",
    dashboard: "edge",
  },
  CertificateExpiresCritical: {
    expr: "min by (instance) (probe_ssl_earliest_cert_expiry{$job}) - time() < $days * 86400",
    parameters: { days: 7 },
    for: "15 minutes",
    severity: "critical",
    team: "security",
    group: "security-certificates",
    summary: "The certificate of {{ $labels.instance }} ends in less than $days days",
    description: "It ends in {{ $value | humanizeDuration }}; renewal has failed for weeks.",
    dashboard: "edge",
  },
} as const satisfies RuleTable;

/** Changes to the alerts about endpoints and certificates. */
export type EndpointAlerts = Tuning<typeof ENDPOINT_RULES> & NetworkAlerts;

/** ACME renews near 30 days before the end: a warning there would be noise. */
export const ACME_TUNING = { CertificateExpiresSoon: { days: 14 } } as const satisfies EndpointAlerts;

/** Names that other guides use for the same series. */
const RECORDS: readonly RecordingRule[] = [{ record: "cert_expiry_timestamp", expr: "probe_ssl_earliest_cert_expiry" }];

/** The rules for the endpoints that one probe job asks. */
export function endpointRules(job: string, tuning: EndpointAlerts = {}): RuleSource {
  return {
    kind: "endpoint",
    jobs: [job],
    tuning,
    rules: (scope) => tuned(ENDPOINT_RULES, tuning, scope),
    records: RECORDS,
  };
}
