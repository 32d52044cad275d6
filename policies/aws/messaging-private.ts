import { EVERYWHERE, rule } from "../rule";
import { aws } from "../tokens";
import { eachStatement, forEverybody } from "./documents";
import { document, KEY_ARN, one } from "./examples";

const TOPIC_TYPE = aws("sns/topic:Topic");
const QUEUE = aws("sqs/queue:Queue");
const POLICIES = [...aws("sns/topicPolicy:TopicPolicy"), ...aws("sqs/queuePolicy:QueuePolicy")];
const SOUND = { sqsManagedSseEnabled: true, redrivePolicy: "{}" };

/** Messages are encrypted, nobody unknown sends or reads, and none is lost. */
export const messagingPrivate = rule({
  id: "aws-messaging-private",
  title: "Topics and queues are encrypted and not public",
  severity: "medium",
  level: EVERYWHERE,
  types: [...TOPIC_TYPE, ...QUEUE, ...POLICIES],
  remedy:
    "Set kmsMasterKeyId or sqsManagedSseEnabled, narrow the policy by aws:SourceArn, and give queues a redrivePolicy.",
  references: [
    "FSBP SNS.1",
    "FSBP SNS.4",
    "FSBP SQS.1",
    "FSBP SQS.3",
    "CKV_AWS_26",
    "CKV_AWS_27",
    "CKV_AWS_168",
    "CKV_AWS_169",
    "TRV AWS-0095",
    "TRV AWS-0136",
  ],
  check(resource, guard) {
    if (TOPIC_TYPE.includes(resource.type))
      guard.check(() => !resource.at("kmsMasterKeyId").present() && "kmsMasterKeyId is missing");
    if (QUEUE.includes(resource.type)) {
      guard.check(() => {
        const encrypted =
          resource.at("sqsManagedSseEnabled").flag() === true || resource.at("kmsMasterKeyId").present();
        return !encrypted && "neither kmsMasterKeyId nor sqsManagedSseEnabled is set";
      });
      guard.check(() => {
        const last = /dlq|dead/i.test(resource.name) || resource.at("redriveAllowPolicy").present();
        return (
          !last && !resource.at("redrivePolicy").present() && { message: "redrivePolicy is missing", advisory: true }
        );
      });
    }
    eachStatement(resource.at("policy"), guard, (each) => forEverybody(each) && `${each.path} allows everybody`);
  },
  examples: {
    compliant: [
      [one("sns/topic:Topic", { kmsMasterKeyId: KEY_ARN })],
      [one("sqs/queue:Queue", SOUND)],
      [one("sqs/queue:Queue", { kmsMasterKeyId: KEY_ARN }, { name: "orders-dlq" })],
    ],
    violating: [
      [one("sns/topic:Topic", {})],
      [one("sqs/queue:Queue", { redrivePolicy: "{}" })],
      [one("sqs/queue:Queue", { sqsManagedSseEnabled: true })],
      [
        one("sns/topicPolicy:TopicPolicy", {
          policy: document({ Effect: "Allow", Principal: "*", Action: "sns:Publish" }),
        }),
      ],
      [
        one("sqs/queuePolicy:QueuePolicy", {
          policy: document({ Effect: "Allow", Principal: { AWS: "*" }, Action: "sqs:*" }),
        }),
      ],
    ],
  },
});
