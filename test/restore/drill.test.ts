import { createHash } from "node:crypto";
import type { SignedReport } from "../../images/backup/src/drill";
import { metricsText } from "../../images/backup/src/metrics";
import type { JobState } from "../../images/backup/src/state";
import { describeWith } from "../lab";
import { firing } from "./firing";
import { PARTS, Rig } from "./rig";

jest.setTimeout(400_000);

type Shown = SignedReport & { readonly genuine: boolean };

describeWith([...PARTS, "prometheus"], "restores of a server with both tiers", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start({ wal: true });
    await rig.job("full-db");
  });
  afterAll(async () => await rig?.remove());

  test("a point in time: what was committed until then is there, nothing after it, and undo works as with an archive", async () => {
    // pgBackRest starts from a backup that ended in a second before.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await rig.asOwner("orders", "INSERT INTO items (name) VALUES ('wanted')");
    const at = (
      await rig.sql("orders", "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MSZ')")
    ).trim();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await rig.asOwner("orders", "INSERT INTO items (name) VALUES ('too late'); DELETE FROM \"Odd Name\"");
    await rig.sql("postgres", "SELECT pg_switch_wal()");
    const restored = await rig.ask<{ rows: number; from: string; seconds: number }>([
      "restore",
      "--database",
      "orders",
      "--at",
      at,
    ]);
    console.log(`point in time of orders: ${restored.seconds} s`);
    expect(restored).toMatchObject({ rows: 1101, from: `point in time ${at}` });
    const look =
      "SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM \"Odd Name\"), (SELECT count(*) FROM items WHERE name = 'too late')";
    expect((await rig.asOwner("orders", look)).out.trim()).toBe("1001|100|0");
    expect((await rig.asOwner("people", "SELECT count(*) FROM items")).out.trim()).toBe("1000");
    await rig.ask(["undo", "--database", "orders"]);
    expect((await rig.asOwner("orders", look)).out.trim()).toBe("1002|0|1");
  });

  test.each([
    ["before the first backup", "2020-01-01T00:00:00Z", /the oldest backup of db ended at/],
    ["that has not come yet", "2099-01-01T00:00:00Z", /has not come yet/],
  ])("a moment %s is refused with the reason", async (_, at, words) => {
    const { code, err } = await rig.backup(["restore", "--database", "orders", "--at", at]);
    expect(code).toBe(1);
    expect(err).toMatch(words);
  });

  test("the drill restores the newest of each tier and an older archive, and measures RTO and RPO (BK-20, BK-25)", async () => {
    for (const name of ["dump-db-orders", "dump-db-people"]) {
      await rig.job(name);
      await new Promise((resolve) => setTimeout(resolve, 1100));
      await rig.job(name);
    }
    const before = await rig.sql("postgres", "SELECT count(*) FROM pg_database");
    // As the scheduler runs it: with its state, which the next test compares.
    const ran = await rig.backup(["run", "drill-db"]);
    expect(ran).toMatchObject({ code: 0 });
    const { id, metrics } = JSON.parse(ran.out.trim().split("\n").at(-1) ?? "");
    const { report, genuine } = await rig.ask<Shown>(["drill-report"]);
    expect(report.id).toBe(id);
    expect(genuine).toBe(true);
    expect(report.sets.map((set) => [set.tier, set.database, set.ok, set.error])).toEqual([
      ["operational", "orders, people", true, undefined],
      ["archive", "orders", true, undefined],
      ["archive", "orders", true, undefined],
      ["archive", "people", true, undefined],
      ["archive", "people", true, undefined],
    ]);
    expect(new Set(report.sets.map((set) => `${set.database} ${set.id}`)).size).toBe(5);
    expect(report.rto).toMatchObject({ met: true, objectiveSeconds: 14_400 });
    expect(report.rpo).toMatchObject({ met: true, objectiveSeconds: 3600 });
    console.log(`drill: RTO ${report.rto.measuredSeconds} s, RPO ${report.rpo.measuredSeconds} s`);
    expect(metrics).toEqual([
      { name: "restore_drill_last_duration_seconds", value: report.rto.measuredSeconds },
      { name: "restore_drill_last_data_age_seconds", value: report.rpo.measuredSeconds },
    ]);
    expect(await rig.sql("postgres", "SELECT count(*) FROM pg_database")).toBe(before);
    expect(await rig.shell("runner", "ls /var/lib/bulwark/scratch/drill-db 2>/dev/null | wc -l")).toBe("0");
  });

  test("a row that is missing fails the drill loudly: which table, how many, and its alert; the last success stays", async () => {
    const success = async () =>
      JSON.parse(await rig.shell("runner", "cat /var/lib/bulwark/state/drill-db.job.json")) as JobState;
    const alerts = async (after: number) =>
      firing(metricsText(rig.config, new Map([["drill-db", await success()]]), []), after);
    const before = await success();
    expect(await alerts(60)).toEqual([]);
    // An archive that says a row more than its dump holds: the dump is that of a later archive, after a row was deleted.
    const older = await rig.job("dump-db-people");
    await rig.asOwner("people", "DELETE FROM items WHERE name = 'people 7'");
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const newer = await rig.job("dump-db-people");
    const folder = "/data/backups/archive/db/people";
    const read = async (id: string) => JSON.parse(await rig.shell("s3", `cat ${folder}/${id}/manifest.json`));
    const mixed = `${JSON.stringify({ ...(await read(newer.id)), rows: (await read(older.id)).rows })}\n`;
    const sum = createHash("sha256").update(mixed).digest("hex");
    await rig.shell(
      "s3",
      `cd ${folder}/${newer.id}; printf '%s' '${mixed}' >manifest.json; echo ${sum} >manifest.json.sha256`,
    );
    const failed = await rig.backup(["run", "drill-db"]);
    expect(failed.code).not.toBe(0);
    expect(failed.out + failed.err).toMatch(/public\.items has 999 rows instead of 1000/);
    expect(await success()).toMatchObject({ lastSuccess: before.lastSuccess, extra: before.extra });
    expect(await alerts(60)).toEqual(["BackupFailed db drill"]);
    expect(await alerts(36 * 86_400)).toContain("RestoreDrillTooOld db");
    const { report, genuine } = await rig.ask<Shown>(["drill-report"]);
    expect(report.ok).toBe(false);
    expect(genuine).toBe(true);
    expect(report.sets.filter((set) => !set.ok).map((set) => set.id)).toEqual([newer.id]);
  });

  test("a report that somebody has changed is not genuine", async () => {
    await rig.shell("s3", 'cd /data/backups/drills/db; f=$(ls | tail -n 1); sed -i \'s/"ok": false/"ok": true/\' $f');
    const { report, genuine } = await rig.ask<Shown>(["drill-report"]);
    expect(report.ok).toBe(true);
    expect(genuine).toBe(false);
  });
});
