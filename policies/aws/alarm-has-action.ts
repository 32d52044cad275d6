import type { Graph, Subject } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { one, TOPIC } from "./examples";

const ALARMS = [...aws("cloudwatch/metricAlarm:MetricAlarm"), ...aws("cloudwatch/compositeAlarm:CompositeAlarm")];
const TOPICS = aws("sns/topic:Topic");
const SUBSCRIPTION = aws("sns/topicSubscription:TopicSubscription");
const CHANNELS = [
  ...aws("chatbot/slackChannelConfiguration:SlackChannelConfiguration"),
  ...aws("chatbot/teamsChannelConfiguration:TeamsChannelConfiguration"),
];
const SERVICES = aws("ecs/service:Service");
const COMPOSITES = aws("cloudwatch/compositeAlarm:CompositeAlarm");
const wired = { propertyDependencies: { alarmActions: ["topic"] } };

/** Somebody hears it. */
export const alarmHasAction = rule({
  id: "aws-alarm-has-action",
  title: "Alarms reach somebody",
  severity: "medium",
  level: EVERYWHERE,
  types: ALARMS,
  joins: true,
  remedy: "Set alarmActions to a topic that has a subscription.",
  references: ["CKV_AWS_319", "FSBP CloudWatch.15"],
  check(resource, guard, { graph }) {
    guard.check(() => resource.at("actionsEnabled").flag() === false && "actionsEnabled is false");
    guard.check(() => {
      const topics = (resource.node.propertyDependencies["alarmActions"] ?? [])
        .flatMap((urn) => graph.get(urn) ?? [])
        .filter((each) => TOPICS.includes(each.type));
      if (topics.length === 0) {
        const silent =
          !resource.at("alarmActions").present() && !partOfAnother(resource, graph) && !undoesRollout(resource, graph);
        return silent && "alarmActions is empty";
      }
      const heard = topics.some((topic) => {
        const sides = [
          graph.sides(topic, "topic", SUBSCRIPTION, TOPICS),
          graph.sides(topic, "snsTopicArns", CHANNELS, TOPICS),
        ];
        return sides.some(({ found, uncertain }) => found.length > 0 || uncertain !== undefined);
      });
      return !heard && "alarmActions lead to a topic without a subscription";
    });
  },
  examples: {
    compliant: [
      [one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:topic"] }, wired), ...TOPIC],
      [one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:elsewhere"] })],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:topic"] }, wired),
        ...TOPIC.filter((each) => each.name === "topic"),
        one(
          "chatbot/slackChannelConfiguration:SlackChannelConfiguration",
          { snsTopicArns: ["arn:topic"] },
          { name: "chat", propertyDependencies: { snsTopicArns: ["topic"] } },
        ),
      ],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", {}),
        one(
          "cloudwatch/compositeAlarm:CompositeAlarm",
          { alarmRule: "ALARM(it)", alarmActions: ["arn:elsewhere"] },
          { name: "page", propertyDependencies: { alarmRule: ["it"] } },
        ),
      ],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", {}),
        one(
          "cloudwatch/compositeAlarm:CompositeAlarm",
          { alarmRule: "ALARM(x)", alarmActions: ["arn:elsewhere"], actionsSuppressor: { alarm: "it" } },
          { name: "page", propertyDependencies: { actionsSuppressor: ["it"] } },
        ),
      ],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", {}),
        one(
          "ecs/service:Service",
          { alarms: { enable: true } },
          { name: "api", propertyDependencies: { alarms: ["it"] } },
        ),
      ],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", { name: "it" }),
        one(
          "cloudwatch/compositeAlarm:CompositeAlarm",
          { alarmRule: 'ALARM("it")', alarmActions: ["arn:elsewhere"] },
          { name: "page" },
        ),
      ],
    ],
    violating: [
      [one("cloudwatch/metricAlarm:MetricAlarm", {})],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", {}),
        one(
          "ecs/service:Service",
          { alarms: { enable: false } },
          { name: "api", propertyDependencies: { alarms: ["it"] } },
        ),
      ],
      [one("cloudwatch/compositeAlarm:CompositeAlarm", { alarmActions: [] })],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", {}),
        one(
          "cloudwatch/compositeAlarm:CompositeAlarm",
          { alarmRule: "ALARM(it)", alarmActions: [] },
          { name: "page", propertyDependencies: { alarmRule: ["it"] } },
        ),
      ],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:topic"], actionsEnabled: false }, wired),
        ...TOPIC,
      ],
      [
        one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:topic"] }, wired),
        ...TOPIC.filter((each) => each.name === "topic"),
      ],
    ],
  },
});

/**
 * Whether the alarm works through a composite alarm that tells somebody: as a part of its rule, or by holding it back. Previews do not say what a
 * property depends on, so the name counts too.
 */
function partOfAnother(alarm: Subject, graph: Graph): boolean {
  const telling = graph.ofType(COMPOSITES).filter((each) => each.at("alarmActions").present());
  const linked = (each: Subject) =>
    ["alarmRule", "actionsSuppressor"].some((property) =>
      (each.node.propertyDependencies[property] ?? []).includes(alarm.urn),
    );
  if (telling.some(linked)) return true;
  const name = alarm.at("name").text();
  if (name === undefined) return false;
  return telling.some(
    (each) =>
      each.at("alarmRule").text()?.includes(`"${name}"`) === true ||
      each.at("actionsSuppressor", "alarm").text() === name,
  );
}

/** Whether it is Amazon ECS that listens, to undo a rollout. */
function undoesRollout(alarm: Subject, graph: Graph): boolean {
  return graph
    .usersOf(alarm)
    .some(
      (user) =>
        SERVICES.includes(user.type) &&
        user.at("alarms", "enable").flag() === true &&
        (user.node.propertyDependencies["alarms"] ?? []).includes(alarm.urn),
    );
}
