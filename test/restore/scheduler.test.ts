import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import fc from "fast-check";
import type { JobConfig, RunnerConfig } from "../../images/backup/src/config";
import { dueJobs, jitterOf, previousRun } from "../../images/backup/src/due";
import type { JobState } from "../../images/backup/src/state";
import { until } from "../compose/host";

jest.setTimeout(120_000);

const DAY = 86_400;
const at = (text: string) => Date.parse(text) / 1000;
const job = (name: string, more: Partial<JobConfig> = {}): JobConfig => ({
  name,
  kind: "full",
  source: "db",
  database: "db",
  cron: "0 2 * * *",
  maxAge: DAY,
  timeout: 60,
  ...more,
});
const names = (due: readonly { job: JobConfig }[]) => due.map((each) => each.job.name);
const states = (of: Record<string, JobState>) => new Map(Object.entries(of));

describe("when a job is due", () => {
  const jobs = [job("full-db")];
  const last = { "full-db": { scheduled: at("2026-03-01T02:00:00Z"), lastEnd: at("2026-03-01T02:01:00Z") } };

  it.each([
    ["the moment before", "2026-03-02T01:59:59Z", []],
    ["its moment", "2026-03-02T02:00:00Z", ["full-db"]],
    ["after ten days in which nothing ran: once, not ten times (catch-up)", "2026-03-11T14:30:00Z", ["full-db"]],
  ])("%s", (_title, now, expected) => {
    expect(names(dueJobs(jobs, states(last), at(now), "UTC", 0))).toEqual(expected);
  });

  it("a missed run is made up for once", () => {
    const now = at("2026-03-11T14:30:00Z");
    const [due] = dueJobs(jobs, states(last), now, "UTC", 0);
    expect(due?.scheduled).toBe(at("2026-03-11T02:00:00Z"));
    const after = states({ "full-db": { scheduled: due?.scheduled ?? 0, lastEnd: now + 60, failures: 0 } });
    expect(dueJobs(jobs, after, now + 61, "UTC", 0)).toEqual([]);
    expect(names(dueJobs(jobs, after, at("2026-03-12T02:00:00Z"), "UTC", 0))).toEqual(["full-db"]);
  });

  it("a failed run is tried again after five minutes, ten, and then at most hourly", () => {
    const scheduled = at("2026-03-02T02:00:00Z");
    for (const [failures, wait] of [
      [1, 300],
      [2, 600],
      [3, 1200],
      [9, 3600],
    ] as const) {
      const failed = states({ "full-db": { scheduled, lastEnd: scheduled + 60, failures } });
      expect(dueJobs(jobs, failed, scheduled + 60 + wait - 1, "UTC", 0)).toEqual([]);
      expect(names(dueJobs(jobs, failed, scheduled + 60 + wait, "UTC", 0))).toEqual(["full-db"]);
    }
  });

  it("a first start makes copies at once, and lets checks and drills wait for their day", () => {
    const all = [job("full-db"), job("verify-db", { kind: "verify" }), job("drill-db", { kind: "drill" })];
    expect(names(dueJobs(all, new Map(), at("2026-03-02T12:00:00Z"), "UTC", 300))).toEqual(["full-db"]);
  });

  it("a job that runs is not due", () => {
    const running = states({ "full-db": { scheduled: 0, running: 1 } });
    expect(dueJobs(jobs, running, at("2026-03-11T14:30:00Z"), "UTC", 0)).toEqual([]);
  });

  it("where a cluster has the clock, only what it does not do: the first copies, and what failed", () => {
    const due = (known: Record<string, JobState>, now: number) =>
      names(dueJobs([job("full-db"), job("drill-db", { kind: "drill" })], states(known), now, "UTC", 0, "cluster"));
    const moment = at("2026-03-02T02:00:00Z");
    expect(due({}, moment)).toEqual(["full-db"]);
    expect(due(last, moment + 3600)).toEqual([]);
    const failed = { "full-db": { scheduled: moment, lastEnd: moment + 60, failures: 1 } };
    expect([due(failed, moment + 359), due(failed, moment + 360)]).toEqual([[], ["full-db"]]);
  });

  it("jitter: within its bound, the same for one run, spread over jobs and days", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.integer({ min: 0, max: 2_000_000_000 }),
        fc.integer({ min: 1, max: 3600 }),
        (name, run, most) => {
          const delay = jitterOf(name, run, most);
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(most);
          expect(jitterOf(name, run, most)).toBe(delay);
        },
      ),
    );
    const spread = new Set(Array.from({ length: 200 }, (_, day) => jitterOf("full-db", day * DAY, 600)));
    expect(spread.size).toBeGreaterThan(100);
    const moment = at("2026-03-02T02:00:00Z");
    const delay = jitterOf("full-db", moment, 600);
    expect(dueJobs(jobs, states(last), moment + delay - 1, "UTC", 600)).toEqual([]);
    expect(names(dueJobs(jobs, states(last), moment + delay, "UTC", 600))).toEqual(["full-db"]);
  });

  it("a time zone's clock change loses no run and doubles none", () => {
    const seen = new Set<number>();
    for (let now = at("2026-03-27T00:00:00Z"); now < at("2026-04-01T00:00:00Z"); now += 900)
      seen.add(previousRun("30 2 * * *", "Europe/Berlin", now) ?? 0);
    expect(seen.size).toBe(6);
  });
});

