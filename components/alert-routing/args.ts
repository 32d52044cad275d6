import type * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import { type ChangeWindow, changeWindow } from "../core/change-window";
import { ENVIRONMENTS, type Environment } from "../core/environment";
import type { Severity } from "../core/monitorable";
import { componentName, duration, leaf, port, text, vpc } from "../core/schema";
import type { Duration } from "../core/units";
import type { NetworkSource } from "../targets/network";

/** Pages the people on call. */
export interface PagerDutyReceiver {
  readonly kind: "pagerduty";
  /** Integration key of the Events API v2; on AWS, of an Amazon CloudWatch integration. Either this or {@link serviceKey}. */
  readonly routingKey?: pulumi.Input<string>;
  /** Integration key of the Events API v1. */
  readonly serviceKey?: pulumi.Input<string>;
}

/** A text message: a PagerDuty service whose people are told by SMS. */
export interface SmsReceiver {
  readonly kind: "sms";
  /** Integration key (Events API v2; on AWS, Amazon CloudWatch) of that PagerDuty service. */
  readonly routingKey: pulumi.Input<string>;
}

/** A Slack channel. */
export interface SlackReceiver {
  readonly kind: "slack";
  /** Address of the incoming webhook; it is a secret. Compose and MicroK8s need it. */
  readonly webhook?: pulumi.Input<string>;
  /** Channel: `"#alerts"`. */
  readonly channel: string;
  /** The same channel by its ids. AWS needs them: there Amazon Q Developer posts, in a workspace that was authorised in the console once. */
  readonly workspace?: SlackWorkspace;
}

/** A channel as Slack itself names it. */
export interface SlackWorkspace {
  /** Id of the workspace: `"T0123456789"`. */
  readonly team: string;
  /** Id of the channel: `"C0123456789"`. */
  readonly channel: string;
}

/** An e-mail. Needs {@link AlertRoutingArgs.smtp}, but on AWS, where the recipient confirms once. */
export interface EmailReceiver {
  readonly kind: "email";
  readonly to: string;
}

/** An HTTP endpoint that gets Alertmanager's own JSON; on AWS that of Amazon SNS, whose subscription it must confirm once. */
export interface WebhookReceiver {
  readonly kind: "webhook";
  /** Address; it is treated as a secret, since most hold a token. */
  readonly url: pulumi.Input<string>;
}

/** Where notifications go. */
export type Receiver = PagerDutyReceiver | SmsReceiver | SlackReceiver | EmailReceiver | WebhookReceiver;

/** One level of an escalation. */
export interface EscalationStep {
  /** Time since the alert fired. The first may be `"0 minutes"`; each must be later than the one before. */
  readonly after: Duration;
  readonly receivers: readonly string[];
}

/** One row of the table. Rows with an environment win over rows with a team, and both over rows with neither. */
export interface RouteRow {
  readonly severity: Exclude<Severity, "none">;
  /** Team of the alert. Default: every known team. */
  readonly team?: string;
  /** Environment of the alert. Default: all. */
  readonly environment?: Environment;
  /** Who is told at once. Either this or {@link escalation}. */
  readonly receivers?: readonly string[];
  /**
   * Who is told at once, and who later when nobody has acknowledged (silenced) or ended the alert. Refused on AWS, where nothing waits: an
   * escalation policy of PagerDuty does.
   */
  readonly escalation?: readonly EscalationStep[];
  /** Times in which notifications are sent; outside they wait. Default: always. */
  readonly during?: ChangeWindow;
  /** Time after which an alert that still fires is sent again. Default: 12 hours; 1 hour where a mute window may hold it back. Refused on AWS. */
  readonly repeatEvery?: Duration;
}

/** A window in which less urgent alerts are held back. Heartbeat, backup and security alerts never are. */
export interface MuteArgs {
  readonly window: ChangeWindow;
  /** Severities that are held back. Default: warning and info. */
  readonly severities?: readonly Exclude<Severity, "none">[];
}

