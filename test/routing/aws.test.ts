import { AlertRouting, type AlertRoutingArgs } from "../../components/alert-routing";
import { audienceOf, audiences } from "../../components/alert-routing/audiences";
import { routeTest } from "../../components/alert-routing/route-test";
import { resolveRouting } from "../../components/alert-routing/spec";
import { ArgumentError } from "../../components/core/errors";
import { networkOf } from "../contract/shop";
import { type Program, type Registered, withMocks } from "../mocks/program";
import { FULL, NIGHT, OFFICE, routing } from "./fixture";

const WORKSPACE = { team: "T0123456789", channel: "C0123456789" };

/** A table that every target takes, with all kinds of receivers. */
const TABLE: Omit<AlertRoutingArgs, "vpc"> = {
  receivers: {
    pager: { kind: "pagerduty", routingKey: "pager-key-pager-key" },
    dba: { kind: "sms", routingKey: "dba-key-dba-key" },
    chat: { kind: "slack", webhook: "https://hooks.example.com/chat", channel: "#alerts", workspace: WORKSPACE },
    ops: { kind: "email", to: "ops-team@example.com" },
    tickets: { kind: "webhook", url: "https://tickets.example.com/token-of-tickets" },
    heartbeat: { kind: "webhook", url: "https://ping.example.com/token-of-heartbeat" },
  },
  routes: [
    { severity: "critical", receivers: ["pager", "chat"] },
    { severity: "critical", team: "data", receivers: ["pager", "dba"] },
    { severity: "critical", environment: "dev", receivers: ["chat"] },
    { severity: "warning", receivers: ["chat"] },
    { severity: "info", receivers: ["tickets"], during: OFFICE },
  ],
  default: "ops",
  selfMonitoring: { receivers: ["ops"] },
  heartbeat: { receiver: "heartbeat", every: "2 minutes" },
  mute: [{ window: NIGHT }],
};

const made = (environment: "prod" | "dev" = "prod", changes: Partial<AlertRoutingArgs> = {}) =>
  withMocks(() => void new AlertRouting("alerts", { ...TABLE, ...changes, vpc: networkOf("aws", { environment }) }));

/** Statements of a policy document. */
function statements(resource: Registered): readonly Record<string, unknown>[] {
  return (JSON.parse(String(resource.inputs["policy"])) as { Statement: Record<string, unknown>[] }).Statement;
}

/** What a property of a resource leads to. */
const ends = (program: Program, resource: Registered, property: string): readonly string[] =>
  (resource.propertyDependencies[property] ?? []).map(
    (urn) => program.resources.find((each) => each.urn === urn)?.name ?? urn,
  );

describe("audiences", () => {
  const spec = resolveRouting("alerts", { ...FULL, ...TABLE });

  it("are one for each severity, one for each team with a row of its own, and one for the alerting itself", () => {
    expect(audiences(spec, "prod").map((each) => [each.name, each.receivers])).toEqual([
      ["critical", ["pager", "chat"]],
      ["critical-data", ["pager", "dba"]],
      ["warning", ["chat"]],
      ["info", ["tickets"]],
      ["monitoring", ["ops"]],
    ]);
    // In dev a row with an environment wins over the one with a team.
    expect(audiences(spec, "dev").map((each) => [each.name, each.receivers])).toEqual([
      ["critical", ["chat"]],
      ["warning", ["chat"]],
      ["info", ["tickets"]],
      ["monitoring", ["ops"]],
    ]);
  });

  it("without a row get the default receiver", () => {
    const bare = resolveRouting("alerts", {
      ...FULL,
      ...TABLE,
      routes: [{ severity: "critical", team: "data", receivers: ["dba"] }],
    });
    expect(audiences(bare, "prod").map((each) => [each.name, each.receivers])).toEqual([
      ["critical", ["ops"]],
      ["critical-data", ["dba"]],
      ["warning", ["ops"]],
      ["info", ["ops"]],
      ["monitoring", ["ops"]],
    ]);
  });

  const at = new Date("2026-11-25T12:00:00Z");
  const labels = ["critical", "warning", "info"].flatMap((severity) =>
    ["platform", "app", "data", "security"].flatMap((team) =>
      ["dev", "staging", "prod"].flatMap((environment) =>
        ["service-errors", "backup-age", "security-logins", "monitoring-rules"].map((alertgroup) => ({
          severity,
          team,
          environment,
          alertgroup,
        })),
      ),
    ),
  );

  it.each([
    ["the table of all targets", resolveRouting("alerts", { ...FULL, ...TABLE })],
    ["a table with escalations: those who are told at once", routing()],
  ])("hear the same as Alertmanager would tell: %s", (_, table) => {
    for (const alert of labels) {
      const heard = audienceOf(table, alert.environment as "dev", {
        severity: alert.severity as "critical",
        team: alert.team,
        group: alert.alertgroup,
      });
      expect({ alert, heard: heard.receivers }).toEqual({ alert, heard: routeTest(table, alert, at).receivers });
    }
  });

  it("are held back by the same windows as on the other targets, but never for backups, security and the alerting", () => {
    const windows = (severity: "critical" | "warning", group: string) =>
      audienceOf(spec, "prod", { severity, team: "platform", group }).muted.map((each) => each.name);
    expect(windows("warning", "service-cpu")).toEqual(["sunday-night"]);
    expect(windows("critical", "service-cpu")).toEqual([]);
    for (const group of ["backup-age", "security-logins", "monitoring-rules", "heartbeat"])
      expect({ group, windows: windows("warning", group) }).toEqual({ group, windows: [] });
  });
});

