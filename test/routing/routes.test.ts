import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { alertmanagerConfig } from "../../components/alert-routing/alertmanager";
import { routeTest } from "../../components/alert-routing/route-test";
import { ENVIRONMENTS } from "../../components/core/environment";
import { everyAlert } from "../../components/monitoring-stack/catalogue";
import { describeWith } from "../lab";
import { NIGHT, routing } from "./fixture";

/** A Wednesday morning: no window but office hours is open. */
const DAY = new Date("2026-11-18T10:00:00Z");
/** Within {@link NIGHT}. */
const AT_NIGHT = new Date("2026-11-22T22:00:00Z");

const spec = routing();
const told = (labels: Record<string, string>, at = DAY) => routeTest(spec, labels, at);

describe("routes", () => {
  it("pages for a critical alert and goes up level by level (AR-09)", () => {
    const result = told({ severity: "critical", team: "app", environment: "prod" });
    expect(result.receivers).toEqual(["primary-oncall", "slack"]);
    expect(result.later).toEqual([
      { after: 900, receivers: ["secondary-oncall"] },
      { after: 1800, receivers: ["manager-schedule"] },
      { after: 2700, receivers: ["executives"] },
    ]);
  });

  it("prefers the row of the environment, then the row of the team", () => {
    expect(told({ severity: "critical", team: "data", environment: "dev" }).receivers).toEqual(["slack"]);
    expect(told({ severity: "critical", team: "data", environment: "prod" }).receivers).toEqual([
      "primary-oncall",
      "dba",
    ]);
    expect(told({ severity: "critical", team: "data", environment: "prod" }).later).toEqual([]);
  });

  it("takes an alert without a team for one of the default team (X-51)", () => {
    const other = routing({ defaultTeam: "data" });
    expect(routeTest(other, { severity: "warning" }, DAY).receivers).toEqual(["dba"]);
    expect(told({ severity: "warning" }).receivers).toEqual(["slack"]);
  });

  it("sends alerts of unknown teams to the default receiver and flags them", () => {
    const result = told({ severity: "critical", team: "netops", environment: "prod" });
    expect(result.receivers).toEqual(["team-ops"]);
    expect(result.flags).toEqual(['unknown team "netops"']);
    expect(alertmanagerConfig(spec)).toContain('Subject: "[unknown team] ');
  });

  it("sends what no row is for to the default receiver and flags it", () => {
    const sparse = routing({ routes: [{ severity: "critical", receivers: ["slack"] }] });
    const result = routeTest(sparse, { severity: "warning", team: "app" }, DAY);
    expect([result.receivers, result.flags]).toEqual([["team-ops"], ['no row for severity "warning"']]);
  });

  it("sends the heartbeat to its own receiver only, day and night", () => {
    for (const at of [DAY, AT_NIGHT]) {
      expect(told({ alertname: "Watchdog", severity: "none", team: "platform", alertgroup: "heartbeat" }, at)).toEqual({
        receivers: ["heartbeat"],
        later: [],
        held: [],
        flags: [],
      });
    }
  });

  it("sends trouble with the alerting itself by another channel than the pager", () => {
    const own = everyAlert().filter((rule) => rule.group.startsWith("monitoring-"));
    expect(own.length).toBeGreaterThan(4);
    for (const rule of own) {
      expect(
        told({ severity: rule.severity, team: rule.team, alertgroup: rule.group, environment: "prod" }).receivers,
      ).toEqual(["team-ops"]);
    }
  });

  it("holds back warnings in a change window, but never backup or security alerts, nor critical ones", () => {
    const warning = { severity: "warning", team: "app", environment: "prod" };
    expect(told({ ...warning, alertgroup: "service-latency" }, AT_NIGHT)).toEqual({
      receivers: [],
      later: [],
      held: [{ receivers: ["slack"], window: NIGHT.name }],
      flags: [],
    });
    expect(told({ ...warning, alertgroup: "service-latency" }).receivers).toEqual(["slack"]);
    for (const alertgroup of ["backup-size", "security-logins"]) {
      expect(told({ ...warning, alertgroup }, AT_NIGHT).receivers).toEqual(["slack"]);
    }
    expect(told({ ...warning, severity: "critical" }, AT_NIGHT).receivers).toEqual(["primary-oncall", "slack"]);
  });

  it("keeps information for office hours", () => {
    const info = { severity: "info", team: "app", environment: "prod" };
    expect(told(info).receivers).toEqual(["team-ops"]);
    expect(told(info, new Date("2026-11-18T20:00:00Z")).held).toEqual([
      { receivers: ["team-ops"], window: "outside office" },
    ]);
  });

  it("knows a row for every alert that Bulwark brings", () => {
    for (const rule of everyAlert()) {
      const labels = { alertname: rule.alert, severity: rule.severity, team: rule.team, alertgroup: rule.group };
      expect({ alert: rule.alert, flags: told({ ...labels, environment: "prod" }).flags }).toEqual({
        alert: rule.alert,
        flags: [],
      });
    }
  });
});

