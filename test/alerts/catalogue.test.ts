import { backupRules } from "../../components/backup-schedule/alerts";
import { availabilityRules } from "../../components/core/availability";
import type { AlertRule, RuleTable } from "../../components/core/monitorable";
import { SEVERITIES, tuned } from "../../components/core/monitorable";
import { promDuration, seconds } from "../../components/core/units";
import { postgresRules } from "../../components/managed-postgres/alerts";
import { everyAlert } from "../../components/monitoring-stack/catalogue";
import { ruleGroups, rulesFile } from "../../components/monitoring-stack/rules-file";
import { SLO_PROFILES, serviceRules } from "../../components/service-deployment/alerts";

/** The rules that operators were promised by name (anchors, section 3), with how long each waits and how urgent it is. */
const PROMISED: Readonly<Record<string, readonly [wait: number, severity: string]>> = {
  ServiceDown: [120, "critical"],
  TargetAbsent: [300, "critical"],
  EndpointDown: [120, "critical"],
  EndpointSlow: [600, "warning"],
  HighErrorRate: [300, "critical"],
  HighLatencyP95: [600, "warning"],
  TrafficDropped: [900, "warning"],
  SLOBurnRateFast: [120, "critical"],
  SLOBurnRateSlow: [900, "warning"],
  PostgresDown: [60, "critical"],
  PostgresConnectionsHigh: [300, "warning"],
  PostgresConnectionsExhausted: [120, "critical"],
  PostgresLongTransaction: [300, "warning"],
  PostgresDeadlocks: [0, "warning"],
  PostgresReplicationLag: [300, "warning"],
  PostgresReplicationSlotInactive: [1800, "warning"],
  PostgresWalArchiveFailing: [300, "critical"],
  PostgresWalArchiveStale: [300, "critical"],
  PostgresXidWraparound: [300, "critical"],
  PostgresExporterErrors: [900, "warning"],
  RedisDown: [60, "critical"],
  RedisMemoryHigh: [300, "warning"],
  RedisConnectionsHigh: [300, "warning"],
  RedisRejectedConnections: [0, "critical"],
  RedisPersistenceFailing: [300, "critical"],
  HostCpuHigh: [900, "warning"],
  HostMemoryHigh: [600, "warning"],
  HostMemoryCritical: [300, "critical"],
  HostDiskSpaceLow: [900, "warning"],
  HostDiskSpaceCritical: [300, "critical"],
  HostDiskFillingUp: [3600, "warning"],
  HostInodesLow: [900, "warning"],
  HostFilesystemReadOnly: [120, "critical"],
  HostOomKill: [0, "warning"],
  HostClockNotSynchronised: [600, "warning"],
  HostSystemdUnitFailed: [300, "warning"],
  ContainerMissing: [300, "critical"],
  ContainerRestartLoop: [0, "warning"],
  ContainerMemoryNearLimit: [300, "warning"],
  ContainerCpuThrottled: [900, "info"],
  KubeNodeNotReady: [300, "critical"],
  KubePodCrashLooping: [600, "warning"],
  KubeDeploymentUnavailable: [300, "critical"],
  KubeVolumeFillingUp: [600, "warning"],
  KubeBackupCronJobStale: [300, "critical"],
  CertificateExpiresSoon: [3600, "warning"],
  CertificateExpiresCritical: [900, "critical"],
  BackupTooOld: [300, "critical"],
  BackupMetricAbsent: [1800, "critical"],
  BackupFailed: [0, "warning"],
  BackupSizeAnomaly: [600, "warning"],
  BackupVerifyTooOld: [3600, "warning"],
  RestoreDrillTooOld: [3600, "critical"],
  RestoreDrillMissedObjective: [0, "warning"],
  ColdTierSyncTooOld: [300, "warning"],
  Watchdog: [0, "none"],
  AlertmanagerNotificationsFailing: [300, "critical"],
  PrometheusConfigReloadFailed: [300, "critical"],
  PrometheusRuleFailures: [900, "critical"],
  TextfileCollectorBroken: [300, "warning"],
};

const all = everyAlert();
const find = (rules: readonly AlertRule[], name: string): AlertRule => {
  const rule = rules.find((each) => each.alert === name);
  if (rule === undefined) throw new Error(`no rule ${name}`);
  return rule;
};

describe("alert rules", () => {
  it("has each promised rule once, with its promised wait and severity", () => {
    expect(Object.keys(PROMISED)).toHaveLength(60);
    for (const [name, [wait, severity]] of Object.entries(PROMISED)) {
      const rules = all.filter((rule) => rule.alert === name);
      expect({ name, count: rules.length }).toEqual({ name, count: 1 });
      expect({ name, wait: seconds(find(all, name).for), severity: find(all, name).severity }).toEqual({
        name,
        wait,
        severity,
      });
    }
  });

  it.each(all.map((rule) => [rule.alert, rule] as const))("%s says what it is about", (_, rule) => {
    expect(SEVERITIES).toContain(rule.severity);
    expect(rule.team).toMatch(/^[a-z]+$/);
    expect(rule.group).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(rule.summary.length).toBeGreaterThan(15);
    expect(rule.description.length).toBeGreaterThan(15);
    // Whatever is left of a placeholder would reach the operator.
    expect(rule.expr).not.toMatch(/\$/);
    expect(`${rule.summary} ${rule.description}`.replace(/\$(labels|value)\b/g, "")).not.toMatch(/\$/);
  });

  it("gives a warning and its critical sister one group, so that one can keep the other quiet", () => {
    for (const [low, high] of [
      ["PostgresConnectionsHigh", "PostgresConnectionsExhausted"],
      ["HostCpuHigh", "HostCpuCritical"],
      ["HostMemoryHigh", "HostMemoryCritical"],
      ["HostDiskSpaceLow", "HostDiskSpaceCritical"],
      ["CertificateExpiresSoon", "CertificateExpiresCritical"],
      ["SLOBurnRateSlow", "SLOBurnRateFast"],
    ] as const) {
      expect(find(all, low).group).toBe(find(all, high).group);
      expect(find(all, low).severity).toBe("warning");
      expect(find(all, high).severity).toBe("critical");
    }
  });
});

