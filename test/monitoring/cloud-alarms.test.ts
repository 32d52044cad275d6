import { type CloudAlarm, cloudAlarms } from "../../components/core/cloud-alarm";
import { RDS_ALARMS, type RdsSize, rdsWatching } from "../../components/managed-postgres/cloud-alarms";
import { everyAlert } from "../../components/monitoring-stack/catalogue";
import { everyCloudWatching } from "../../components/monitoring-stack/cloud-catalogue";
import { cacheWatching } from "../../components/redis-cache/cloud-alarms";
import { type EcsIdentity, ecsWatching } from "../../components/service-deployment/cloud-alarms";
import { bucketWatching } from "../../components/storage-bucket/cloud-alarms";

const GIB = 1024 ** 3;
const all = everyCloudWatching().flatMap(({ alarms }) => alarms);
const events = everyCloudWatching().flatMap((each) => each.events);

const RDS: RdsSize = { memory: 8 * GIB, storage: 100 * GIB, maxConnections: 200, credits: 576 };
const rds = (change: Partial<RdsSize> = {}, tuning = {}) =>
  rdsWatching([{ name: "db", identifier: "db", replica: false }], { ...RDS, ...change }, tuning).alarms;
const SERVICE: EcsIdentity = {
  service: "api",
  cluster: "shop",
  clusterArn: "c",
  serviceArn: "s",
  group: "service:api",
};
const ROUTED: EcsIdentity = { ...SERVICE, edge: { balancer: "app/shop/1", targetGroup: "targetgroup/api/1" } };
const cache = (purpose: "cache" | "session" | "queue", nodes: number) =>
  cacheWatching(
    Array.from({ length: nodes }, (_, index) => ({ name: `cache-00${index + 1}`, id: `cache-00${index + 1}` })),
    { purpose },
  ).alarms;

function find(alarms: readonly CloudAlarm[], name: string): CloudAlarm {
  const found = alarms.filter((each) => each.alarm === name);
  if (found.length !== 1 || found[0] === undefined) throw new Error(`${found.length} alarms ${name}`);
  return found[0];
}