describe("the scheduler itself", () => {
  let folder: string;
  let children: ChildProcess[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bulwark-scheduler-"));
    mkdirSync(join(folder, "bin"));
    // What the jobs call is not what is tested here: stand-ins that take a while and write down when they worked.
    program(
      "restic",
      `case "$1" in backup) echo "begin $PPID $(date +%s%N)" >>"${folder}/log"; sleep "\${WORK:-0.2}"; [ ! -e "${folder}/fail" ] || exit 3; echo "end $PPID $(date +%s%N)" >>"${folder}/log"; echo '{"message_type":"summary","total_bytes_processed":42,"snapshot_id":"s"}' ;; esac`,
    );
    program("rclone", 'case "$1" in obscure) echo x ;; *) echo "{}" ;; esac');
    for (const file of ["passphrase", "access", "secret"]) writeFileSync(join(folder, file), "secret");
  });

  afterEach(async () => {
    for (const child of children) child.kill("SIGKILL");
    children = [];
    await new Promise((resolve) => setTimeout(resolve, 200));
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  });

  const program = (name: string, script: string) => {
    const path = join(folder, "bin", name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
  };

  const configure = (jobs: readonly JobConfig[]) => {
    const config: RunnerConfig = {
      version: 1,
      schedule: "backups",
      environment: "dev",
      target: "compose",
      timeZone: "UTC",
      jitter: 0,
      rpo: 3600,
      rto: 3600,
      walMaxAge: 1800,
      store: {
        endpoint: "https://s3:7070",
        bucket: "b",
        region: "r",
        accessKeyFile: join(folder, "access"),
        secretKeyFile: join(folder, "secret"),
      },
      passphraseFile: join(folder, "passphrase"),
      recipients: [],
      retention: { pointInTimeDays: 30, daily: 30, weekly: 12, monthly: 12, yearly: 7 },
      sources: [{ kind: "volume", name: "files", path: folder }],
      jobs,
    };
    writeFileSync(join(folder, "backup.json"), JSON.stringify(config));
  };

  const start = (args: readonly string[], more: Record<string, string> = {}) => {
    const child = spawn(process.execPath, [join(__dirname, "../../dist/images/backup/src/main.js"), ...args], {
      env: {
        ...process.env,
        PATH: `${join(folder, "bin")}${delimiter}${process.env["PATH"]}`,
        BULWARK_CONFIG: join(folder, "backup.json"),
        BULWARK_STATE: join(folder, "state"),
        BULWARK_MEMORY: join(folder, "memory"),
        BULWARK_TICK_SECONDS: "0.2",
        BULWARK_METRICS_PORT: "0",
        ...more,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    children.push(child);
    const ended = new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
    return { child, ended };
  };

  const log = () =>
    existsSync(join(folder, "log")) ? readFileSync(join(folder, "log"), "utf8").trim().split("\n") : [];
  const state = (name: string): JobState => {
    const file = [join(folder, "state/state"), join(folder, "memory")]
      .map((each) => join(each, `${name}.job.json`))
      .find(existsSync);
    return file === undefined ? {} : JSON.parse(readFileSync(file, "utf8"));
  };
  const copy = (name: string, more: Partial<JobConfig> = {}) =>
    job(name, { kind: "copy", source: "files", database: "files", ...more });

  it("one source at a time: runs that are started together wait for each other", async () => {
    configure([copy("one"), copy("two"), copy("three")]);
    const codes = await Promise.all(["one", "two", "three"].map((each) => start(["run", each]).ended));
    expect(codes).toEqual([0, 0, 0]);
    const lines = log();
    expect(lines).toHaveLength(6);
    for (let index = 0; index < 6; index += 2) {
      expect(lines[index]).toMatch(/^begin/);
      expect(lines[index + 1]?.split(" ")[1]).toBe(lines[index]?.split(" ")[1]);
    }
  });

  it("a run that waits longer than it may says so and is a failure", async () => {
    configure([copy("slow", { timeout: 30 }), copy("late", { timeout: 1 })]);
    const slow = start(["run", "slow"], { WORK: "6" });
    await until(
      20,
      async () => log().length,
      (lines) => lines > 0,
    );
    expect(await start(["run", "late"]).ended).toBe(75);
    expect(state("late").lastError).toMatch(/^files was taken by slow, since .*Z, and not free within 1 s$/);
    expect(await slow.ended).toBe(0);
  });

  it("a job that is due stays due while somebody else is at work on its source, and is no failure", async () => {
    configure([copy("hourly", { cron: "0 * * * *" })]);
    mkdirSync(join(folder, "state/lock"), { recursive: true });
    const other = spawn("flock", [join(folder, "state/lock/files.lock"), "sleep", "600"], { detached: true });
    start(["schedule"]);
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect([log(), state("hourly")]).toEqual([[], {}]);
    process.kill(-(other.pid ?? 0), "SIGKILL");
    const made = await until(
      30,
      async () => state("hourly"),
      (each) => each.lastSuccess !== undefined,
    );
    expect(made).toMatchObject({ lastExit: 0, failures: 0 });
  });

  it("a run that takes longer than it may is ended, with all that it started", async () => {
    configure([copy("slow", { timeout: 2 })]);
    expect(await start(["run", "slow"], { WORK: "60" }).ended).toBe(124);
    expect(state("slow")).toMatchObject({ lastExit: 124, failures: 1, lastError: "it did not end within 2 s" });
    expect(await start(["run", "slow"]).ended).toBe(0);
  });

  it("runs what is due, makes up for what was missed while it was down, and keeps its metrics over a restart", async () => {
    configure([copy("hourly", { cron: "0 * * * *" })]);
    const first = start(["schedule"]);
    const made = await until(
      30,
      async () => state("hourly"),
      (each) => each.lastSuccess !== undefined,
    );
    first.child.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    // Three hours of silence.
    const file = join(folder, "state/state/hourly.job.json");
    const known = JSON.parse(readFileSync(file, "utf8")) as JobState;
    writeFileSync(file, JSON.stringify({ ...known, scheduled: (known.scheduled ?? 0) - 3 * 3600 }));
    start(["schedule"]);
    const metrics = await until(
      10,
      async () => readFileSync(join(folder, "state/metrics/backup.prom"), "utf8"),
      (text) => text.includes("backup_last_success_timestamp_seconds"),
    );
    expect(metrics).toContain(`kind="copy",target="compose"} ${made.lastSuccess}`);
    await until(
      30,
      async () => state("hourly"),
      (each) => (each.lastSuccess ?? 0) > (made.lastSuccess ?? 0),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect(log().filter((line) => line.startsWith("begin"))).toHaveLength(2);
  });

  it("a failure leaves the last success as it was, and is seen though the disk is full", async () => {
    configure([copy("one")]);
    expect(await start(["run", "one"]).ended).toBe(0);
    const before = state("one");
    writeFileSync(join(folder, "fail"), "");
    expect(await start(["run", "one"]).ended).not.toBe(0);
    expect(state("one")).toMatchObject({ lastSuccess: before.lastSuccess, lastSize: 42, failures: 1 });
    // A folder that cannot be written to: the file system of the state is full or read only.
    rmSync(join(folder, "state/state"), { recursive: true });
    writeFileSync(join(folder, "state/state"), "");
    expect(await start(["run", "one"]).ended).not.toBe(0);
    expect(state("one")).toMatchObject({ failures: 1, lastExit: 1 });
  });

  it("a run that vanished is a failure as soon as its lock is free", async () => {
    configure([copy("one", { cron: "0 0 1 1 *", timeout: 60 })]);
    expect(await start(["run", "one"]).ended).toBe(0);
    const before = state("one");
    const run = start(["run", "one"], { WORK: "8" });
    await until(
      20,
      async () => log().filter((line) => line.startsWith("begin")).length,
      (count) => count === 2,
    );
    run.child.kill("SIGKILL");
    start(["schedule"]);
    const seen = await until(
      60,
      async () => state("one"),
      (each) => each.lastExit === 137,
    );
    expect(seen).toMatchObject({ lastSuccess: before.lastSuccess, lastError: expect.stringContaining("cut off") });
  });
});