describe("tuning", () => {
  const rulesOf = (...sources: Parameters<typeof ruleGroups>[0]) =>
    ruleGroups(sources).flatMap((group) => group.alerts);

  it("changes threshold, wait, severity and team, and leaves a rule out", () => {
    const rules = rulesOf(
      postgresRules("db", {
        PostgresConnectionsHigh: { percent: 70, for: "10 minutes", severity: "info", team: "dba" },
        PostgresDeadlocks: { enabled: false },
      }),
    );
    const rule = find(rules, "PostgresConnectionsHigh");
    expect(rule.expr).toMatch(/> 70$/);
    expect(rule.summary).toContain("70 %");
    expect([rule.for, rule.severity, rule.team]).toEqual(["10 minutes", "info", "dba"]);
    expect(rules.some((each) => each.alert === "PostgresDeadlocks")).toBe(false);
  });

  it("makes one set of rules for databases that are tuned alike", () => {
    const rules = rulesOf(postgresRules("a"), postgresRules("b"));
    expect(rules.filter((rule) => rule.alert === "PostgresDown").map((rule) => rule.expr)).toEqual(["pg_up == 0"]);
  });

  it("keeps differently tuned databases apart, so that none is judged twice", () => {
    const rules = rulesOf(
      postgresRules("a"),
      postgresRules("b", { PostgresXidWraparound: { transactions: 5 } }),
      postgresRules("c"),
    );
    expect(rules.filter((rule) => rule.alert === "PostgresDown").map((rule) => rule.expr)).toEqual([
      'pg_up{job=~"a|c"} == 0',
      'pg_up{job=~"b"} == 0',
    ]);
  });

  it("leaves no selector of a limited rule unlimited", () => {
    const limited = postgresRules("a", { PostgresDown: { team: "x" } }).rules({ jobs: ["a"] });
    for (const rule of limited) {
      const metrics = rule.expr.match(/\bpg_[a-z_]+/g) ?? [];
      expect({ alert: rule.alert, limits: rule.expr.match(/job=~"a"/g)?.length }).toEqual({
        alert: rule.alert,
        limits: metrics.length,
      });
    }
  });

  it("works a service's promise into its rules; tuning by hand wins", () => {
    const [fast, latency] = ["SLOBurnRateFast", "HighLatencyP95"].map((name) =>
      find(serviceRules("auth", SLO_PROFILES.auth, { HighLatencyP95: { seconds: 3 } }).rules({}), name),
    );
    expect(fast?.expr).toContain("> 14.4 * 0.0005");
    expect(fast?.expr).toContain("> 6 * 0.0005");
    expect(latency?.expr).toMatch(/> 3$/);
    const errors = find(serviceRules("auth", SLO_PROFILES.auth).rules({}), "HighErrorRate");
    expect(errors.for).toBe("60 seconds");
  });

  it("makes one absence rule for each job and each declared backup", () => {
    const jobs = availabilityRules(["db", "cache", "db"]).rules({});
    expect(jobs.filter((rule) => rule.alert === "TargetAbsent").map((rule) => rule.expr)).toEqual([
      'absent(up{job="cache"})',
      'absent(up{job="db"})',
    ]);
    const backups = backupRules("b", [
      { environment: "prod", database: "app", kind: "full" },
      { environment: "prod", database: "app", kind: "wal" },
    ]).flatMap((source) => source.rules({}));
    expect(backups.filter((rule) => rule.alert === "BackupMetricAbsent").map((rule) => rule.expr)).toEqual([
      'absent(backup_last_success_timestamp_seconds{environment="prod",database="app",kind="full"})',
      'absent(backup_last_success_timestamp_seconds{environment="prod",database="app",kind="wal"})',
    ]);
  });

  it("does not take text after a dollar sign for a parameter it does not have", () => {
    const table = {
      Odd: {
        expr: "a > $limit",
        parameters: { limit: 2 },
        for: "1 minute",
        severity: "info",
        team: "app",
        group: "odd",
        summary: "{{ $value }} over $limit, not $other",
        description: "",
        dashboard: "overview",
      },
    } as const satisfies RuleTable;
    expect(tuned(table, {}, {})[0]?.summary).toBe("{{ $value }} over 2, not $other");
  });
});

describe("rules files", () => {
  it("is the same text whatever the order of the sources", () => {
    const links = { runbooks: "https://example.com/runbooks", grafana: "https://example.com/grafana" };
    const text = (sources: Parameters<typeof ruleGroups>[0]) =>
      ruleGroups(sources).map((group) => rulesFile(group, links));
    expect(text([availabilityRules(["a", "b"]), postgresRules("a")])).toEqual(
      text([postgresRules("a"), availabilityRules(["b", "a"])]),
    );
  });

  it("writes durations as Prometheus reads them", () => {
    expect([0, 30, 60, 5400, 90_000, 259_200, 0.5].map(promDuration)).toEqual([
      "0s",
      "30s",
      "1m",
      "1h30m",
      "1d1h",
      "3d",
      "500ms",
    ]);
  });
});
