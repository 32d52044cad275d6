import { checkName } from "../core/arguments";
import type { CloudAlarm, CloudEvent } from "../core/cloud-alarm";
import type { Problem } from "../core/errors";
import type { Monitoring } from "../core/monitorable";
import { Problems } from "../core/problems";
import { type MonitoringStackArgs, schema } from "./args";
import { ACCOUNT_EVENTS } from "./cloud-events";

/** {@link MonitoringStackArgs} on AWS, with every default filled in. */
export interface CloudMonitoringSpec {
  readonly watched: readonly Monitoring[];
  /** Alarms of the components and of the network. */
  readonly alarms: readonly CloudAlarm[];
  readonly events: readonly CloudEvent[];
  readonly runbooks: string;
  /** Names of the alarms and events, by what they belong to: a component, or `stack`. */
  readonly names: Readonly<Record<string, readonly string[]>>;
}

/** Checks the arguments and fills in what was left out. Throws an `ArgumentError` with every problem. */
export function resolveCloudMonitoring(name: string, args: MonitoringStackArgs): CloudMonitoringSpec {
  const problems = new Problems(`MonitoringStack "${name}"`).shape(schema, args, Object.keys(schema.shape));
  checkName(problems, name, "monitoring");
  problems.across(["watches", "routing"], (add) => checkWatches(args, add));
  problems.across(["vpc", "routing"], (add) => {
    if (args.routing.cloud !== undefined) return;
    add({
      path: "routing",
      given: "a routing made for another target",
      allowed: "an AlertRouting of this network",
      fix: "give both the same vpc",
    });
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
  const names = (each: { readonly alarms: readonly CloudAlarm[]; readonly events: readonly CloudEvent[] }) =>
    [...new Set([...each.alarms, ...each.events].map(({ alarm }) => alarm))].sort();
  return {
    watched,
    alarms: [...own.alarms, ...watched.flatMap((each) => each.cloud?.alarms ?? [])],
    events: [...own.events, ...watched.flatMap((each) => each.cloud?.events ?? []), ...ACCOUNT_EVENTS],
    runbooks: (args.runbooks ?? "docs/runbooks").replace(/\/$/, ""),
    names: {
      ...Object.fromEntries(
        watched.map((each) => [each.component, names(each.cloud ?? { alarms: [], events: [] })] as const),
      ),
      stack: names({ alarms: own.alarms, events: [...own.events, ...ACCOUNT_EVENTS] }),
    },
  };
}

function checkWatches(args: MonitoringStackArgs, add: (problem: Problem) => void): void {
  const seen = new Set<string>();
  for (const [index, each] of args.watches.entries()) {
    const { component, cloud } = each.monitoring;
    if (seen.has(component)) {
      add({
        path: `watches.${index}`,
        given: `${component} for the second time`,
        allowed: "each component once",
        fix: "remove one of the two",
      });
    }
    seen.add(component);
    const all = [...(cloud?.alarms ?? []), ...(cloud?.events ?? [])];
    if (all.length === 0) {
      add({
        path: `watches.${index}`,
        given: `${component}, which has no alarm`,
        allowed: "components of which something is watched on aws",
        fix: "leave at least one of its alarms on",
      });
    }
    const unknown = [...new Set(all.map((alarm) => alarm.team))].filter((team) => !args.routing.teams.includes(team));
    if (unknown.length > 0) {
      add({
        path: `watches.${index}`,
        given: `alarms of ${component} for ${unknown.join(", ")}`,
        allowed: `teams that the routing knows: ${args.routing.teams.join(", ")}`,
        fix: "add the team to the routing, or give those alarms another one",
      });
    }
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
