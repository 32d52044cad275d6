import type { AlertRoutingArgs } from "../../components/alert-routing/args";
import { resolveRouting } from "../../components/alert-routing/spec";
import type { ChangeWindow } from "../../components/core/change-window";
import type { NetworkSource } from "../../components/targets/network";

/** Every Sunday night in Berlin, across midnight. */
export const NIGHT: ChangeWindow = {
  name: "sunday-night",
  days: ["sunday"],
  from: "22:00",
  to: "02:00",
  timeZone: "Europe/Berlin",
};

/** Office hours in UTC (MS-47). */
export const OFFICE: ChangeWindow = {
  name: "office",
  days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  from: "09:00",
  to: "17:00",
};

/** As much of a network as the specification reads. */
export const vpc = {
  network: { kind: "compose", target: { environment: "prod" } },
} as unknown as NetworkSource;

/** A routing that uses all there is. */
export const FULL: AlertRoutingArgs = {
  vpc,
  receivers: {
    "primary-oncall": { kind: "pagerduty", routingKey: "k1" },
    "secondary-oncall": { kind: "pagerduty", serviceKey: "k2" },
    "manager-schedule": { kind: "sms", routingKey: "k3" },
    executives: { kind: "email", to: "cto@example.com" },
    dba: { kind: "slack", webhook: "https://hooks.example.com/dba", channel: "#dba" },
    slack: { kind: "slack", webhook: "https://hooks.example.com/alerts", channel: "#alerts" },
    "team-ops": { kind: "email", to: "ops-team@example.com" },
    heartbeat: { kind: "webhook", url: "https://ping.example.com/uuid" },
  },
  routes: [
    {
      severity: "critical",
      escalation: [
        { after: "0 minutes", receivers: ["primary-oncall", "slack"] },
        { after: "15 minutes", receivers: ["secondary-oncall"] },
        { after: "30 minutes", receivers: ["manager-schedule"] },
        { after: "45 minutes", receivers: ["executives"] },
      ],
    },
    { severity: "critical", environment: "dev", receivers: ["slack"] },
    { severity: "critical", team: "data", receivers: ["primary-oncall", "dba"] },
    { severity: "warning", receivers: ["slack"] },
    { severity: "warning", team: "data", receivers: ["dba"] },
    { severity: "info", receivers: ["team-ops"], during: OFFICE },
  ],
  default: "team-ops",
  heartbeat: { receiver: "heartbeat" },
  selfMonitoring: { receivers: ["team-ops"] },
  mute: [{ window: NIGHT }],
  smtp: { host: "smtp.example.com", from: "alerts@example.com", username: "alerts@example.com", password: "p" },
};

/** {@link FULL} with changes, resolved. */
export const routing = (changes: Partial<AlertRoutingArgs> = {}) => resolveRouting("alerts", { ...FULL, ...changes });
