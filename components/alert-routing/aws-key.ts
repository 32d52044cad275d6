import { Alias } from "@pulumi/aws/kms/alias";
import { Key } from "@pulumi/aws/kms/key";
import * as pulumi from "@pulumi/pulumi";
import { named } from "../targets/aws/children";
import type { Shared } from "./aws";

/** Services that may publish: alarms, events, and alerts of Amazon Managed Prometheus. */
export const PUBLISHERS = ["cloudwatch.amazonaws.com", "events.amazonaws.com", "aps.amazonaws.com"] as const;

const EVENTS = "events.amazonaws.com";

/**
 * The key of the topics. Alarms are published by services, not by a role: without the two actions for each of them an encrypted topic
 * swallows every notification without a word.
 */
export function buildKey(shared: Shared): Key {
  const { name, owner, account } = shared;
  const key = new Key(
    `${name}-key`,
    {
      description: `Alerts of ${owner.target.prefix}`,
      enableKeyRotation: true,
      deletionWindowInDays: 30,
      policy: account.apply((id) =>
        JSON.stringify({
          Version: "2012-10-17",
          Statement: [
            {
              Sid: "Account",
              Effect: "Allow",
              Principal: { AWS: `arn:aws:iam::${id}:root` },
              Action: "kms:*",
              Resource: "*",
            },
            {
              Sid: "Publishers",
              Effect: "Allow",
              Principal: { Service: PUBLISHERS.filter((each) => each !== EVENTS) },
              Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
              Resource: "*",
              Condition: { StringEquals: { "aws:SourceAccount": id } },
            },
            // EventBridge does not tell the key for which account it asks; the policies of the topics do that.
            {
              Sid: "Events",
              Effect: "Allow",
              Principal: { Service: EVENTS },
              Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
              Resource: "*",
            },
          ],
        }),
      ),
      ...named(owner, name),
    },
    // What waits in the queue of undelivered notifications is not encrypted with it, but a topic without its key is silent.
    { parent: owner.parent, protect: owner.target.environment !== "dev" },
  );
  new Alias(
    `${name}-key`,
    { name: pulumi.interpolate`alias/${owner.target.prefix}-${name}`, targetKeyId: key.keyId },
    { parent: owner.parent },
  );
  return key;
}
