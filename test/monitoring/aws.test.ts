import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AlertRouting, MonitoringStack, SurveillanceVpc } from "../../components";
import { ArgumentError } from "../../components/core/errors";
import { AwsRegion } from "../../components/targets/aws-region";
import { type Changes, ends, findings, ROUTING, watchedShop } from "../aws/shop-with-alerts";
import { type Program, type Registered, withMocks } from "../mocks/program";
import { NIGHT, OFFICE } from "../routing/fixture";

jest.setTimeout(60_000);

const shops = new Map<string, Promise<Program>>();
function shop(changes: Changes = {}): Promise<Program> {
  const key = JSON.stringify(changes);
  const made = shops.get(key) ?? watchedShop(changes);
  shops.set(key, made);
  return made;
}

const STORES = ["rds/instance:Instance", "elasticache/replicationGroup:ReplicationGroup", "s3/bucket:Bucket"];
const alarmsOf = (program: Program) => program.ofType("cloudwatch/metricAlarm:MetricAlarm");

/** Topics that an alarm reaches, itself or through a composite alarm. */
function reached(program: Program, alarm: Registered): readonly Registered[] {
  const through = program
    .ofType("compositeAlarm:CompositeAlarm")
    .filter((each) =>
      ["alarmRule", "actionsSuppressor"].some((property) => ends(program, each, property).includes(alarm)),
    );
  return [alarm, ...through].flatMap((each) => ends(program, each, "alarmActions"));
}

/** Alarms that a store's own values are the dimensions of. */
function watching(program: Program, store: Registered): readonly Registered[] {
  return alarmsOf(program).filter(
    (alarm) =>
      ends(program, alarm, "dimensions").includes(store) || ends(program, alarm, "metricQueries").includes(store),
  );
}

