import type * as pulumi from "@pulumi/pulumi";
import { type AlarmTable, type CloudAlarm, cloudAlarms, sameAs } from "../core/cloud-alarm";
import { ENDPOINT_RULES } from "../surveillance-vpc/alerts";

/** The only region to which Amazon Route 53 and AWS Billing report. */
export const GLOBAL_REGION = "us-east-1";

/** The alarm of a page that is asked for from outside. */
const HEALTH_ALARMS = {
  EndpointDown: {
    ...sameAs(ENDPOINT_RULES.EndpointDown),
    metrics: {
      m: {
        namespace: "AWS/Route53",
        metric: "HealthCheckStatus",
        statistic: "Minimum",
        dimensions: ["HealthCheckId"],
      },
    },
    comparison: "<",
    threshold: () => 1,
    parameters: {},
    for: ENDPOINT_RULES.EndpointDown.for,
    missing: "breaching",
    summary: "the page cannot be reached from the internet",
    description: "Most of the checkers of Amazon Route 53, all over the world, got no answer or not the expected one.",
  },
} as const satisfies AlarmTable<object>;

/** What the account may cost. */
interface Bill {
  /** In US dollars a month. */
  readonly usd: number;
}

const BILL_ALARMS = {
  MonthlyBillHigh: {
    severity: "warning",
    team: "platform",
    group: "cost",
    metrics: {
      m: {
        namespace: "AWS/Billing",
        metric: "EstimatedCharges",
        statistic: "Maximum",
        dimensions: [],
        fixed: { Currency: "USD" },
      },
    },
    comparison: ">",
    threshold: (_, { usd }) => usd,
    parameters: {},
    for: "1 day",
    period: "1 day",
    // AWS Billing reports a few times a day: what was known still holds.
    missing: "ignore",
    summary: "the account has cost more than $usd USD this month",
    description: "Something costs more than usual, or the figure is too low.",
  },
} as const satisfies AlarmTable<Bill>;

/** The alarm of one page. */
export function healthAlarms(host: string, HealthCheckId: pulumi.Input<string>): readonly CloudAlarm[] {
  return cloudAlarms(HEALTH_ALARMS, { about: host, dimensions: { HealthCheckId }, size: {} });
}

/** The alarm of the account's bill. */
export function billAlarms(usd: number): readonly CloudAlarm[] {
  return cloudAlarms(BILL_ALARMS, { about: "account", dimensions: {}, size: { usd } });
}
