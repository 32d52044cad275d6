import { CompositeAlarm } from "@pulumi/aws/cloudwatch/compositeAlarm";
import { MetricAlarm } from "@pulumi/aws/cloudwatch/metricAlarm";
import * as pulumi from "@pulumi/pulumi";
import type { CloudRouting } from "../alert-routing";
import type { CloudAlarm, CloudWatching } from "../core/cloud-alarm";
import { physicalName } from "../core/names";
import { condition } from "../targets/aws/alarm";
import type { Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import { buildDashboard } from "./aws-dashboard";
import { buildEvents } from "./aws-events";
import { buildMutes } from "./aws-mutes";
import { buildSuppressor } from "./aws-suppressor";
import { selfAlarms } from "./cloud-alarms";
import type { CloudMonitoringSpec } from "./cloud-spec";

/** What all parts of one monitoring stack share. */
export interface Shared {
  readonly name: string;
  readonly spec: CloudMonitoringSpec;
  readonly owner: Owner;
  readonly network: AwsNetwork;
  readonly routing: CloudRouting;
}

/** An alarm that was made, with what it says. */
export interface MadeAlarm {
  readonly alarm: CloudAlarm;
  readonly resource: MetricAlarm;
  /** Whether it tells somebody itself, and not through a composite alarm. */
  readonly speaks: boolean;
}

/** Alarms, one page for each incident, windows that hold them back, events, and a dashboard. */
export function buildOnAws(
  name: string,
  spec: CloudMonitoringSpec,
  routing: CloudRouting,
  network: AwsNetwork,
  parent: pulumi.Resource,
): void {
  const shared: Shared = { name, spec, owner: { target: network.target, parent }, network, routing };
  const self = selfAlarms(name, {
    topics: Object.fromEntries(Object.entries(routing.topics).map(([audience, topic]) => [audience, topic.name])),
    deadLetters: routing.deadLetters.name,
    heartbeatRule: routing.heartbeatRule,
  });
  const collector = prometheus(shared);
  const events = buildEvents(shared, [...spec.events, ...collector.events]);
  const health = healthChecks(shared);
  const made = [...spec.alarms, ...self, ...events, ...health, ...collector.alarms].map((alarm): MadeAlarm => {
    const speaks = incidentOf(alarm) === undefined;
    return { alarm, speaks, resource: metricAlarm(shared, alarm, speaks ? [topicOf(shared, alarm)] : []) };
  });
  const composites = buildIncidents(shared, made);
  buildMutes(shared, made);
  buildDashboard(shared, made, composites);
}

// Both are rarely asked for, and load more of the SDK.
function prometheus(shared: Shared): CloudWatching {
  const { prometheus: plan } = shared.spec;
  if (plan === undefined) return { alarms: [], events: [] };
  return (require("./aws-prometheus") as typeof import("./aws-prometheus")).buildPrometheus(shared, plan);
}

function healthChecks(shared: Shared): readonly CloudAlarm[] {
  if (shared.spec.healthChecks.length === 0) return [];
  return (require("./aws-health") as typeof import("./aws-health")).buildHealthChecks(shared);
}

/** What the alarm is a symptom of. Only what pages is worth one page for all. */
function incidentOf(alarm: CloudAlarm): string | undefined {
  return alarm.severity === "critical" ? alarm.incident : undefined;
}

/** ARN of the topic of those who hear of an alarm. */
export function topicOf(
  { routing }: Shared,
  alarm: Pick<CloudAlarm, "severity" | "team" | "group">,
): pulumi.Output<string> {
  const audience = routing.audienceOf(alarm);
  const topic = routing.topics[audience.name];
  if (topic === undefined) throw new Error(`the routing has no topic ${audience.name}`);
  return topic.arn;
}

/** Address of the runbook of an alarm or event. */
export function runbookOf({ spec }: Shared, alarm: string): string {
  return `${spec.runbooks}/${alarm}.md`;
}

function metricAlarm(shared: Shared, alarm: CloudAlarm, actions: readonly pulumi.Output<string>[]): MetricAlarm {
  const { name, owner, routing } = shared;
  return new MetricAlarm(
    `${name}-${alarm.about}-${alarm.alarm}`,
    {
      name: physicalName("alarm", owner.target.prefix, alarm.about, alarm.alarm),
      alarmDescription: describe(shared, alarm),
      ...condition(alarm),
      actionsEnabled: true,
      alarmActions: [...actions],
      okActions: [...actions],
      tags: tagsOf(shared, alarm),
    },
    { parent: owner.parent, dependsOn: [...routing.after] },
  );
}

function tagsOf(shared: Shared, alarm: Pick<CloudAlarm, "alarm" | "severity" | "team" | "group">) {
  return {
    Name: alarm.alarm,
    severity: alarm.severity,
    team: alarm.team,
    alertgroup: alarm.group,
    runbook: runbookOf(shared, alarm.alarm),
  };
}

function describe(shared: Shared, alarm: CloudAlarm): string {
  return [
    alarm.summary,
    alarm.description,
    `Severity: ${alarm.severity}. Team: ${alarm.team}.`,
    `Runbook: ${runbookOf(shared, alarm.alarm)}`,
  ].join("\n");
}

/** One composite alarm for all symptoms of an incident: one page, and none while a change window holds it back. */
function buildIncidents(shared: Shared, made: readonly MadeAlarm[]): readonly CompositeAlarm[] {
  const { name, owner, routing } = shared;
  const incidents = new Map<string, MadeAlarm[]>();
  for (const each of made) {
    const incident = incidentOf(each.alarm);
    if (incident === undefined) continue;
    const key = `${each.alarm.about}-${incident}`;
    incidents.set(key, [...(incidents.get(key) ?? []), each]);
  }
  if (incidents.size === 0) return [];
  const suppressor = buildSuppressor(shared);
  return [...incidents].map(([key, symptoms]) => {
    const heard = symptoms.map(({ alarm }) => routing.audienceOf(alarm).name);
    const topics = [...new Set(heard)].flatMap((audience) => routing.topics[audience]?.arn ?? []);
    return new CompositeAlarm(
      `${name}-${key}`,
      {
        alarmName: physicalName("alarm", owner.target.prefix, key),
        alarmDescription: [
          `${key}: one or more of its symptoms`,
          ...symptoms.map(({ alarm }) => `${alarm.alarm}: ${runbookOf(shared, alarm.alarm)}`),
        ].join("\n"),
        alarmRule: pulumi
          .all(symptoms.map(({ resource }) => resource.name))
          .apply((names) => names.map((each) => `ALARM("${each}")`).join(" OR ")),
        actionsEnabled: true,
        alarmActions: topics,
        okActions: topics,
        actionsSuppressor: { alarm: suppressor.name, waitPeriod: 60, extensionPeriod: 120 },
        tags: { Name: key, severity: "critical" },
      },
      { parent: owner.parent, dependsOn: [...routing.after] },
    );
  });
}
