import type { CloudEvent } from "../core/cloud-alarm";

const SECURITY = { about: "account", team: "security" } as const;

/** Events of the whole account that concern every stack in it. */
export const ACCOUNT_EVENTS: readonly CloudEvent[] = [
  {
    alarm: "AwsHealthIssue",
    about: "account",
    severity: "warning",
    team: "platform",
    group: "monitoring-health",
    summary: "AWS reports trouble that may concern this account",
    pattern: {
      source: ["aws.health"],
      "detail-type": ["AWS Health Event"],
      detail: { eventTypeCategory: ["issue"] },
    },
    message: "$.detail.eventDescription[0].latestDescription",
  },
  {
    alarm: "AwsHealthChange",
    about: "account",
    severity: "info",
    team: "platform",
    group: "monitoring-health",
    summary: "AWS announces a change or asks for one",
    pattern: {
      source: ["aws.health"],
      "detail-type": ["AWS Health Event"],
      detail: { eventTypeCategory: ["scheduledChange", "accountNotification"] },
    },
    message: "$.detail.eventDescription[0].latestDescription",
  },
  {
    ...SECURITY,
    alarm: "RootLogin",
    severity: "critical",
    group: "security-account",
    summary: "somebody has logged in as the root user",
    pattern: {
      "detail-type": ["AWS Console Sign In via CloudTrail"],
      detail: { userIdentity: { type: ["Root"] }, eventName: ["ConsoleLogin"] },
    },
    message: "$.detail.sourceIPAddress",
  },
  {
    ...SECURITY,
    alarm: "KeyDeletion",
    severity: "critical",
    group: "security-account",
    summary: "a key is to be deleted or was switched off",
    pattern: {
      source: ["aws.kms"],
      "detail-type": ["AWS API Call via CloudTrail"],
      detail: { eventSource: ["kms.amazonaws.com"], eventName: ["ScheduleKeyDeletion", "DisableKey"] },
    },
    message: "$.detail.requestParameters.keyId",
  },
];