describe("on aws", () => {
  it("each audience is a topic with a key, and each receiver hears what the table says", async () => {
    const program = await made();
    const heard = program.ofType("sns/topic:Topic").map((topic) => {
      const subscribed = program
        .ofType("sns/topicSubscription:TopicSubscription")
        .filter((each) => ends(program, each, "topic").includes(topic.name))
        .map((each) => each.name.slice(topic.name.length + 1));
      const channels = program
        .ofType("slackChannelConfiguration:SlackChannelConfiguration")
        .filter((each) => ends(program, each, "snsTopicArns").includes(topic.name))
        .map((each) => each.name.slice("alerts-".length));
      return [topic.name, [...subscribed, ...channels].sort()];
    });
    expect(Object.fromEntries(heard)).toEqual({
      "alerts-critical": ["chat", "pager"],
      "alerts-critical-data": ["dba", "pager"],
      "alerts-info": ["tickets"],
      "alerts-monitoring": ["ops"],
      "alerts-warning": ["chat"],
    });
    for (const topic of program.ofType("sns/topic:Topic"))
      expect(ends(program, topic, "kmsMasterKeyId")).toEqual(["alerts-key"]);
  });

  it("the key lets every publisher encrypt: without it an alarm says nothing, and no error shows it", async () => {
    const program = await made();
    const key = program.one("kms/key:Key", "alerts-key");
    expect(key.inputs["enableKeyRotation"]).toBe(true);
    const may = new Map(
      statements(key).flatMap((each) => {
        const { Service } = each["Principal"] as { Service?: string | string[] };
        return [Service ?? []].flat().map((service) => [service, each["Action"]] as const);
      }),
    );
    for (const service of ["cloudwatch.amazonaws.com", "events.amazonaws.com", "aps.amazonaws.com"])
      expect({ service, may: may.get(service) }).toEqual({ service, may: ["kms:Decrypt", "kms:GenerateDataKey*"] });
  });

  it("only services of AWS may publish, for this account; anything else needs TLS", async () => {
    const program = await made();
    const policies = program.ofType("sns/topicPolicy:TopicPolicy");
    expect(policies).toHaveLength(program.ofType("sns/topic:Topic").length);
    for (const policy of policies) {
      const [publish, tls] = statements(policy);
      expect(publish).toMatchObject({ Effect: "Allow", Action: "sns:Publish", Condition: { StringEquals: {} } });
      expect(tls).toMatchObject({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } });
      expect(ends(program, policy, "arn")).toEqual([policy.name]);
    }
  });

  it("what cannot be delivered goes to a queue that the topics may send to", async () => {
    const program = await made();
    const queue = program.one("sqs/queue:Queue", "alerts-dead-letters");
    expect(queue.inputs).toMatchObject({ sqsManagedSseEnabled: true, messageRetentionSeconds: 1_209_600 });
    for (const each of program.ofType("sns/topicSubscription:TopicSubscription"))
      expect({ each: each.name, to: ends(program, each, "redrivePolicy") }).toEqual({
        each: each.name,
        to: ["alerts-dead-letters"],
      });
    const policy = program.one("sqs/queuePolicy:QueuePolicy", "alerts-dead-letters");
    const topics = program.ofType("sns/topic:Topic").map((each) => each.name);
    expect(ends(program, policy, "policy")).toEqual(expect.arrayContaining(topics));
  });

  it("the heartbeat is called by a schedule, with a role that may do only that", async () => {
    const program = await made();
    expect(program.one("eventRule:EventRule", "alerts-heartbeat").inputs).toMatchObject({
      scheduleExpression: "rate(2 minutes)",
      state: "ENABLED",
    });
    const target = program.one("eventTarget:EventTarget", "alerts-heartbeat");
    expect(ends(program, target, "arn")).toEqual(["alerts-heartbeat"]);
    expect(ends(program, target, "rule")).toEqual(["alerts-heartbeat"]);
    expect(program.one("eventApiDestination:EventApiDestination", "alerts-heartbeat").secrets).toContain(
      "invocationEndpoint",
    );
    const role = program.one("rolePolicy:RolePolicy", "alerts-heartbeat");
    expect(statements(role)).toEqual([
      { Effect: "Allow", Action: "events:InvokeApiDestination", Resource: "arn:aws:mock:::alerts-heartbeat" },
    ]);
    expect((await made("dev", { heartbeat: undefined as never })).ofType("EventApiDestination")).toEqual([]);
  });

  it("keys and addresses of receivers are secrets everywhere", async () => {
    const program = await made();
    for (const each of program.resources) {
      const open = JSON.stringify(
        Object.fromEntries(Object.entries(each.inputs).filter(([key]) => !each.secrets.includes(key))),
      );
      for (const secret of ["pager-key", "dba-key", "token-of-tickets", "token-of-heartbeat", "hooks.example.com"])
        expect({ urn: each.urn, shows: open.includes(secret) ? secret : "" }).toEqual({ urn: each.urn, shows: "" });
    }
  });

  it("what the chat can ask for is limited to reading", async () => {
    const program = await made();
    const channel = program.one("SlackChannelConfiguration", "alerts-chat");
    expect(channel.inputs).toMatchObject({
      slackTeamId: WORKSPACE.team,
      slackChannelId: WORKSPACE.channel,
      guardrailPolicyArns: ["arn:aws:iam::aws:policy/CloudWatchReadOnlyAccess"],
      userAuthorizationRequired: true,
    });
  });
});

