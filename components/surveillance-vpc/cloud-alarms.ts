import type * as pulumi from "@pulumi/pulumi";
import {
  type AlarmTable,
  type AlarmTuning,
  type CloudAlarm,
  type CloudWatching,
  cloudAlarms,
  metricsOf,
  sameAs,
} from "../core/cloud-alarm";
import { ENDPOINT_RULES } from "./alerts";

const edge = metricsOf("AWS/ApplicationELB", "LoadBalancer");
const nat = metricsOf("AWS/NATGateway", "NatGatewayId");
const certificates = metricsOf("AWS/CertificateManager", "CertificateArn");

const PLATFORM = { team: "platform" } as const;

/** The alarms of the load balancer itself. */
export const EDGE_ALARMS = {
  EdgeErrorsHigh: {
    ...PLATFORM,
    severity: "critical",
    group: "endpoint-availability",
    metrics: { m: edge("HTTPCode_ELB_5XX_Count", "Sum") },
    comparison: ">",
    parameters: { perMinute: 10 },
    for: "5 minutes",
    datapoints: 3,
    missing: "notBreaching",
    summary: "the load balancer answers more than $perMinute requests a minute with 5xx",
    description: "No service answered, or not in time.",
  },
  EdgeConnectionsRejected: {
    ...PLATFORM,
    severity: "warning",
    group: "endpoint-availability",
    metrics: { m: edge("RejectedConnectionCount", "Sum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "5 minutes",
    datapoints: 1,
    missing: "notBreaching",
    summary: "the load balancer rejects connections",
    description: "It has reached its most connections: an attack, or far more users than usual.",
  },
  EdgeTlsErrors: {
    severity: "info",
    team: "security",
    group: "security-edge",
    metrics: { m: edge("ClientTLSNegotiationErrorCount", "Sum") },
    comparison: ">",
    parameters: { count: 100 },
    for: "15 minutes",
    period: "5 minutes",
    missing: "notBreaching",
    summary: "more than $count clients in five minutes could not agree on TLS",
    description: "Old clients, a scanner, or a certificate that does not fit.",
  },
} as const satisfies AlarmTable<object>;

/** The alarms of the edge's certificate. */
export const CERTIFICATE_ALARMS = {
  CertificateExpiresSoon: certificate("warning", ENDPOINT_RULES.CertificateExpiresSoon.parameters.days),
  CertificateExpiresCritical: certificate("critical", ENDPOINT_RULES.CertificateExpiresCritical.parameters.days),
} as const satisfies AlarmTable<object>;

/** The alarms of each NAT gateway. */
export const NAT_ALARMS = {
  NatPortsExhausted: {
    ...PLATFORM,
    severity: "critical",
    group: "network-outbound",
    metrics: { m: nat("ErrorPortAllocation", "Sum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "5 minutes",
    datapoints: 1,
    missing: "notBreaching",
    summary: "the NAT gateway has no port left",
    description: "Services cannot open connections to the outside.",
  },
  NatPacketsDropped: {
    ...PLATFORM,
    severity: "warning",
    group: "network-outbound",
    metrics: {
      dropped: nat("PacketsDropCount", "Sum"),
      fromSource: nat("PacketsInFromSource", "Sum"),
      fromDestination: nat("PacketsInFromDestination", "Sum"),
    },
    expression: "100 * dropped / (fromSource + fromDestination)",
    comparison: ">",
    parameters: { percent: 0.01 },
    for: "15 minutes",
    missing: "notBreaching",
    summary: "the NAT gateway drops more than $percent % of the packets",
    description: "The zone may have trouble, or the gateway is at its limit.",
  },
} as const satisfies AlarmTable<object>;

/** Changes to the alarms of a network on AWS. */
export type NetworkAlerts = AlarmTuning<typeof EDGE_ALARMS> &
  AlarmTuning<typeof CERTIFICATE_ALARMS> &
  AlarmTuning<typeof NAT_ALARMS>;

/** What names the network's parts on AWS. */
export interface NetworkIdentity {
  /** Suffix of the load balancer's ARN, as CloudWatch has it. */
  readonly balancer: pulumi.Input<string>;
  readonly certificateArn: pulumi.Input<string>;
  /** NAT gateways by zone. */
  readonly nats: Readonly<Record<string, pulumi.Input<string>>>;
}

/** How the network is watched on AWS. */
export function networkWatching(name: string, identity: NetworkIdentity, tuning: NetworkAlerts = {}): CloudWatching {
  const size = {};
  const alarms: CloudAlarm[] = [
    ...cloudAlarms(
      EDGE_ALARMS,
      { about: `${name}-edge`, dimensions: { LoadBalancer: identity.balancer }, size },
      tuning,
    ),
    ...cloudAlarms(
      CERTIFICATE_ALARMS,
      {
        about: `${name}-edge`,
        dimensions: { CertificateArn: identity.certificateArn },
        size,
      },
      tuning,
    ),
    ...Object.entries(identity.nats).flatMap(([zone, id]) =>
      cloudAlarms(NAT_ALARMS, { about: `${name}-nat-${zone}`, dimensions: { NatGatewayId: id }, size }, tuning),
    ),
  ];
  return { alarms, events: [] };
}

function certificate<S extends "warning" | "critical">(severity: S, days: number) {
  return {
    ...sameAs({ ...ENDPOINT_RULES.CertificateExpiresSoon, severity }),
    metrics: { m: certificates("DaysToExpiry", "Minimum") },
    comparison: "<",
    parameters: { days },
    for: "1 day",
    period: "1 day",
    // AWS Certificate Manager reports twice a day: what was known yesterday still holds.
    missing: "ignore",
    summary: "the certificate ends in less than $days days",
    description: "AWS Certificate Manager renews 60 days before the end where it can: its check of the domain fails.",
  } as const;
}
