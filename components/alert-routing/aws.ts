import { SlackChannelConfiguration } from "@pulumi/aws/chatbot/slackChannelConfiguration";
import { Role } from "@pulumi/aws/iam/role";
import { Topic } from "@pulumi/aws/sns/topic";
import { TopicPolicy } from "@pulumi/aws/sns/topicPolicy";
import { TopicSubscription } from "@pulumi/aws/sns/topicSubscription";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { accountOf } from "../targets/aws/account";
import { named, type Owner } from "../targets/aws/children";
import type { AwsNetwork } from "../targets/network";
import type { Receiver, SlackReceiver } from "./args";
import { type Audience, audienceOf, audiences } from "./audiences";
import { buildDeadLetters } from "./aws-dead-letters";
import { buildHeartbeat } from "./aws-heartbeat";
import { buildKey, PUBLISHERS } from "./aws-key";
import type { CloudRouting } from "./output";
import type { RoutingSpec } from "./spec";

/** What all parts of one routing share. */
export interface Shared {
  readonly name: string;
  readonly spec: RoutingSpec;
  readonly owner: Owner;
  /** Number of the account. */
  readonly account: pulumi.Output<string>;
}

/** A topic for each audience, encrypted with a key that only the publishing services may use, and a queue for what nobody took. */
export function buildOnAws(
  name: string,
  spec: RoutingSpec,
  network: AwsNetwork,
  parent: pulumi.Resource,
): CloudRouting {
  const { target } = network;
  const owner: Owner = { target, parent };
  const shared: Shared = { name, spec, owner, account: accountOf(target, network.clusterArn) };
  const groups = audiences(spec, target.environment);
  const key = buildKey(shared);
  const topics = groups.map((audience) => ({ audience, topic: topicFor(shared, audience, key.arn) }));
  const policies = topics.map(({ audience, topic }) => topicPolicy(shared, audience, topic));
  const deadLetters = buildDeadLetters(
    shared,
    topics.map(({ topic }) => topic.arn),
  );
  const subscriptions = topics.flatMap(({ audience, topic }) =>
    audience.receivers.flatMap((receiver) => subscribe(shared, audience, topic, receiver, deadLetters.arn)),
  );
  const channels = Object.entries(spec.receivers).flatMap(([receiver, each]) =>
    each.kind === "slack"
      ? channel(
          shared,
          receiver,
          each,
          topics.filter(({ audience }) => audience.receivers.includes(receiver)).map(({ topic }) => topic),
        )
      : [],
  );
  const rule = buildHeartbeat(shared);
  return {
    topics: Object.fromEntries(
      topics.map(({ audience, topic }) => [audience.name, { arn: topic.arn, name: topic.name }]),
    ),
    audienceOf: (alert) => audienceOf(spec, target.environment, alert),
    deadLetters: { arn: deadLetters.arn, name: deadLetters.name },
    heartbeatRule: rule?.name,
    after: [...policies, ...subscriptions, ...channels],
  };
}

function topicFor(shared: Shared, audience: Audience, keyArn: pulumi.Output<string>): Topic {
  const { name, owner } = shared;
  return new Topic(
    `${name}-${audience.name}`,
    {
      name: physicalName("topic", owner.target.prefix, name, audience.name),
      displayName: `${owner.target.prefix} ${audience.name}`.slice(0, 100),
      kmsMasterKeyId: keyArn,
      signatureVersion: 2,
      ...named(owner, name, audience.name),
    },
    { parent: owner.parent },
  );
}

/** Only services of AWS, for resources of this account, and only over TLS. */
function topicPolicy(shared: Shared, audience: Audience, topic: Topic): TopicPolicy {
  return new TopicPolicy(
    `${shared.name}-${audience.name}`,
    {
      arn: topic.arn,
      policy: pulumi.all([topic.arn, shared.account]).apply(([arn, account]) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Publish",
              Effect: "Allow",
              Principal: { Service: PUBLISHERS },
              Action: "sns:Publish",
              Resource: arn,
              Condition: { StringEquals: { "aws:SourceAccount": account } },
            },
            {
              Sid: "OnlyTls",
              Effect: "Deny",
              Principal: "*",
              Action: "sns:Publish",
              Resource: arn,
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      ),
    },
    { parent: shared.owner.parent },
  );
}

function subscribe(
  shared: Shared,
  audience: Audience,
  topic: Topic,
  receiver: string,
  deadLetters: pulumi.Output<string>,
): readonly TopicSubscription[] {
  const given = shared.spec.receivers[receiver];
  const to = given === undefined ? undefined : endpointOf(given);
  if (to === undefined) return [];
  return [
    new TopicSubscription(
      `${shared.name}-${audience.name}-${receiver}`,
      {
        topic: topic.arn,
        ...to,
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: deadLetters }),
      },
      { parent: shared.owner.parent },
    ),
  ];
}

/** Where Amazon SNS sends to; Slack is served by Amazon Q Developer, which subscribes itself. */
function endpointOf(
  receiver: Receiver,
): { protocol: string; endpoint: pulumi.Input<string>; endpointAutoConfirms?: boolean } | undefined {
  switch (receiver.kind) {
    case "pagerduty":
      return pagerDuty(receiver.routingKey ?? receiver.serviceKey ?? "");
    case "sms":
      return pagerDuty(receiver.routingKey);
    case "email":
      return { protocol: "email", endpoint: receiver.to };
    case "webhook":
      return { protocol: "https", endpoint: pulumi.secret(receiver.url), endpointAutoConfirms: false };
    case "slack":
      return undefined;
  }
}

/** The address of an integration of the kind Amazon CloudWatch; it confirms its subscription itself. */
function pagerDuty(key: pulumi.Input<string>) {
  return {
    protocol: "https",
    endpoint: pulumi.secret(pulumi.interpolate`https://events.pagerduty.com/integration/${key}/enqueue`),
    endpointAutoConfirms: true,
  };
}

const READS = "arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess";

/** The channel in which Amazon Q Developer tells of the topics. It may draw graphs, and nothing else, whatever it is asked to in the channel. */
function channel(
  shared: Shared,
  receiver: string,
  slack: SlackReceiver,
  topics: readonly Topic[],
): readonly SlackChannelConfiguration[] {
  const { name, owner } = shared;
  if (topics.length === 0 || slack.workspace === undefined) return [];
  const role = new Role(
    `${name}-${receiver}`,
    {
      name: physicalName("iamRole", owner.target.prefix, name, receiver),
      description: `Draws graphs for ${slack.channel}`,
      assumeRolePolicy: pulumi.jsonStringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "chatbot.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: { StringEquals: { "aws:SourceAccount": shared.account } },
          },
        ],
      }),
      managedPolicyArns: [READS],
      ...named(owner, name, receiver),
    },
    { parent: owner.parent },
  );
  return [
    new SlackChannelConfiguration(
      `${name}-${receiver}`,
      {
        configurationName: physicalName("chatChannel", owner.target.prefix, name, receiver),
        slackTeamId: slack.workspace.team,
        slackChannelId: slack.workspace.channel,
        snsTopicArns: topics.map((topic) => topic.arn),
        iamRoleArn: role.arn,
        guardrailPolicyArns: [READS],
        loggingLevel: "ERROR",
        userAuthorizationRequired: true,
        ...named(owner, name, receiver),
      },
      { parent: owner.parent },
    ),
  ];
}