/** Title, changes, paths of the problems on AWS. */
const REFUSED: readonly (readonly [string, Partial<AlertRoutingArgs>, readonly string[], string])[] = [
  [
    "an escalation",
    {
      routes: [
        {
          severity: "critical",
          escalation: [
            { after: "0 minutes", receivers: ["pager"] },
            { after: "15 minutes", receivers: ["dba"] },
          ],
        },
      ],
    },
    ["routes.0.escalation"],
    "escalation policy of PagerDuty",
  ],
  [
    "a repetition",
    { routes: [{ severity: "critical", receivers: ["pager"], repeatEvery: "1 hour" }] },
    ["routes.0.repeatEvery"],
    "each change",
  ],
  [
    "a single window",
    {
      routes: [
        {
          severity: "info",
          receivers: ["ops"],
          during: { name: "once", start: "2026-12-24T20:00", end: "2026-12-25T08:00" },
        },
      ],
    },
    ["routes.0.during"],
    "every week",
  ],
  [
    "a chat without its ids",
    {
      receivers: {
        ...TABLE.receivers,
        chat: { kind: "slack", webhook: "https://hooks.example.com", channel: "#alerts" },
      },
    },
    ["receivers.chat.workspace"],
    "by their ids",
  ],
  [
    "two receivers for one channel",
    { receivers: { ...TABLE.receivers, other: { kind: "slack", channel: "#other", workspace: WORKSPACE } } },
    ["receivers.other.workspace"],
    "use receiver chat",
  ],
  [
    "a mail server",
    { smtp: { host: "smtp.example.com", from: "a@example.com", username: "a", password: "p" } },
    ["smtp"],
    "sends e-mail itself",
  ],
  [
    "a heartbeat of seconds",
    { heartbeat: { receiver: "heartbeat", every: "30 seconds" } },
    ["heartbeat.every"],
    "whole minutes",
  ],
];

describe("what aws cannot give is refused before anything is made", () => {
  it.each(REFUSED)("%s", async (_, changes, paths, text) => {
    const refused = await made("prod", changes).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(ArgumentError);
    expect((refused as ArgumentError).problems.map((each) => each.path)).toEqual(paths);
    expect((refused as ArgumentError).message).toContain(text);
  });

  it("elsewhere a chat needs its webhook", () => {
    const receivers = {
      ...FULL.receivers,
      slack: { kind: "slack", channel: "#alerts", workspace: WORKSPACE } as const,
    };
    expect(() => resolveRouting("alerts", { ...FULL, receivers })).toThrow(/incoming webhook/);
  });
});
