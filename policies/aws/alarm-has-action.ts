import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { one, TOPIC } from "./examples";

const ALARMS = [...aws("cloudwatch/metricAlarm:MetricAlarm"), ...aws("cloudwatch/compositeAlarm:CompositeAlarm")];
const TOPICS = aws("sns/topic:Topic");
const SUBSCRIPTION = aws("sns/topicSubscription:TopicSubscription");
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
      if (topics.length === 0) return !resource.at("alarmActions").present() && "alarmActions is empty";
      const heard = topics.some((topic) => {
        const { found, uncertain } = graph.sides(topic, "topic", SUBSCRIPTION, TOPICS);
        return found.length > 0 || uncertain !== undefined;
      });
      return !heard && "alarmActions lead to a topic without a subscription";
    });
  },
  examples: {
    compliant: [
      [one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:topic"] }, wired), ...TOPIC],
      [one("cloudwatch/metricAlarm:MetricAlarm", { alarmActions: ["arn:elsewhere"] })],
    ],
    violating: [
      [one("cloudwatch/metricAlarm:MetricAlarm", {})],
      [one("cloudwatch/compositeAlarm:CompositeAlarm", { alarmActions: [] })],
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
