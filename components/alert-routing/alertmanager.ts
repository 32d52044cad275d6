import { stringify } from "yaml";
import { type ChangeWindow, dayParts } from "../core/change-window";
import { promDuration } from "../core/units";
import type { Receiver } from "./args";
import type { RoutingSpec } from "./spec";
import { type RouteNode, routeNodes } from "./tree";

/** Folder of the secret files in Alertmanager's container. */
const SECRETS = "/run/secrets";

/** Labels by which a critical alert keeps the warnings about the same thing quiet; labels that both lack are equal. */
const SAME_THING = ["alertgroup", "environment", "instance", "service", "name", "mountpoint", "database", "datname"];

/** Name of the file that holds a receiver's secret. */
export function secretFile(receiver: string): string {
  return `alert-${receiver}`;
}

/** File of the mail server's password. */
export const SMTP_SECRET = "alert-smtp-password";

/** Alertmanager's whole configuration. It holds no secret: only names of files. */
export function alertmanagerConfig(spec: RoutingSpec): string {
  const nodes = routeNodes(spec);
  const groups = [[spec.default], ...nodes.map((node) => node.receivers)];
  const combined = new Map(groups.map((names) => [names.join("+"), names]));
  const flagged = nodes.filter((node) => node.flag !== undefined);
  return stringify(
    {
      global: {
        resolve_timeout: "5m",
        ...(spec.smtp === undefined
          ? {}
          : {
              smtp_smarthost: `${spec.smtp.host}:${spec.smtp.port}`,
              smtp_from: spec.smtp.from,
              smtp_auth_username: spec.smtp.username,
              smtp_auth_password_file: `${SECRETS}/${SMTP_SECRET}`,
              smtp_require_tls: true,
            }),
      },
      route: {
        receiver: spec.default,
        group_by: ["alertname", "severity", "environment", "service"],
        group_wait: "10s",
        group_interval: "10s",
        repeat_interval: "12h",
        routes: nodes.map(route),
      },
      inhibit_rules: [
        {
          source_matchers: ['severity="critical"'],
          target_matchers: ['severity=~"warning|info"'],
          equal: SAME_THING,
        },
        {
          source_matchers: ['alertname="PostgresDown"'],
          target_matchers: ['alertgroup=~"service-errors|service-latency|service-slo"'],
          equal: ["environment"],
        },
      ],
      ...(spec.windows.length === 0 ? {} : { time_intervals: spec.windows.map(interval) }),
      receivers: [
        ...[...combined].map(([name, names]) => receiver(name, names, spec, "")),
        ...flagged.map((node) => receiver(nameOf(node), node.receivers, spec, `[${node.flag}] `)),
      ],
    },
    { lineWidth: 0 },
  );
}

/** Name of the receiver that tells all of a node's receivers. */
function nameOf(node: RouteNode): string {
  const name = node.receivers.join("+");
  return node.flag === undefined ? name : `${name} (${node.flag})`;
}

function route(node: RouteNode) {
  const duration = (key: string, value: number | undefined) =>
    value === undefined ? {} : { [key]: promDuration(value) };
  return {
    receiver: nameOf(node),
    matchers: node.matchers.map((each) => `${each.label}${each.operator}"${each.value}"`),
    ...(node.goesOn ? { continue: true } : {}),
    ...(node.groupBy === undefined ? {} : { group_by: [...node.groupBy] }),
    ...duration("group_wait", node.wait),
    ...duration("group_interval", node.interval),
    ...duration("repeat_interval", node.repeat),
    ...(node.muted === undefined ? {} : { mute_time_intervals: node.muted.map((window) => window.name) }),
    ...(node.active === undefined ? {} : { active_time_intervals: [node.active.name] }),
  };
}

function interval(window: ChangeWindow) {
  return {
    name: window.name,
    time_intervals: dayParts(window).map((part) => ({
      times: [{ start_time: part.from, end_time: part.to }],
      ...(part.weekday === undefined ? {} : { weekdays: [part.weekday] }),
      ...(part.date === undefined
        ? {}
        : {
            years: [part.date.slice(0, 4)],
            months: [String(Number(part.date.slice(5, 7)))],
            days_of_month: [String(Number(part.date.slice(8, 10)))],
          }),
      location: window.timeZone ?? "UTC",
    })),
  };
}

function receiver(name: string, names: readonly string[], spec: RoutingSpec, mark: string) {
  const configs: Record<string, object[]> = {};
  for (const each of names) {
    const given = spec.receivers[each];
    if (given === undefined) continue;
    const [kind, config] = configOf(each, given, mark, each === spec.heartbeat?.receiver);
    configs[kind] = [...(configs[kind] ?? []), config];
  }
  return { name, ...configs };
}

const TITLE = "{{ .Status | toUpper }} {{ .CommonLabels.severity }}: {{ .CommonLabels.alertname }}";
const TEXT =
  "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.description }}\nRunbook: {{ .Annotations.runbook_url }}\nDashboard: {{ .Annotations.dashboard }}\n{{ end }}";

function configOf(
  name: string,
  given: Receiver,
  mark: string,
  heartbeat: boolean,
): readonly [kind: string, config: object] {
  const file = `${SECRETS}/${secretFile(name)}`;
  switch (given.kind) {
    case "pagerduty":
    case "sms": {
      const old = given.kind === "pagerduty" && given.serviceKey !== undefined;
      return [
        "pagerduty_configs",
        {
          [old ? "service_key_file" : "routing_key_file"]: file,
          send_resolved: true,
          // The names of our severities are those of the Events API (AR-08).
          severity: "{{ if .CommonLabels.severity }}{{ .CommonLabels.severity }}{{ else }}error{{ end }}",
          description: `${mark}{{ .CommonLabels.alertname }}: {{ .CommonAnnotations.summary }}`,
          details: {
            description: "{{ .CommonAnnotations.description }}",
            runbook: "{{ .CommonAnnotations.runbook_url }}",
            team: "{{ .CommonLabels.team }}",
          },
        },
      ];
    }
    case "slack":
      return [
        "slack_configs",
        { api_url_file: file, channel: given.channel, send_resolved: true, title: `${mark}${TITLE}`, text: TEXT },
      ];
    case "email":
      return ["email_configs", { to: given.to, send_resolved: true, headers: { Subject: `${mark}${TITLE}` } }];
    case "webhook":
      return ["webhook_configs", { url_file: file, send_resolved: !heartbeat, max_alerts: 0 }];
  }
}
