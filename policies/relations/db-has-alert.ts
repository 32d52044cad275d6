import { REPLICATION_GROUP } from "../aws/elasticache";
import { alarmOn, cluster, database, one, redis } from "../aws/examples";
import { DATABASES } from "../aws/rds";
import type { Graph, Subject } from "../join";
import { IN_PROD, rule } from "../rule";
import { aws } from "../tokens";
import { Undetermined } from "../view";

const ALARM = aws("cloudwatch/metricAlarm:MetricAlarm");
const DIMENSIONS = ["DBInstanceIdentifier", "DBClusterIdentifier", "ReplicationGroupId", "CacheClusterId"];

/** Somebody is told before the disk is full. */
export const dbHasAlert = rule({
  id: "xs-db-has-alert",
  title: "Every data store has an alarm",
  severity: "medium",
  level: IN_PROD,
  types: [...DATABASES, ...REPLICATION_GROUP],
  joins: true,
  remedy: "Watch it with MonitoringStack, or add a MetricAlarm whose dimensions name it.",
  references: ["CKV_AWS_319", "FSBP RDS.19", "FSBP RDS.20"],
  check(resource, guard, { graph }) {
    guard.check(() => !watched(resource, graph) && "no alarm watches it");
  },
  examples: {
    compliant: [
      database(),
      cluster(),
      redis(),
      [
        database()[0],
        one("cloudwatch/metricAlarm:MetricAlarm", {
          alarmActions: ["arn:elsewhere"],
          dimensions: { DBInstanceIdentifier: "shop" },
        }),
      ],
      [
        redis()[0],
        one("cloudwatch/metricAlarm:MetricAlarm", {
          alarmActions: ["arn:elsewhere"],
          dimensions: { CacheClusterId: "shop-001" },
        }),
      ],
    ],
    violating: [
      [database()[0]],
      [redis()[0], ...alarmOn("alarm").filter((each) => each.name !== "alarm")],
      [
        database()[0],
        one("cloudwatch/metricAlarm:MetricAlarm", {
          alarmActions: ["arn:elsewhere"],
          dimensions: { DBInstanceIdentifier: "other" },
        }),
      ],
    ],
  },
});

function watched(store: Subject, graph: Graph): boolean {
  if (graph.usersOf(store).some((each) => ALARM.includes(each.type))) return true;
  const { names, uncertain } = graph.once("alarms by name of what they watch", () => {
    const names = new Set<string>();
    let uncertain: string | undefined;
    for (const alarm of graph.ofType(ALARM)) {
      if (alarm.node.propertyDependencies["dimensions"] !== undefined) continue;
      for (const dimension of DIMENSIONS) {
        try {
          const name = alarm.at("dimensions", dimension).text();
          if (name === undefined) continue;
          // A node is named after its group.
          names.add(dimension === "CacheClusterId" ? name.replace(/-\d{3}$/, "") : name);
          break;
        } catch (error) {
          if (!(error instanceof Undetermined)) throw error;
          uncertain = `${alarm.name}: ${error.path}`;
          break;
        }
      }
    }
    return { names, uncertain };
  });
  const own = ["identifier", "clusterIdentifier", "replicationGroupId"].flatMap((each) => store.at(each).text() ?? []);
  if (own.some((name) => names.has(name))) return true;
  if (uncertain !== undefined)
    throw new Undetermined(uncertain, "refers to something that is only known after the update");
  return false;
}