/** How e-mail is sent. */
export interface SmtpArgs {
  readonly host: string;
  /** Default: 587 (AR-02). TLS is required on every port. */
  readonly port?: number;
  readonly from: string;
  readonly username: string;
  readonly password: pulumi.Input<string>;
}

/** Arguments of {@link AlertRouting}. */
export interface AlertRoutingArgs {
  /** Network of the stack whose alerts are routed. */
  readonly vpc: NetworkSource;
  /** Receivers by name. */
  readonly receivers: Readonly<Record<string, Receiver>>;
  /** The table. */
  readonly routes: readonly RouteRow[];
  /** Receiver of everything that no row matches, alerts of unknown teams among it. */
  readonly default: string;
  /** Teams that exist. Default: `platform`, `app`, `data`, `security`. */
  readonly teams?: readonly string[];
  /** Team of alerts that name none. Default: the first of {@link teams}. */
  readonly defaultTeam?: string;
  /** Where the heartbeat goes: a webhook that raises the alarm when it stops. Default: nowhere, which prod refuses. */
  readonly heartbeat?: { readonly receiver: string; readonly every?: Duration };
  /** Who hears of trouble with the alerting itself. At least one must not be used for critical alerts: that channel may be the broken one. */
  readonly selfMonitoring: { readonly receivers: readonly string[] };
  readonly mute?: readonly MuteArgs[];
  /** How e-mail is sent. Refused on AWS, where Amazon SNS sends it. */
  readonly smtp?: SmtpArgs;
}

const secret = leaf(z.string().min(1));
const address = text(/^[^@\s]+@[^@\s]+$/, "an e-mail address", 'use an address such as "ops-team@example.com"');
const names = z.array(z.string()).min(1);
const urgent = z.enum(["critical", "warning", "info"]);
const team = text(/^[a-z][a-z0-9-]*$/, "a lower-case name", 'use a name such as "dba"');

/** Shape of {@link AlertRoutingArgs}. */
export const schema = z.strictObject({
  vpc,
  receivers: z.record(
    componentName,
    z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("pagerduty"), routingKey: secret.optional(), serviceKey: secret.optional() }),
      z.strictObject({ kind: z.literal("sms"), routingKey: secret }),
      z.strictObject({
        kind: z.literal("slack"),
        webhook: secret.optional(),
        channel: text(/^[#@][\w.-]+$/, "a channel or user", 'write it as "#alerts"'),
        workspace: z
          .strictObject({
            team: text(/^[TE][A-Z0-9]{5,}$/, "the id of a workspace", 'copy it from Slack: "T0123456789"'),
            channel: text(/^[CG][A-Z0-9]{5,}$/, "the id of a channel", 'copy it from Slack: "C0123456789"'),
          })
          .optional(),
      }),
      z.strictObject({ kind: z.literal("email"), to: address }),
      z.strictObject({ kind: z.literal("webhook"), url: secret }),
    ]),
  ),
  routes: z.array(
    z.strictObject({
      severity: urgent,
      team: team.optional(),
      environment: z.enum(ENVIRONMENTS).optional(),
      receivers: names.optional(),
      escalation: z.array(z.strictObject({ after: duration, receivers: names })).optional(),
      during: changeWindow.optional(),
      repeatEvery: duration.optional(),
    }),
  ),
  default: z.string(),
  teams: z.array(team).min(1).optional(),
  defaultTeam: z.string().optional(),
  heartbeat: z.strictObject({ receiver: z.string(), every: duration.optional() }).optional(),
  selfMonitoring: z.strictObject({ receivers: names }),
  mute: z.array(z.strictObject({ window: changeWindow, severities: z.array(urgent).min(1).optional() })).optional(),
  smtp: z
    .strictObject({
      host: z.string().min(1),
      port: port.optional(),
      from: address,
      username: z.string().min(1),
      password: secret,
    })
    .optional(),
});
