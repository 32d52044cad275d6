import { checkName } from "../core/arguments";
import type { CloudAlarm, CloudEvent } from "../core/cloud-alarm";
import type { Problem } from "../core/errors";
import type { Monitoring } from "../core/monitorable";
import { Problems } from "../core/problems";
import { type HealthCheckArgs, type MonitoringStackArgs, schema } from "./args";
import { checkWatches, type Watched } from "./check-watches";
import { ACCOUNT_EVENTS } from "./cloud-events";
import { billAlarms, GLOBAL_REGION, healthAlarms } from "./cloud-outside";
import {
  checkPrometheus,
  collectorAlerts,
  collectorName,
  type PrometheusPlan,
  planPrometheus,
} from "./cloud-prometheus";

/** {@link MonitoringStackArgs} on AWS, with every default filled in. */
export interface CloudMonitoringSpec {
  readonly watched: readonly Monitoring[];
  /** Alarms of the components and of the network. */
  readonly alarms: readonly CloudAlarm[];
  readonly events: readonly CloudEvent[];
  readonly healthChecks: readonly Required<HealthCheckArgs>[];
  readonly prometheus: PrometheusPlan | undefined;
  readonly runbooks: string;
  /** Names of the alarms and events, by what they belong to: a component, or `stack`. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveCloudMonitoring(name: string, args: MonitoringStackArgs): CloudMonitoringSpec {
  const problems = new Problems(`MonitoringStack "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "monitoring");
  problems.across(["watches", "routing"], (add) => checkWatches(args, ALARMS, add));
  problems.across(["vpc", "routing"], (add) => {
    if (args.routing.cloud !== undefined) return;
    add({
      path: "routing",
      given: "a routing made for another target",
      allowed: "an AlertRouting of this network",
      fix: "give both the same vpc",
    });
  });
  problems.across(["vpc", "aws"], (add) => checkRegion(args, add));
  problems.across(["watches", "aws"], (add) => {
    checkPrometheus(
      planPrometheus(
        args,
        args.watches.map((each) => each.monitoring),
      ),
      add,
    );
  });
  for (const problem of unsupported(args)) problems.add(problem);
  problems.throwIfAny();
  const { network } = args.vpc;
  const watched = args.watches.map((each) => each.monitoring);
  // The network is watched whether it was named or not.
  const own =
    network.kind === "aws" && !watched.some((each) => each.component === network.watching.component)
      ? network.watching.with({})
      : { alarms: [], events: [] };
  const bill = args.aws?.monthlyBill === undefined ? [] : billAlarms(args.aws.monthlyBill);
  const healthChecks = (args.aws?.healthChecks ?? []).map(({ host, path = "/" }) => ({ host, path }));
  const names = (each: { readonly alarms: readonly CloudAlarm[]; readonly events: readonly CloudEvent[] }) =>
    [...new Set([...each.alarms, ...each.events].map(({ alarm }) => alarm))].sort();
  return {
    watched,
    alarms: [...own.alarms, ...watched.flatMap((each) => each.cloud?.alarms ?? []), ...bill],
    events: [...own.events, ...watched.flatMap((each) => each.cloud?.events ?? []), ...ACCOUNT_EVENTS],
    healthChecks,
    prometheus: planPrometheus(args, watched),
    runbooks: (args.runbooks ?? "docs/runbooks").replace(/\/$/, ""),
    names: {
      ...Object.fromEntries(
        watched.map((each) => [each.component, names(each.cloud ?? { alarms: [], events: [] })] as const),
      ),
      ...(args.aws?.prometheus === undefined ? {} : { [collectorName(name)]: collectorAlerts(name) }),
      stack: names({
        alarms: [...own.alarms, ...bill, ...healthChecks.flatMap(({ host }) => healthAlarms(host, ""))],
        events: [...own.events, ...ACCOUNT_EVENTS],
      }),
    },
  };
}

const ALARMS: Watched = {
  what: "alarm",
  where: "on aws",
  teams: ({ cloud }) => [...(cloud?.alarms ?? []), ...(cloud?.events ?? [])].map((alarm) => alarm.team),
};

/** What is reported to one region alone must be watched there. */
function checkRegion(args: MonitoringStackArgs, add: (problem: Problem) => void): void {
  const { target } = args.vpc.network;
  const { healthChecks = [], monthlyBill } = args.aws ?? {};
  for (const [index, { host }] of healthChecks.entries()) {
    if (healthChecks.findIndex((each) => each.host === host) === index) continue;
    add({
      path: `aws.healthChecks.${index}.host`,
      given: `"${host}" for the second time`,
      allowed: "each host once",
      fix: "choose the path that says most about it",
    });
  }
  if (target.kind !== "aws" || target.region === GLOBAL_REGION) return;
  for (const [path, asked, who] of [
    ["aws.healthChecks", healthChecks.length > 0, "Amazon Route 53"],
    ["aws.monthlyBill", monthlyBill !== undefined, "AWS Billing"],
  ] as const) {
    if (!asked) continue;
    add({
      path,
      given: `an alarm in ${target.region}`,
      allowed: `stacks in ${GLOBAL_REGION}: ${who} reports to no other region, and an alarm sees its own alone`,
      fix: `remove it here, and give it to a MonitoringStack in ${GLOBAL_REGION}`,
    });
  }
}

/** Arguments that are about Prometheus and the pages beside it, and what takes their place. */
const ELSEWHERE = {
  domain: "CloudWatch has its pages in the console",
  interval: "services report to CloudWatch each minute by themselves",
  retention: "CloudWatch keeps metrics for 15 months",
  logs: "each component's log groups have their own retention",
  alerts: "make an alarm of CloudWatch, with a topic of the routing as its action",
  tuning: "tune the alarms of a component: db.monitored({ ... })",
  images: "nothing runs in containers",
  host: "there is no Docker host",
  packages: "nothing runs in containers",
} as const satisfies Partial<Record<keyof MonitoringStackArgs, string>>;

function unsupported(args: MonitoringStackArgs): Problem[] {
  return Object.entries(ELSEWHERE)
    .filter(([key]) => args[key as keyof typeof ELSEWHERE] !== undefined)
    .map(([path, instead]) => ({
      path,
      given: "a setting of Prometheus and its pages",
      allowed: "nothing on aws",
      fix: `remove ${path}: ${instead}`,
    }));
}
