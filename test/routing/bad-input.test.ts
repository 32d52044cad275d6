import { AlertRouting, type AlertRoutingArgs, SurveillanceVpc } from "../../components";
import { ComposeHost } from "../../components/targets/compose-host";
import { refused, withMocks } from "../mocks/program";
import { FULL, NIGHT } from "./fixture";

const make = (changes: Partial<AlertRoutingArgs>) => {
  const target = new ComposeHost("host", { environment: "prod", cpus: 4, memory: "8 GiB" });
  const vpc = new SurveillanceVpc("network", { target, certificates: { mode: "acme", email: "ops@example.com" } });
  return new AlertRouting("alerts", { ...FULL, vpc, ...changes });
};
const wrong = <T>(value: unknown): T => value as T;
const critical = (after: readonly string[]): AlertRoutingArgs["routes"] => [
  { severity: "critical", escalation: after.map((each) => ({ after: each as never, receivers: ["slack"] })) },
];

const CASES: readonly [title: string, changes: Partial<AlertRoutingArgs>, paths: readonly string[], text: string][] = [
  [
    "a pager without its key",
    { receivers: { ...FULL.receivers, "primary-oncall": { kind: "pagerduty" } } },
    ["receivers.primary-oncall"],
    "no key",
  ],
  [
    "a pager with both keys",
    { receivers: { ...FULL.receivers, "primary-oncall": { kind: "pagerduty", routingKey: "a", serviceKey: "b" } } },
    ["receivers.primary-oncall"],
    "exactly one",
  ],
  [
    "a Slack receiver without its webhook",
    { receivers: { ...FULL.receivers, slack: wrong({ kind: "slack", channel: "#a" }) } },
    ["receivers.slack.webhook"],
    "webhook",
  ],
  ["e-mail without a mail server", { smtp: wrong(undefined) }, ["smtp", "smtp"], "mail server"],
  ["a receiver that does not exist", { default: "team-op" }, ["default"], 'use "team-ops"'],
  [
    "a row for an unknown team",
    { routes: [...FULL.routes, { severity: "warning", team: "dba", receivers: ["dba"] }] },
    ["routes.6"],
    "can never match",
  ],
  [
    "a row that another one hides",
    { routes: [...FULL.routes, { severity: "info", receivers: ["slack"] }] },
    ["routes.6"],
    "can never match",
  ],
  [
    "a row whose alerts all belong to more specific rows",
    {
      routes: [
        { severity: "warning", receivers: ["slack"] },
        ...(["dev", "staging", "prod"] as const).map((environment) => ({
          severity: "warning" as const,
          environment,
          receivers: ["dba"],
        })),
      ],
    },
    ["routes.0"],
    "can never match",
  ],
  [
    "an escalation that does not ascend",
    { routes: critical(["0 minutes", "30 minutes", "15 minutes"]) },
    ["routes.0.escalation"],
    "later than the one before",
  ],
  [
    "an escalation that stands still",
    { routes: critical(["0 minutes", "15 minutes", "15 minutes"]) },
    ["routes.0.escalation"],
    "later than the one before",
  ],
  ["an escalation without a step", { routes: critical([]) }, ["routes.0.escalation"], "no step"],
  ["a row that tells nobody", { routes: [{ severity: "critical" }] }, ["routes.0"], "neither"],
  ["no heartbeat in prod", { heartbeat: wrong(undefined) }, ["heartbeat"], "nobody learns"],
  ["a heartbeat by e-mail", { heartbeat: { receiver: "team-ops" } }, ["heartbeat.receiver"], "webhook"],
  [
    "trouble with the pager told by the pager",
    { selfMonitoring: { receivers: ["primary-oncall", "slack"] } },
    ["selfMonitoring.receivers"],
    "another channel",
  ],
  ["two windows of one name", { mute: [{ window: NIGHT }, { window: { ...NIGHT, to: "03:00" } }] }, ["mute"], "rename"],
  ["a misspelt argument", wrong({ reciever: {} }), ["reciever"], "receivers"],
  [
    "a mute window for the heartbeat",
    { mute: [{ window: NIGHT, severities: [wrong("none")] }] },
    ["mute.0.severities.0"],
    "critical",
  ],
];

describe("bad routing", () => {
  it.each(CASES)("%s is one clear error, and nothing is registered", async (_, changes, paths, text) => {
    const error = await refused(() => make(changes));
    expect([...new Set(error.problems.map((problem) => problem.path))]).toEqual([...new Set(paths)]);
    expect(error.message).toContain(text);
  });

  it("lists all problems at once", async () => {
    const routes = critical(["15 minutes", "0 minutes"]);
    const { problems } = await refused(() => make({ default: "nobody", heartbeat: { receiver: "team-ops" }, routes }));
    expect(problems.length).toBeGreaterThanOrEqual(3);
  });

  it("shows no secret in the component's inputs", async () => {
    const { resources } = await withMocks(() => void make({}));
    const text = JSON.stringify(resources.filter((each) => !each.custom).map((each) => each.inputs));
    expect(text).toContain("primary-oncall");
    for (const secret of ['"k1"', '"k2"', "hooks.example.com", "ping.example.com"]) expect(text).not.toContain(secret);
  });
});
