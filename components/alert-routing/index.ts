import * as pulumi from "@pulumi/pulumi";
import { Component, type ComponentOptions } from "../core/component";
import { accept } from "../core/tick";
import { alertmanagerConfig, SMTP_SECRET, secretFile } from "./alertmanager";
import type { AlertRoutingArgs, Receiver } from "./args";
import type { CloudRouting } from "./output";
import { type RouteResult, routeTest } from "./route-test";
import { type RoutingSpec, resolveRouting } from "./spec";

export type {
  AlertRoutingArgs,
  EmailReceiver,
  EscalationStep,
  MuteArgs,
  PagerDutyReceiver,
  Receiver,
  RouteRow,
  SlackReceiver,
  SlackWorkspace,
  SmsReceiver,
  SmtpArgs,
  WebhookReceiver,
} from "./args";
export type { Audience, Routed } from "./audiences";
export type { CloudRouting, CloudTopic } from "./output";
export type { RouteResult } from "./route-test";

/** A secret of a receiver, and the name of the file in which Alertmanager finds it. */
export interface ReceiverSecret {
  readonly file: string;
  readonly value: pulumi.Output<string>;
}

/**
 * Who hears of which alert: one table of severity, team and environment. On compose and MicroK8s `MonitoringStack` runs the Alertmanager that
 * follows it; on AWS it becomes one topic of Amazon SNS for each audience.
 *
 * @example
 * ```ts
 * const routing = new AlertRouting("alerts", {
 *   vpc,
 *   receivers: {
 *     pager: { kind: "pagerduty", routingKey: config.requireSecret("pagerDutyKey") },
 *     chat: { kind: "slack", webhook: config.requireSecret("slackWebhook"), channel: "#alerts" },
 *     heartbeat: { kind: "webhook", url: config.requireSecret("heartbeatUrl") },
 *   },
 *   routes: [
 *     { severity: "critical", receivers: ["pager"] },
 *     { severity: "warning", receivers: ["chat"] },
 *   ],
 *   default: "chat",
 *   selfMonitoring: { receivers: ["chat"] },
 *   heartbeat: { receiver: "heartbeat" },
 * });
 * ```
 */
export class AlertRouting extends Component {
  /** Alertmanager's configuration. It holds no secret. */
  readonly configuration: string;
  /** What the files named in {@link configuration} hold. */
  readonly secrets: readonly ReceiverSecret[];
  /** Teams that have a row, or could have one. */
  readonly teams: readonly string[];
  /** Topics and what belongs to them; on AWS only. */
  readonly cloud: CloudRouting | undefined;
  readonly #spec: RoutingSpec;

  /** Throws an `ArgumentError` that lists every problem when the arguments cannot be used. */
  constructor(name: string, args: AlertRoutingArgs, opts?: ComponentOptions) {
    const spec = accept(() => resolveRouting(name, args));
    const { network } = args.vpc;
    super(
      "AlertRouting",
      name,
      {
        target: network.kind,
        environment: network.target.environment,
        receivers: Object.entries(spec.receivers).map(([receiver, each]) => `${receiver}: ${each.kind}`),
        routes: spec.rows.map(
          (row) =>
            `${row.severity} ${row.team ?? "*"} ${row.environment ?? "*"}: ${row.steps.map((step) => `${step.receivers.join("+")} after ${step.after} s`).join(", ")}`,
        ),
        teams: spec.teams,
        default: spec.default,
        heartbeat: spec.heartbeat?.receiver,
        selfMonitoring: spec.selfMonitoring,
        windows: spec.windows.map((window) => window.name),
      },
      network.target.provider,
      opts,
    );
    this.#spec = spec;
    this.teams = spec.teams;
    this.configuration = alertmanagerConfig(spec);
    this.secrets = [
      ...Object.entries(args.receivers).flatMap(([receiver, each]) => {
        const value = secretOf(each);
        return value === undefined ? [] : [{ file: secretFile(receiver), value: pulumi.secret(value) }];
      }),
      ...(args.smtp === undefined ? [] : [{ file: SMTP_SECRET, value: pulumi.secret(args.smtp.password) }]),
    ];
    this.cloud =
      network.kind === "aws"
        ? (require("./aws") as typeof import("./aws")).buildOnAws(name, spec, network, this)
        : undefined;
    this.registerOutputs({});
  }

  /** Who is told of an alert with these labels at this moment. */
  routeTest(labels: Readonly<Record<string, string>>, at: Date): RouteResult {
    return routeTest(this.#spec, labels, at);
  }
}

function secretOf(receiver: Receiver): pulumi.Input<string> | undefined {
  switch (receiver.kind) {
    case "pagerduty":
      return receiver.routingKey ?? receiver.serviceKey;
    case "sms":
      return receiver.routingKey;
    case "slack":
      return receiver.webhook;
    case "webhook":
      return receiver.url;
    case "email":
      return undefined;
  }
}
