import type { RunnerConfig } from "../../images/backup/src/config";
import { metricsText } from "../../images/backup/src/metrics";
import type { JobState } from "../../images/backup/src/state";
import { describeWith } from "../lab";
import { firing } from "./firing";

const HOUR = 3600;
const DAY = 24 * HOUR;
const now = Date.now() / 1000;

const job = (kind: "full" | "incremental" | "verify" | "drill", maxAge: number) => ({
  name: `${kind}-db`,
  kind,
  source: "db",
  database: "db",
  cron: "0 2 * * *",
  maxAge,
  timeout: HOUR,
});

const CONFIG: RunnerConfig = {
  version: 1,
  schedule: "backups",
  environment: "dev",
  target: "compose",
  timeZone: "UTC",
  jitter: 0,
  rpo: HOUR,
  rto: 4 * HOUR,
  walMaxAge: 1800,
  store: { endpoint: "https://s3:7070", bucket: "b", region: "r", accessKeyFile: "/a", secretKeyFile: "/s" },
  passphraseFile: "/p",
  recipients: [],
  retention: { pointInTimeDays: 30, daily: 30, weekly: 12, monthly: 12, yearly: 7 },
  sources: [],
  jobs: [job("full", 25 * HOUR), job("verify", 8 * DAY), job("drill", 35 * DAY)],
};

const WELL: Record<string, JobState> = {
  "full-db": { lastSuccess: now, lastExit: 0, lastSize: 1000, lastDuration: 5 },
  "verify-db": { lastSuccess: now, lastExit: 0 },
  "drill-db": {
    lastSuccess: now,
    lastExit: 0,
    extra: [
      { name: "restore_drill_last_duration_seconds", value: 60 },
      { name: "restore_drill_last_data_age_seconds", value: 60 },
    ],
  },
};
const WAL = [{ source: "db", archivedUntil: now, failing: false, maxAge: 1800 }];
const DECLARED = [
  { environment: "dev", database: "db", kind: "full" },
  { environment: "dev", database: "db", kind: "wal" },
];

const text = (change: Record<string, JobState> = {}, wal = WAL) =>
  metricsText(CONFIG, new Map(Object.entries({ ...WELL, ...change })), wal);

// Time passes while the metrics stand still, so WAL, which is due every half hour, becomes too old as well.
describeWith(["prometheus"], "what the runner reports makes the right alert fire", () => {
  it.each<[string, string, number, readonly string[]]>([
    ["all is well", text(), 10 * 60, []],
    [
      "base backups have stopped",
      text({ "full-db": { ...WELL["full-db"], lastSuccess: now - 26 * HOUR } }),
      10 * 60,
      ["BackupTooOld db full"],
    ],
    ["a run failed", text({ "full-db": { ...WELL["full-db"], lastExit: 1 } }), 60, ["BackupFailed db full"]],
    [
      "WAL does not arrive in the store",
      text({}, [{ source: "db", archivedUntil: now - HOUR, failing: true, maxAge: 1800 }]),
      10 * 60,
      ["BackupFailed db wal", "BackupTooOld db wal"],
    ],
    [
      "a declared backup never ran",
      text({ "full-db": {} }),
      40 * 60,
      ["BackupMetricAbsent db full", "BackupTooOld db wal"],
    ],
    [
      "nothing was read back for nine days",
      text({ "verify-db": { lastSuccess: now - 9 * DAY, lastExit: 0 } }),
      2 * HOUR,
      ["BackupTooOld db verify", "BackupTooOld db wal", "BackupVerifyTooOld db"],
    ],
    [
      "a drill took longer than the RTO",
      text({
        "drill-db": {
          ...WELL["drill-db"],
          extra: [
            { name: "restore_drill_last_duration_seconds", value: 5 * HOUR },
            { name: "restore_drill_last_data_age_seconds", value: 60 },
          ],
        },
      }),
      60,
      ["RestoreDrillMissedObjective db"],
    ],
    [
      "a drill restored data that is older than the RPO",
      text({
        "drill-db": {
          ...WELL["drill-db"],
          extra: [
            { name: "restore_drill_last_duration_seconds", value: 60 },
            { name: "restore_drill_last_data_age_seconds", value: 2 * HOUR },
          ],
        },
      }),
      60,
      ["RestoreDrillMissedObjective db"],
    ],
    ["a drill failed", text({ "drill-db": { ...WELL["drill-db"], lastExit: 1 } }), 60, ["BackupFailed db drill"]],
    [
      "a check found a damaged object",
      text({ "verify-db": { ...WELL["verify-db"], lastExit: 1 } }),
      60,
      ["BackupFailed db verify"],
    ],
    ["the runner is gone", "", 40 * 60, ["BackupMetricAbsent db full", "BackupMetricAbsent db wal"]],
    [
      "a schedule that never rehearsed: its age counts from the day it was declared",
      text({ "drill-db": { since: now - 30 * DAY } }),
      6 * DAY,
      ["BackupTooOld db drill", "BackupTooOld db full", "BackupTooOld db wal", "RestoreDrillTooOld db"],
    ],
  ])("%s", (_title, metrics, after, expected) => {
    expect(firing(metrics, after, DECLARED)).toEqual(expected);
  });
});
