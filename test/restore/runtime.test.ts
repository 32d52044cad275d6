import { type Ended, until } from "../compose/host";
import { describeWith } from "../lab";
import { firing } from "./firing";
import { between, ok, PARTS, Site } from "./site";

jest.setTimeout(300_000);

const HOUR = 3600;
const SUCCESS = "backup_last_success_timestamp_seconds";
const EXIT = "backup_last_exit_code";

describeWith(PARTS, "backups of a compose host", () => {
  const site = new Site();
  let good = "";

  beforeAll(async () => await site.start());
  afterAll(async () => await site.remove());

  const successOf = (kind: string, database = "db") => site.metric(SUCCESS, database, kind);

  it("makes the first copies by itself as soon as it runs", async () => {
    const done = await site.firstCopies();
    expect(firing(done, 60)).toEqual([]);
  });

  describe("a point in time, under load (BK-12, BK-25)", () => {
    it("has every row that was committed up to the second, and none after it", async () => {
      const bench = ["pgbench", "-h", "/run/postgresql", "-U", "postgres"];
      await site.exec("db", ...bench, "-i", "-q", "-s", "5", "orders");
      await site.sql("CREATE TABLE marks (id bigserial PRIMARY KEY, at timestamptz DEFAULT clock_timestamp())");
      await site.sh("db", "echo 'INSERT INTO marks DEFAULT VALUES' > /tmp/marks.sql");
      const load = site.exec("db", ...bench, "-n", "-c", "2", "-R", "100", "-T", "75", "orders");
      const marks = site.exec("db", ...bench, "-n", "-f", "/tmp/marks.sql", "-R", "50", "-T", "75", "orders");
      const timed = async (job: string) => {
        const began = Date.now();
        good = await site.goodJob(job);
        return (Date.now() - began) / 1000;
      };
      const full = await timed("full-db");
      const incremental = await timed("incremental-db");
      const second = (await site.sql("SELECT date_trunc('second', clock_timestamp() + '2 seconds')")).trim();
      await Promise.all([load, marks]);
      const wal = (await site.sql("SELECT pg_walfile_name(pg_switch_wal())")).trim();
      const switched = Date.now();
      await until(
        120,
        () => site.sql(`SELECT last_archived_wal >= '${wal}' FROM pg_stat_archiver`),
        (archived) => archived.trim() === "t",
      );
      const behind = (Date.now() - switched) / 1000;

      const { server, took } = await site.restore("pitr", [
        "--type=time",
        `--target=${second}`,
        "--target-action=promote",
      ]);
      // A row's time is taken a moment before its commit: the half second between decides nothing.
      const want = await site.sql(
        `SELECT id FROM marks WHERE at < '${second}'::timestamptz - interval '0.5 s' ORDER BY id`,
      );
      const most = await site.sql(`SELECT count(*) FROM marks WHERE at <= '${second}'`);
      const later = await site.sql(`SELECT count(*) FROM marks WHERE at > '${second}'`);
      const got = new Set((await site.ask(server, "SELECT id FROM marks")).split("\n"));
      const missing = want
        .trim()
        .split("\n")
        .filter((id) => !got.has(id));
      expect(missing).toEqual([]);
      expect(got.size).toBeLessThanOrEqual(Number(most));
      expect(await site.ask(server, `SELECT count(*) FROM marks WHERE at > '${second}'`)).toBe("0");
      // The test means something only if there was much on both sides of the second.
      expect(want.trim().split("\n").length).toBeGreaterThan(100);
      expect(Number(later)).toBeGreaterThan(100);
      // Balances and history of pgbench change in one transaction: a torn one would not add up.
      expect(
        await site.ask(
          server,
          "SELECT (SELECT sum(abalance) FROM pgbench_accounts) = (SELECT coalesce(sum(delta), 0) FROM pgbench_history)",
        ),
      ).toBe("t");
      await site.drop(server);
      console.log(
        `full ${full.toFixed(1)} s, incremental ${incremental.toFixed(1)} s under load; restored to ${second}: ` +
          `${got.size} of ${most.trim()} rows, ${later.trim()} later ones absent; RTO ${took.toFixed(1)} s; ` +
          `RPO: last file in the store ${behind.toFixed(1)} s after its switch, at most 300 s + that`,
      );
    });
  });

  describe("trouble", () => {
    /** Nothing was lost: the last good backup gives the rows that were there when it was made. */
    const restores = async (set: string) => {
      const { server, took } = await site.restore("previous", [
        `--set=${set}`,
        "--type=immediate",
        "--target-action=promote",
      ]);
      expect(Number(await site.ask(server, "SELECT count(*) FROM pgbench_branches"))).toBe(5);
      await site.drop(server);
      return took;
    };

    it("a backup that is killed at ten random moments is seen each time", async () => {
      const began = Date.now();
      good = await site.goodJob("full-db");
      const length = Date.now() - began;
      let before = await successOf("full");
      const victims = ["[p]gbackrest", "[b]ulwark-backup.cjs job full-db", "[b]ulwark-backup.cjs run full-db"];
      let early = 0;
      for (let round = 0; round < 10; round++) {
        const running = site.job("full-db");
        await new Promise((resolve) => setTimeout(resolve, between(0.1 * length, 0.7 * length)));
        let ended: Ended;
        if (round === 9) {
          await site.docker("kill", site.container("backups"));
          ended = await running;
          ok(await site.docker("start", site.container("backups")));
        } else {
          const pattern = victims[round % 2] ?? "";
          const all = round % 3 === 2 ? victims.join("|") : pattern;
          await site.sh(
            "backups",
            `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -qE '${all}' && kill -9 \${p#/proc/} 2>/dev/null || :; done`,
          );
          ended = await running;
        }
        // It was done before it could be killed.
        if (ended.code === 0 && early++ < 10) {
          before = await successOf("full");
          round--;
          continue;
        }
        const code = await until(
          60,
          () => site.metric(EXIT, "db", "full").catch(() => undefined),
          (value) => value !== undefined && value !== 0,
        );
        expect(code).not.toBe(0);
        expect(await successOf("full")).toBe(before);
      }
      expect(firing(await site.metrics(), 60)).toEqual(["BackupFailed db full"]);
      const took = await restores(good);
      console.log(`after ten kills the backup before them was restored in ${took.toFixed(1)} s`);
      await site.goodJob("full-db");
      expect(firing(await site.metrics(), 60)).toEqual([]);
    });

    it("a store that cannot be reached", async () => {
      const before = await successOf("full");
      ok(await site.docker("network", "disconnect", `${site.prefix}-store`, site.container("store")));
      await site.sql("INSERT INTO marks SELECT FROM generate_series(1, 1000)");
      await site.sql("SELECT pg_switch_wal()");
      const copy = await site.job("copy-cache");
      expect(copy.code).not.toBe(0);
      // The last moment at which all was in the store stands still, though the server's own counter of failures may be 0.
      const first = await until(
        60,
        () => successOf("wal"),
        (at) => at !== undefined && at < Date.now() / 1000 - 20,
      );
      expect(await successOf("full")).toBe(before);
      const fires = firing(await site.metrics(), HOUR);
      expect(fires).toContain("BackupFailed cache copy");
      expect(fires).toContain("BackupTooOld db wal");
      ok(await site.docker("network", "connect", "--alias", "store", `${site.prefix}-store`, site.container("store")));
      await until(
        120,
        () => successOf("wal"),
        (at) => at !== undefined && first !== undefined && at > first + 20,
      );
      await site.goodJob("copy-cache");
      expect(firing(await site.metrics(), 60)).toEqual([]);
    });
  });
});