describe("Alertmanager configuration", () => {
  const text = alertmanagerConfig(spec);
  const config = parse(text);

  it("holds names of files, and no secret", () => {
    for (const secret of ["k1", "k2", "k3", "hooks.example.com", "ping.example.com"])
      expect(text).not.toContain(secret);
    const files = text.match(/\w+_file: .*/g) ?? [];
    expect(files).toContain("smtp_auth_password_file: /run/secrets/alert-smtp-password");
    expect(files).toContain("routing_key_file: /run/secrets/alert-primary-oncall");
    expect(files).toContain("service_key_file: /run/secrets/alert-secondary-oncall");
    expect(files).toContain("api_url_file: /run/secrets/alert-dba");
    expect(files).toContain("url_file: /run/secrets/alert-heartbeat");
  });

  it("lets a critical alert silence warnings of its group only", () => {
    const [rule] = config.inhibit_rules;
    expect(rule.equal).toContain("alertgroup");
    expect(rule.source_matchers).toEqual(['severity="critical"']);
  });

  it("sends the heartbeat every minute, at once, and never as resolved", () => {
    expect(config.route.routes[0]).toMatchObject({ group_wait: "0s", group_interval: "1m", repeat_interval: "30s" });
    expect(
      config.receivers.find((each: { name: string }) => each.name === "heartbeat").webhook_configs[0].send_resolved,
    ).toBe(false);
  });

  it("sends a muted alert again within the hour after the window", () => {
    for (const route of config.route.routes) {
      if (route.mute_time_intervals !== undefined) expect(route.repeat_interval).toBe("1h");
    }
  });
});

describeWith(["prometheus"], "amtool", () => {
  const amtool = spawnSync("amtool", ["--version"], { encoding: "utf8" });
  const folder = mkdtempSync(join(tmpdir(), "routing-"));
  const file = join(folder, "alertmanager.yml");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  // 0.25 and older do not know url_file.
  const old = /version 0\.(1\d|2[0-5])\./.test(`${amtool.stdout}${amtool.stderr}`);
  const readable = (text: string) =>
    old ? text.replace(/url_file: (?!.*alert-(?:dba|slack))(\S+)/g, "url: http://localhost/") : text;

  it("accepts the configuration", () => {
    writeFileSync(file, readable(alertmanagerConfig(spec)));
    const run = spawnSync("amtool", ["check-config", file], { encoding: "utf8" });
    expect(`${run.stdout}${run.stderr}`).toContain("SUCCESS");
    expect(run.status).toBe(0);
  });

  it("routes every severity, team and environment as we do", () => {
    writeFileSync(file, readable(alertmanagerConfig(spec)));
    const combinations = ["critical", "warning", "info", "none"].flatMap((severity) =>
      ["platform", "app", "data", "security", "netops", ""].flatMap((team) =>
        ENVIRONMENTS.map((environment) => ({ severity, team, environment })),
      ),
    );
    for (const { severity, team, environment } of combinations) {
      const labels = { severity, ...(team === "" ? {} : { team }), environment };
      const run = spawnSync(
        "amtool",
        [
          "config",
          "routes",
          "test",
          `--config.file=${file}`,
          ...Object.entries(labels).map(([name, value]) => `${name}=${value}`),
        ],
        { encoding: "utf8" },
      );
      const theirs = run.stdout
        .trim()
        .replace(/ \(unknown team\)/g, "")
        .split(/[,+]/)
        .sort();
      const own = told(labels);
      const ours = [...own.receivers, ...[...own.later, ...own.held].flatMap((each) => each.receivers)].sort();
      expect({ labels, receivers: theirs }).toEqual({ labels, receivers: ours });
    }
    expect(combinations).toHaveLength(72);
  }, 120_000);
});
