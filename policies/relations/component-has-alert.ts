import type { Graph } from "../join";
import { ADVICE, type ExampleResource, rule } from "../rule";
import { aws } from "../tokens";

const MONITORING = "bulwark:index:MonitoringStack";
/** Components that run or keep something. */
export const WATCHABLE: readonly string[] = [
  "BackupSchedule",
  "ManagedPostgres",
  "RedisCache",
  "ServiceDeployment",
  "StorageBucket",
].map((kind) => `bulwark:index:${kind}`);
const ALARM = aws("cloudwatch/metricAlarm:MetricAlarm");

const component = (type: string, name: string, props: Readonly<Record<string, unknown>> = {}): ExampleResource => ({
  type,
  name,
  custom: false,
  props,
});
const monitoring = (...alerts: readonly string[]) => component(MONITORING, "monitoring", { alerts });

/** What nobody watches fails in silence. */
export const componentHasAlert = rule({
  id: "xs-component-has-alert",
  title: "Every component has an alert",
  severity: "medium",
  level: ADVICE,
  types: WATCHABLE,
  joins: true,
  remedy: "Put it into the watches of the MonitoringStack, with at least one of its alerts on.",
  references: ["Bulwark"],
  check(resource, guard, { graph, environment }) {
    guard.check(() => {
      const watched = alertedComponents(graph);
      // A developer's machine may go unwatched as a whole; half a watch is a mistake everywhere.
      if (environment === "dev" && graph.ofType([MONITORING]).length === 0) return undefined;
      return !watched.has(resource.name) && "no alert of the program is about it";
    });
  },
  examples: {
    compliant: [
      ...WATCHABLE.map((type) => [component(type, "it"), monitoring("it: ItIsDown", "stack: Watchdog")] as const),
      [
        component(WATCHABLE[1] ?? "", "it"),
        {
          type: ALARM[0] ?? "",
          name: "alarm",
          parent: "it",
          props: { alarmActions: ["arn:aws:sns:eu-central-1:123456789012:critical"] },
        },
      ],
    ],
    violating: [
      ...WATCHABLE.map((type) => [component(type, "it"), monitoring("other: ItIsDown", "stack: Watchdog")] as const),
      [component(WATCHABLE[0] ?? "", "it"), monitoring("it: ")],
      [component(WATCHABLE[0] ?? "", "it")],
    ],
  },
});

/** Names of the components with an alert: in a MonitoringStack, or as an alarm of their own. */
function alertedComponents(graph: Graph): ReadonlySet<string> {
  return graph.once("components with an alert", () => {
    const names = new Set<string>();
    for (const stack of graph.ofType([MONITORING])) {
      for (const line of stack.at("alerts").list()) {
        const name = /^([^:]+): ./.exec(line.text() ?? "")?.[1];
        if (name !== undefined) names.add(name);
      }
    }
    for (const alarm of graph.ofType(ALARM)) {
      for (let owner = graph.get(alarm.node.parent); owner !== undefined; owner = graph.get(owner.node.parent)) {
        if (WATCHABLE.includes(owner.type)) names.add(owner.name);
      }
    }
    return names;
  });
}