describe("every alarm of CloudWatch", () => {
  it.each(all.map((alarm) => [`${alarm.about} ${alarm.alarm}`, alarm] as const))("%s is complete", (_, alarm) => {
    expect(["breaching", "notBreaching", "ignore", "missing"]).toContain(alarm.missing);
    expect(["critical", "warning", "info"]).toContain(alarm.severity);
    expect(alarm.team).toMatch(/^(platform|app|data|security)$/);
    expect(alarm.group).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(Number.isFinite(alarm.threshold)).toBe(true);
    // Whatever is left of a placeholder would reach the operator.
    expect(`${alarm.summary} ${alarm.description} ${alarm.expression ?? ""}`).not.toMatch(/\$|undefined|NaN/);
    expect(alarm.summary.length + alarm.description.length).toBeGreaterThan(30);
    expect(alarm.summary.startsWith(`${alarm.about}: `)).toBe(true);
  });

  it("looks back no further than CloudWatch can: a day, or seven with periods of an hour", () => {
    for (const { alarm, period, periods } of all) {
      expect({ alarm, fits: period * periods <= (period >= 3600 ? 7 : 1) * 86_400 }).toEqual({ alarm, fits: true });
      expect({ alarm, known: [60, 300, 3600, 86_400].includes(period) }).toEqual({ alarm, known: true });
    }
  });

  it("has a name that is used once for each thing watched", () => {
    const names = all.map((each) => `${each.about} ${each.alarm}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it("names metrics in its expression that it has, and no others", () => {
    for (const { alarm, expression, metrics } of all) {
      const ids = Object.keys(metrics);
      if (expression === undefined) {
        expect({ alarm, ids }).toEqual({ alarm, ids: ["m"] });
        continue;
      }
      const used = [...expression.matchAll(/\b[a-z]\w*/g)].map(([word]) => word);
      expect({ alarm, used: [...new Set(used)].sort() }).toEqual({ alarm, used: [...ids].sort() });
    }
  });

  it("treats silence as an outage exactly where silence is one", () => {
    const breaching = new Set(all.filter((each) => each.missing === "breaching").map((each) => each.alarm));
    expect([...breaching].sort()).toEqual([
      "BackupTooOld",
      "EcsTasksMissing",
      "EndpointDown",
      "PostgresDown",
      "RedisDown",
      "ServiceDown",
    ]);
  });
});

describe("an alarm and a rule of one name", () => {
  const rules = new Map(everyAlert().map((rule) => [rule.alert, rule]));
  const shared = [...all, ...events].filter((each) => rules.has(each.alarm));

  it("are many: an operator learns a name once", () => {
    expect([...new Set(shared.map((each) => each.alarm))].sort()).toEqual([
      "BackupFailed",
      "BackupTooOld",
      "CertificateExpiresCritical",
      "CertificateExpiresSoon",
      "EndpointDown",
      "HighErrorRate",
      "HighLatencyP95",
      "PostgresConnectionsExhausted",
      "PostgresConnectionsHigh",
      "PostgresDown",
      "PostgresReplicationLag",
      "PostgresXidWraparound",
      "RedisConnectionsHigh",
      "RedisDown",
      "RedisMemoryHigh",
      "RestoreDrillMissedObjective",
      "ServiceDown",
    ]);
  });

  it.each(shared.map((each) => [`${each.about} ${each.alarm}`, each] as const))(
    "%s have the same severity, team and group on every target",
    (_, { alarm, severity, team, group }) => {
      const rule = rules.get(alarm);
      expect({ severity, team, group }).toEqual({ severity: rule?.severity, team: rule?.team, group: rule?.group });
    },
  );

  it("take the same tuning", () => {
    const tuned = rds(
      {},
      { PostgresConnectionsHigh: { percent: 50, severity: "info", team: "app", for: "10 minutes" } },
    );
    expect(find(tuned, "PostgresConnectionsHigh")).toMatchObject({
      threshold: 100,
      severity: "info",
      team: "app",
      periods: 10,
      summary: "db: more than 50 % of the 200 connections are in use",
    });
    expect(rds({}, { PostgresDown: { enabled: false } }).map((each) => each.alarm)).not.toContain("PostgresDown");
  });
});

/** Name, change of the size, threshold before and after. */
const DERIVED: readonly (readonly [string, Partial<RdsSize>, number, number])[] = [
  ["PostgresConnectionsHigh", { maxConnections: 500 }, 160, 400],
  ["PostgresConnectionsExhausted", { maxConnections: 500 }, 190, 475],
  ["RdsStorageLow", { storage: 200 * GIB }, 20 * GIB, 40 * GIB],
  ["RdsStorageCritical", { storage: 200 * GIB }, 10 * GIB, 20 * GIB],
  ["RdsMemoryLow", { memory: 16 * GIB }, Math.round(0.8 * GIB), Math.round(1.6 * GIB)],
  ["RdsCpuCreditsLow", { credits: 864 }, 115.2, 172.8],
  ["RdsReplicationSlotLag", { storage: 200 * GIB }, 10 * GIB, 20 * GIB],
  // 25 % of the storage, 20 GiB at most.
  ["RdsWalHigh", { storage: 40 * GIB }, 20 * GIB, 10 * GIB],
];

describe("thresholds follow the size", () => {
  it.each(DERIVED)("%s", (name, change, before, after) => {
    expect(find(rds(), name).threshold).toBe(before);
    expect(find(rds(change), name).threshold).toBe(after);
  });

  it("of nothing else of a server", () => {
    const derived = new Set(DERIVED.map(([name]) => name));
    const other = rds({ memory: GIB, storage: 10 * GIB, maxConnections: 10, credits: 1 });
    for (const { alarm, threshold } of rds()) {
      expect({ alarm, same: find(other, alarm).threshold === threshold }).toEqual({ alarm, same: !derived.has(alarm) });
    }
  });

  it("credits are watched where there are any", () => {
    expect(rds({ credits: 0 }).map((each) => each.alarm)).not.toContain("RdsCpuCreditsLow");
  });

  it("a replica is watched like its primary, and for how far it is behind", () => {
    const both = rdsWatching(
      [
        { name: "db", identifier: "a", replica: false },
        { name: "db-replica-1", identifier: "b", replica: true },
      ],
      RDS,
    ).alarms;
    const of = (about: string) => both.filter((each) => each.about === about).map((each) => each.alarm);
    expect(of("db-replica-1").filter((each) => !of("db").includes(each))).toEqual(["PostgresReplicationLag"]);
    expect(
      both
        .filter((each) => each.about === "db-replica-1")
        .every((each) => each.metrics["m"]?.dimensions["DBInstanceIdentifier"] === "b"),
    ).toBe(true);
  });

  it("tasks that must run are those of the service, even when autoscaling asks for none", () => {
    const expression = (replicas: number) =>
      find(ecsWatching("api", SERVICE, { replicas }).alarms, "EcsTasksMissing").expression;
    expect(expression(3)).toBe("IF(desired < 3, 3, desired) - running");
    expect(expression(5)).toBe("IF(desired < 5, 5, desired) - running");
  });

  it("the promise of a service is its threshold, and a tuning wins over it", () => {
    const p95 = (slo?: { availability: number; p95: number }, tuning = {}) =>
      find(ecsWatching("api", ROUTED, { replicas: 2 }, slo, tuning).alarms, "HighLatencyP95").threshold;
    expect(p95()).toBe(1);
    expect(p95({ availability: 99.9, p95: 0.2 })).toBe(0.2);
    expect(p95({ availability: 99.9, p95: 0.2 }, { HighLatencyP95: { seconds: 3 } })).toBe(3);
  });

  it("errors count from a floor of requests on", () => {
    const rate = find(
      ecsWatching("api", ROUTED, { replicas: 2 }, undefined, { HighErrorRate: { floor: 2 } }).alarms,
      "HighErrorRate",
    );
    expect(rate.expression).toBe("IF(requests > 60 * 2, FILL(errors, 0) / requests, 0)");
    expect(rate.threshold).toBe(0.05);
  });

  it("a service without routes is watched by its tasks", () => {
    const names = ecsWatching("worker", SERVICE, { replicas: 2 }).alarms;
    expect(find(names, "ServiceDown").metrics["m"]?.metric).toBe("RunningTaskCount");
    expect(names.map((each) => each.alarm)).not.toContain("HighErrorRate");
  });

  it("what a cache is for decides whether evictions are an alarm", () => {
    expect(cache("cache", 1).map((each) => each.alarm)).not.toContain("RedisEvictions");
    expect(cache("session", 1).map((each) => each.alarm)).toContain("RedisEvictions");
    expect(find(cache("queue", 1), "RedisConnectionsHigh").threshold).toBe(52_000);
  });

  it("each node of a cache is watched, and only several can lag", () => {
    expect(cache("session", 1).map((each) => each.alarm)).not.toContain("RedisReplicationLag");
    const nodes = cache("session", 3).filter((each) => each.alarm === "RedisReplicationLag");
    expect(nodes.map((each) => each.metrics["m"]?.dimensions["CacheClusterId"])).toEqual([
      "cache-001",
      "cache-002",
      "cache-003",
    ]);
  });

  it("replication of a bucket is watched where there is one", () => {
    expect(bucketWatching("b", "b", { replicated: false }).alarms.map((each) => each.alarm)).toEqual(["S3ErrorsHigh"]);
  });
});

it("a table that names a dimension without a value is refused", () => {
  expect(() => cloudAlarms(RDS_ALARMS, { about: "db", dimensions: {}, size: RDS })).toThrow(
    new RangeError("db has no DBInstanceIdentifier"),
  );
});

describe("every event", () => {
  it.each(events.map((event) => [`${event.about} ${event.alarm}`, event] as const))("%s is complete", (_, event) => {
    expect(Object.keys(event.pattern)).toContain("detail-type");
    expect(event.message).toMatch(/^\$\.detail\./);
    expect(event.summary.length).toBeGreaterThan(10);
    expect(event.team).toMatch(/^(platform|app|data|security)$/);
  });
});
