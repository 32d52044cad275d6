import type * as pulumi from "@pulumi/pulumi";
import type { Audience, Routed } from "./audiences";

/** What the routing gives to those who raise alerts on AWS. */
export interface CloudRouting {
  /** Topics by the name of their audience. */
  readonly topics: Readonly<Record<string, CloudTopic>>;
  /** Who hears of an alert. */
  audienceOf(alert: Routed): Audience;
  /** Queue of what could not be delivered. */
  readonly deadLetters: { readonly arn: pulumi.Output<string>; readonly name: pulumi.Output<string> };
  /** Rule that calls the dead man's switch. */
  readonly heartbeatRule: pulumi.Output<string> | undefined;
  /** What must be ready before something is sent to a topic. */
  readonly after: readonly pulumi.Resource[];
}

/** A topic of Amazon SNS. */
export interface CloudTopic {
  readonly arn: pulumi.Output<string>;
  readonly name: pulumi.Output<string>;
}
