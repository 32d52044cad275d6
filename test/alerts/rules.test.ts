import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { backupRules } from "../../components/backup-schedule/alerts";
import { availabilityRules } from "../../components/core/availability";
import { seconds } from "../../components/core/units";
import { postgresRules } from "../../components/managed-postgres/alerts";
import { everyAlert, everySource } from "../../components/monitoring-stack/catalogue";
import { ruleGroups, rulesFile } from "../../components/monitoring-stack/rules-file";
import { describeWith } from "../lab";
import type { Cases } from "./cases/case";
import { DATA_CASES } from "./cases/data";
import { PLATFORM_CASES } from "./cases/platform";
import { SERVICE_CASES } from "./cases/service";
import { mutantsOf } from "./mutants";
import { failing, type Trial } from "./promtool";

const CASES: Cases = { ...DATA_CASES, ...PLATFORM_CASES, ...SERVICE_CASES };
const alerts = everyAlert();
const records = ruleGroups(everySource()).flatMap((group) => group.records);

const trials = (candidatesOf: (alert: (typeof alerts)[number]) => Trial["candidates"]): readonly Trial[] =>
  alerts.map((alert) => ({
    alert,
    records: records.filter((rule) => alert.expr.includes(rule.record)),
    candidates: candidatesOf(alert),
    cases: CASES[alert.alert] ?? [],
  }));

describe("cases", () => {
  it("cover every rule, and no other", () => {
    expect(Object.keys(CASES).sort()).toEqual(alerts.map((rule) => rule.alert).sort());
  });

  it.each(alerts.map((rule) => rule.alert))("%s is seen firing and quiet", (name) => {
    const firing = (CASES[name] ?? []).flatMap((each) => each.checks.map(([, count]) => count > 0));
    expect(firing.length).toBeGreaterThanOrEqual(2);
    expect(firing).toContain(true);
    if (name !== "Watchdog") expect(firing).toContain(false);
  });
});

describeWith(["prometheus"], "rules under promtool", () => {
  it("are accepted by promtool check rules, lint included", () => {
    const folder = mkdtempSync(join(tmpdir(), "rules-"));
    try {
      const links = { runbooks: "https://example.com/runbooks", grafana: "https://example.com/grafana" };
      const sources = [
        ...everySource().filter((source) => source.kind !== "availability"),
        // Several rules of one name: other jobs, other backups, other tunings.
        availabilityRules(["cache", "db"]),
        postgresRules("other", { PostgresDown: { for: "30 seconds" } }),
        ...backupRules("second", [
          { environment: "prod", database: "app", kind: "wal" },
          { environment: "prod", database: "app", kind: "archive" },
        ]),
      ];
      const files = ruleGroups(sources).map((group) => {
        const file = join(folder, `${group.name}.yml`);
        writeFileSync(file, rulesFile(group, links));
        return file;
      });
      const run = spawnSync("promtool", ["check", "rules", "--lint=all", "--lint-fatal", ...files], {
        encoding: "utf8",
      });
      expect(`${run.stdout}${run.stderr}`).not.toMatch(/FAILED|error/i);
      expect(run.status).toBe(0);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("fire when they should and stay quiet when they should", () => {
    const failed = failing(trials((rule) => [{ name: rule.alert, expr: rule.expr, wait: seconds(rule.for) }]));
    expect([...failed]).toEqual([]);
  }, 300_000);

  it("are each pinned down: no mutant passes all cases", () => {
    const mutants = trials((rule) =>
      mutantsOf(rule).map(({ damage, expr, wait }) => ({ name: `${rule.alert}_${damage}`, expr, wait })),
    );
    const names = mutants.flatMap((trial) => trial.candidates.map((each) => each.name));
    const without = mutants.filter((trial) => trial.candidates.length === 0).map((trial) => trial.alert.alert);
    const failed = failing(mutants);
    expect(without).toEqual([]);
    expect(names.filter((name) => !failed.has(name))).toEqual([]);
    expect(names.length).toBeGreaterThan(180);
  }, 600_000);
});
