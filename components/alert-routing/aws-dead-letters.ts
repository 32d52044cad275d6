import { Queue } from "@pulumi/aws/sqs/queue";
import { QueuePolicy } from "@pulumi/aws/sqs/queuePolicy";
import * as pulumi from "@pulumi/pulumi";
import { physicalName } from "../core/names";
import { named } from "../targets/aws/children";
import type { Shared } from "./aws";

/** The longest that Amazon SQS keeps a message, in seconds. */
const LONGEST = 14 * 86_400;

/** The queue of notifications that no receiver took. An alarm watches it. */
export function buildDeadLetters(shared: Shared, topics: readonly pulumi.Output<string>[]): Queue {
  const { name, owner, account } = shared;
  const queue = new Queue(
    `${name}-dead-letters`,
    {
      name: physicalName("queue", owner.target.prefix, name, "dead-letters"),
      messageRetentionSeconds: LONGEST,
      sqsManagedSseEnabled: true,
      ...named(owner, name, "dead-letters"),
    },
    { parent: owner.parent },
  );
  new QueuePolicy(
    `${name}-dead-letters`,
    {
      queueUrl: queue.url,
      policy: pulumi.all([queue.arn, account, pulumi.all([...topics])]).apply(([arn, id, from]) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Topics",
              Effect: "Allow",
              Principal: { Service: "sns.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: arn,
              Condition: { ArnEquals: { "aws:SourceArn": from } },
            },
            {
              Sid: "Events",
              Effect: "Allow",
              Principal: { Service: "events.amazonaws.com" },
              Action: "sqs:SendMessage",
              Resource: arn,
              Condition: { StringEquals: { "aws:SourceAccount": id } },
            },
            {
              Sid: "OnlyTls",
              Effect: "Deny",
              Principal: "*",
              Action: "sqs:*",
              Resource: arn,
              Condition: { Bool: { "aws:SecureTransport": "false" } },
            },
          ],
        }),
      ),
    },
    { parent: owner.parent },
  );
  return queue;
}
