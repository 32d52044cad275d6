import { EventRule } from "@pulumi/aws/cloudwatch/eventRule";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget";
import * as pulumi from "@pulumi/pulumi";
import type { CloudAlarm, CloudEvent } from "../core/cloud-alarm";
import { physicalName } from "../core/names";
import { runbookOf, type Shared, topicOf } from "./aws";

/**
 * A rule for each event, which tells the topic what happened. A pager takes only alarms, so a critical event is counted by an alarm as well:
 * those alarms are given back.
 */
export function buildEvents(shared: Shared, events: readonly CloudEvent[]): readonly CloudAlarm[] {
  return events.flatMap((event) => {
    const rule = build(shared, event);
    return event.severity === "critical" ? [happened(event, rule.name)] : [];
  });
}

function build(shared: Shared, event: CloudEvent): EventRule {
  const { name, owner, routing } = shared;
  const logical = `${name}-${event.about}-${event.alarm}`;
  const rule = new EventRule(
    logical,
    {
      name: physicalName("eventRule", owner.target.prefix, event.about, event.alarm),
      description: event.summary,
      eventPattern: pulumi.jsonStringify(event.pattern),
      state: "ENABLED",
      tags: { Name: event.alarm, severity: event.severity, team: event.team, alertgroup: event.group },
    },
    { parent: owner.parent },
  );
  new EventTarget(
    logical,
    {
      rule: rule.name,
      targetId: "topic",
      arn: topicOf(shared, event),
      deadLetterConfig: { arn: routing.deadLetters.arn },
      inputTransformer: { inputPaths: { message: event.message, time: "$.time" }, inputTemplate: text(shared, event) },
    },
    { parent: owner.parent, dependsOn: [...routing.after] },
  );
  return rule;
}

/** A message that Amazon Q Developer shows as a card, and that can be read as it is in an e-mail. */
function text(shared: Shared, event: CloudEvent): string {
  return JSON.stringify({
    version: "1.0",
    source: "custom",
    content: {
      textType: "client-markdown",
      title: `${event.severity}: ${event.summary}`,
      description: "<message>",
      nextSteps: [`Runbook: ${runbookOf(shared, event.alarm)}`],
    },
    metadata: {
      summary: event.summary,
      eventType: event.alarm,
      additionalContext: { severity: event.severity, team: event.team, alertgroup: event.group, time: "<time>" },
    },
  });
}

function happened(event: CloudEvent, rule: pulumi.Output<string>): CloudAlarm {
  return {
    alarm: event.alarm,
    about: event.about,
    metrics: {
      m: { namespace: "AWS/Events", metric: "TriggeredRules", statistic: "Sum", dimensions: { RuleName: rule } },
    },
    comparison: ">=",
    threshold: 1,
    period: 60,
    periods: 1,
    datapoints: 1,
    missing: "notBreaching",
    severity: event.severity,
    team: event.team,
    group: event.group,
    summary: event.summary,
    description: "The event itself says what happened; it went to the same topic.",
  };
}
