import type * as pulumi from "@pulumi/pulumi";
import { type AlarmTable, type AlarmTuning, type CloudAlarm, cloudAlarms, metricsOf } from "../core/cloud-alarm";

const topic = metricsOf("AWS/SNS", "TopicName");
const queue = metricsOf("AWS/SQS", "QueueName");
const rule = metricsOf("AWS/Events", "RuleName");

const PLATFORM = { team: "platform" } as const;

/** Whether the notifications themselves arrive: the alarms of each topic. */
export const TOPIC_ALARMS = {
  NotificationsFailing: {
    ...PLATFORM,
    severity: "critical",
    group: "monitoring-notifications",
    metrics: { m: topic("NumberOfNotificationsFailed", "Sum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "5 minutes",
    datapoints: 1,
    missing: "notBreaching",
    summary: "notifications cannot be delivered",
    description: "A receiver refuses them, or a subscription was never confirmed.",
  },
} as const satisfies AlarmTable<object>;

/** The alarms of the queue that keeps what could not be delivered. */
export const DEAD_LETTER_ALARMS = {
  NotificationsLost: {
    ...PLATFORM,
    severity: "critical",
    group: "monitoring-notifications",
    metrics: { m: queue("ApproximateNumberOfMessagesVisible", "Maximum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "1 minute",
    missing: "notBreaching",
    summary: "notifications were given up",
    description: "They lie in the dead-letter queue: nobody was told of what they say.",
  },
  NotificationsForgotten: {
    ...PLATFORM,
    severity: "critical",
    group: "monitoring-notifications",
    metrics: {
      m: {
        namespace: "AWS/SQS",
        metric: "ApproximateAgeOfOldestMessage",
        statistic: "Maximum",
        dimensions: ["QueueName"],
      },
    },
    comparison: ">",
    threshold: ({ days = 0 }) => days * 86_400,
    parameters: { days: 7 },
    for: "1 hour",
    period: "1 hour",
    missing: "notBreaching",
    summary: "notifications that were given up have lain unread for more than $days days",
    description: "After fourteen days the dead-letter queue deletes them.",
  },
} as const satisfies AlarmTable<object>;

/** The alarms of the rule that calls the dead man's switch. */
export const HEARTBEAT_ALARMS = {
  HeartbeatFailing: {
    ...PLATFORM,
    severity: "warning",
    group: "monitoring-heartbeat",
    metrics: { m: rule("FailedInvocations", "Sum") },
    comparison: ">",
    parameters: { count: 0 },
    for: "5 minutes",
    datapoints: 3,
    missing: "notBreaching",
    summary: "the heartbeat cannot be sent",
    description: "The service outside will raise the alarm although alerts still arrive.",
  },
} as const satisfies AlarmTable<object>;

/** Changes to the alarms about the watching itself on AWS. */
export type SelfCloudAlerts = AlarmTuning<typeof TOPIC_ALARMS> &
  AlarmTuning<typeof DEAD_LETTER_ALARMS> &
  AlarmTuning<typeof HEARTBEAT_ALARMS>;

/** What names the parts of the alerting. */
export interface AlertingIdentity {
  /** Topics by the name of their audience. */
  readonly topics: Readonly<Record<string, pulumi.Input<string>>>;
  readonly deadLetters: pulumi.Input<string>;
  readonly heartbeatRule: pulumi.Input<string> | undefined;
}

/** How the alerting itself is watched. */
export function selfAlarms(name: string, identity: AlertingIdentity, tuning: SelfCloudAlerts = {}): CloudAlarm[] {
  const size = {};
  const { heartbeatRule } = identity;
  return [
    ...Object.entries(identity.topics).flatMap(([topic, TopicName]) =>
      cloudAlarms(TOPIC_ALARMS, { about: `${name}-${topic}`, dimensions: { TopicName }, size }, tuning),
    ),
    ...cloudAlarms(
      DEAD_LETTER_ALARMS,
      { about: `${name}-undelivered`, dimensions: { QueueName: identity.deadLetters }, size },
      tuning,
    ),
    ...(heartbeatRule === undefined
      ? []
      : cloudAlarms(
          HEARTBEAT_ALARMS,
          { about: `${name}-heartbeat`, dimensions: { RuleName: heartbeatRule }, size },
          tuning,
        )),
  ];
}