describe("MonitoringStack on aws", () => {
  it("every store, service, gateway and topic has alarms, found by what their dimensions refer to", async () => {
    const program = await shop();
    const watched = [
      ...STORES.flatMap((type) => program.ofType(type)).filter((each) => !each.parent.endsWith("::network")),
      ...program.ofType("ecs/service:Service"),
      ...program.ofType("natGateway:NatGateway"),
      ...program.ofType("sns/topic:Topic"),
      ...program.ofType("sqs/queue:Queue").filter((each) => each.parent.endsWith("::alerts")),
    ];
    expect(watched.map((each) => each.name)).toEqual(
      expect.arrayContaining(["db", "cache", "recordings", "api", "worker"]),
    );
    for (const each of watched)
      expect({ urn: each.urn, alarms: watching(program, each).length }).not.toEqual({ urn: each.urn, alarms: 0 });
  });

  it("every alarm reaches somebody, on a topic of its severity", async () => {
    const program = await shop();
    expect(alarmsOf(program).length).toBeGreaterThan(70);
    for (const alarm of alarmsOf(program)) {
      const topics = reached(program, alarm);
      const heard = program
        .ofType("topicSubscription:TopicSubscription")
        .filter((each) => ends(program, each, "topic").some((topic) => topics.includes(topic)));
      expect({ alarm: alarm.name, heard: heard.length > 0 }).toEqual({ alarm: alarm.name, heard: true });
      const { severity, alertgroup } = alarm.inputs["tags"] as Record<string, string>;
      if (severity === undefined) continue;
      const wanted = alertgroup?.startsWith("monitoring-") ? "alerts-monitoring" : `alerts-${severity}`;
      expect({ alarm: alarm.name, topics: topics.map((each) => each.name) }).toEqual({
        alarm: alarm.name,
        topics: [wanted],
      });
    }
  });

  it("says for each alarm what missing data means, who is told, and where the runbook is", async () => {
    const program = await shop();
    for (const { name, inputs } of alarmsOf(program)) {
      expect(["breaching", "notBreaching", "ignore", "missing"]).toContain(inputs["treatMissingData"]);
      if (name === "monitoring-change-window") continue;
      const { severity, team, runbook, Name } = inputs["tags"] as Record<string, string>;
      expect(inputs["alarmDescription"]).toContain(`Severity: ${severity}. Team: ${team}.`);
      expect(runbook).toBe(`https://runbooks.example.com/${Name}.md`);
      expect(readFileSync(join(__dirname, "../../docs/runbooks", `${Name}.md`), "utf8")).toContain(`# ${Name}`);
      expect(String(inputs["name"]).length).toBeLessThanOrEqual(255);
    }
  });

  it("derives thresholds from the size that was made", async () => {
    const program = await shop();
    const threshold = (name: string) => program.one("MetricAlarm", `monitoring-${name}`).inputs["threshold"];
    // db.m7g.large: 8 GiB; 100 GiB allocated; 200 connections.
    expect(threshold("db-RdsMemoryLow")).toBe(Math.round(0.8 * 1024 ** 3));
    expect(threshold("db-RdsStorageLow")).toBe(20 * 1024 ** 3);
    expect(threshold("db-PostgresConnectionsHigh")).toBe(160);
    const { allocatedStorage } = program.one("rds/instance:Instance", "db").inputs;
    expect(threshold("db-RdsStorageCritical")).toBe((Number(allocatedStorage) * 1024 ** 3) / 10);
    const [tasks] = program.one("MetricAlarm", "monitoring-api-EcsTasksMissing").inputs["metricQueries"] as {
      expression: string;
    }[];
    expect(tasks?.expression).toBe("IF(desired < 3, 3, desired) - running");
    // A steady class has no credits to watch.
    expect(alarmsOf(program).map((each) => each.name)).not.toContain("monitoring-db-RdsCpuCreditsLow");
    const dev = await shop({ environment: "dev" });
    expect(dev.one("MetricAlarm", "monitoring-db-RdsCpuCreditsLow").inputs["threshold"]).toBe(172.8);
  });

  it("pages once for each service, and not while a change window is open", async () => {
    const program = await shop();
    const pages = program.ofType("compositeAlarm:CompositeAlarm");
    expect(pages.map((each) => each.name)).toEqual(["monitoring-api-outage", "monitoring-worker-outage"]);
    const [api] = pages;
    if (api === undefined) throw new Error("no page");
    const symptoms = ends(program, api, "alarmRule");
    expect(symptoms.map((each) => each.name).sort()).toEqual([
      "monitoring-api-EcsTasksMissing",
      "monitoring-api-HighErrorRate",
      "monitoring-api-ServiceDown",
    ]);
    for (const symptom of symptoms)
      expect({ name: symptom.name, actions: symptom.inputs["alarmActions"] }).toEqual({
        name: symptom.name,
        actions: [],
      });
    for (const symptom of symptoms)
      expect(api.inputs["alarmRule"]).toContain(`ALARM("${String(symptom.inputs["name"])}")`);
    const [suppressor] = ends(program, api, "actionsSuppressor");
    expect(suppressor?.inputs).toMatchObject({ treatMissingData: "ignore", namespace: "Bulwark/ChangeWindow" });
    // Without a window that mutes critical alerts it is opened by hand only.
    expect(program.ofType("scheduler/schedule:Schedule")).toEqual([]);
  });

  it("opens and closes the window by the object of the gate, in its time zone", async () => {
    const program = await shop({ routing: { mute: [{ window: NIGHT, severities: ["critical", "warning"] }] } });
    const schedule = (moment: string) => program.one("schedule:Schedule", `monitoring-sunday-night-${moment}`).inputs;
    expect(schedule("open")).toMatchObject({
      scheduleExpression: "cron(0 22 ? * SUN *)",
      scheduleExpressionTimezone: "Europe/Berlin",
    });
    expect(schedule("close")).toMatchObject({
      scheduleExpression: "cron(0 2 ? * MON *)",
      scheduleExpressionTimezone: "Europe/Berlin",
    });
    const target = schedule("open")["target"] as { arn: string; input: string };
    expect(target.arn).toBe("arn:aws:scheduler:::aws-sdk:cloudwatch:setAlarmState");
    const suppressor = program.one("MetricAlarm", "monitoring-change-window");
    expect(JSON.parse(target.input)).toMatchObject({ AlarmName: suppressor.inputs["name"], StateValue: "ALARM" });
  });

  it("mutes what the routing mutes, and never backups, security and the alerting itself", async () => {
    const program = await shop({ routing: { mute: [{ window: NIGHT }] } });
    const muted = new Set(program.ofType("AlarmMuteRule").flatMap((rule) => ends(program, rule, "muteTargets")));
    expect(muted.size).toBeGreaterThan(20);
    for (const alarm of alarmsOf(program)) {
      const { severity, alertgroup = "" } = alarm.inputs["tags"] as Record<string, string>;
      const waits =
        (severity === "warning" || severity === "info") && !/^(backup|security|monitoring)-/.test(alertgroup);
      expect({ alarm: alarm.name, muted: muted.has(alarm) }).toEqual({ alarm: alarm.name, muted: waits });
    }
    const rule = program.one("AlarmMuteRule", "monitoring-sunday-night-db");
    expect(rule.inputs["rule"]).toEqual({
      schedule: { expression: "cron(0 22 * * SUN)", duration: "PT4H", timezone: "Europe/Berlin" },
    });
  });

  it("tells of what is for office hours in office hours", async () => {
    const program = await shop({
      routing: { routes: [...ROUTING.routes.slice(0, 2), { severity: "info", receivers: ["ops"], during: OFFICE }] },
    });
    const closed = program.ofType("AlarmMuteRule").filter((each) => each.name.endsWith("-network-edge"));
    expect(closed.map((each) => (each.inputs["rule"] as { schedule: object }).schedule)).toEqual([
      { expression: "cron(0 17 * * FRI)", duration: "P2DT16H", timezone: "UTC" },
      { expression: "cron(0 17 * * MON,TUE,WED,THU)", duration: "PT16H", timezone: "UTC" },
    ]);
  });

  it("tells of events by the same topics, and lets the pager hear of critical ones", async () => {
    const program = await shop();
    const rules = program.ofType("eventRule:EventRule").filter((each) => each.parent.endsWith("::monitoring"));
    const named = new Set(rules.map((each) => (each.inputs["tags"] as { Name: string }).Name));
    for (const event of [
      "RdsFailure",
      "RdsFailover",
      "RdsMaintenance",
      "EcsDeploymentFailed",
      "EcsTaskFailed",
      "AwsHealthIssue",
      "RootLogin",
      "KeyDeletion",
    ])
      expect(named).toContain(event);
    for (const rule of rules) {
      const { severity, alertgroup } = rule.inputs["tags"] as Record<string, string>;
      const target = program.one("eventTarget:EventTarget", rule.name);
      const wanted = alertgroup?.startsWith("monitoring-") ? "alerts-monitoring" : `alerts-${severity}`;
      expect(ends(program, target, "arn").map((each) => each.name)).toEqual([wanted]);
      expect(ends(program, target, "deadLetterConfig").map((each) => each.name)).toEqual(["alerts-dead-letters"]);
      const { inputTemplate } = target.inputs["inputTransformer"] as { inputTemplate: string };
      expect(JSON.parse(inputTemplate)).toMatchObject({ source: "custom", content: { description: "<message>" } });
      const counted = alarmsOf(program).filter((alarm) => ends(program, alarm, "dimensions").includes(rule));
      expect({ rule: rule.name, alarms: counted.length }).toEqual({
        rule: rule.name,
        alarms: severity === "critical" ? 1 : 0,
      });
    }
    const pattern = JSON.parse(
      String(program.one("EventRule", "monitoring-db-RdsFailover").inputs["eventPattern"]),
    ) as { detail: { SourceIdentifier: string[] } };
    expect(pattern.detail.SourceIdentifier).toEqual([program.one("rds/instance:Instance", "db").inputs["identifier"]]);
  });

  it("one dashboard shows every alarm and every metric, and nothing lies over another", async () => {
    const program = await shop();
    const [board, ...others] = program.ofType("dashboard:Dashboard");
    expect(others).toEqual([]);
    const { widgets } = JSON.parse(String(board?.inputs["dashboardBody"])) as {
      widgets: {
        type: string;
        x: number;
        y: number;
        width: number;
        height: number;
        properties: { alarms?: string[]; metrics?: unknown[][] };
      }[];
    };
    const shown = new Set(widgets.flatMap((each) => each.properties.alarms ?? []));
    for (const alarm of alarmsOf(program).filter((each) => each.name !== "monitoring-change-window"))
      expect({ alarm: alarm.name, shown: shown.has(`arn:aws:mock:::${alarm.name}`) }).toEqual({
        alarm: alarm.name,
        shown: true,
      });
    const cells = widgets.flatMap(({ x, y, width, height }) =>
      Array.from({ length: width * height }, (_, index) => `${x + (index % width)},${y + Math.floor(index / width)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
    expect(Math.max(...widgets.map(({ x, width }) => x + width))).toBeLessThanOrEqual(24);
  });

  it("asks for pages from outside and watches the bill on demand alone, and the alarms reach somebody", async () => {
    expect((await shop()).ofType("route53/healthCheck:HealthCheck")).toEqual([]);
    const program = await shop({
      monitoring: {
        aws: { healthChecks: [{ host: "shop.example.com", path: "/up" }, { host: "example.com" }], monthlyBill: 900 },
      },
    });
    const [front, page] = program.ofType("route53/healthCheck:HealthCheck");
    expect(page?.inputs).toMatchObject({ type: "HTTPS", fqdn: "shop.example.com", resourcePath: "/up", port: 443 });
    expect(front?.inputs["resourcePath"]).toBe("/");
    const down = program.one("MetricAlarm", "monitoring-shop.example.com-EndpointDown");
    expect(ends(program, down, "dimensions")).toEqual([page]);
    expect(down.inputs).toMatchObject({ treatMissingData: "breaching", comparisonOperator: "LessThanThreshold" });
    const bill = program.one("MetricAlarm", "monitoring-account-MonthlyBillHigh");
    expect(bill.inputs).toMatchObject({ threshold: 900, dimensions: { Currency: "USD" }, namespace: "AWS/Billing" });
    expect(reached(program, down).map((each) => each.name)).toEqual(["alerts-critical"]);
    expect(reached(program, bill).map((each) => each.name)).toEqual(["alerts-warning"]);
    expect(findings(program)).toEqual([]);
  });

  it("the policies find nothing in the alerting", async () => {
    const program = await shop({ routing: { mute: [{ window: NIGHT, severities: ["critical", "warning"] }] } });
    const own = findings(program).filter(
      (each) => /::(alerts|monitoring)|::(alerts|monitoring)-/.test(each.urn) || each.policy === "xs-db-has-alert",
    );
    expect(own.map((each) => `${each.policy} ${each.urn} ${each.message}`)).toEqual([]);
  });
});

const REFUSED: readonly (readonly [string, Changes, readonly string[]])[] = [
  ["a host name of pages", { monitoring: { domain: "monitoring.example.com" } }, ["domain"]],
  [
    "settings of Prometheus",
    { monitoring: { interval: "30 seconds", retention: { time: "7 days" }, packages: "debian" } },
    ["interval", "retention", "packages"],
  ],
  ["a misspelt argument", { monitoring: { runbook: "x" } as never }, ["runbook"]],
];

describe("what aws cannot give is refused before anything is made", () => {
  it("what is reported to one region alone, elsewhere", async () => {
    const made = withMocks(() => {
      const target = new AwsRegion("place", {
        environment: "dev",
        region: "eu-central-1",
        zones: ["eu-central-1a", "eu-central-1b"],
        allowedAccountIds: ["123456789012"],
      });
      const arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1";
      const vpc = new SurveillanceVpc("network", { target, certificates: { mode: "acm", arn } });
      const routing = new AlertRouting("alerts", { ...ROUTING, vpc });
      const host = "shop.example.com";
      new MonitoringStack("monitoring", {
        vpc,
        watches: [],
        routing,
        aws: { healthChecks: [{ host }, { host, path: "/up" }], monthlyBill: 100 },
      });
    });
    const refused: unknown = await made.catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as ArgumentError).problems.map((each) => each.path)).toEqual([
      "aws.healthChecks.1.host",
      "aws.healthChecks",
      "aws.monthlyBill",
    ]);
  });

  it.each(REFUSED)("%s", async (_, changes, paths) => {
    const refused = await watchedShop(changes).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as ArgumentError).problems.map((each) => each.path)).toEqual(paths);
  });
});
