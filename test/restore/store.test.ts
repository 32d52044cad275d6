import { until } from "../compose/host";
import { describeWith } from "../lab";
import { firing } from "./firing";
import { PARTS, Site } from "./site";

jest.setTimeout(300_000);

const HOUR = 3600;
/** Jobs that write to the store, with what their metrics call them. */
const JOBS = [
  { name: "full-db", database: "db", kind: "full" },
  { name: "dump-db-orders", database: "db/orders", kind: "dump" },
  { name: "copy-cache", database: "cache", kind: "copy" },
  { name: "copy-recordings", database: "recordings", kind: "copy" },
] as const;
const SUCCESS = "backup_last_success_timestamp_seconds";

describeWith(PARTS, "a store that fails the backups of a compose host", () => {
  const site = new Site();
  const successes = () => Promise.all(JOBS.map(({ database, kind }) => site.metric(SUCCESS, database, kind)));
  const verified = () => site.metric(SUCCESS, "db", "verify");
  /** The base backup and the dump from before the trouble. */
  let good = { full: "", dump: "" };

  beforeAll(async () => {
    await site.start({ disk: 400 });
    await site.firstCopies();
    await site.sql("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id");
    good = { full: await site.goodJob("full-db"), dump: await site.goodJob("dump-db-orders") };
    await site.sql("INSERT INTO kept VALUES (0)");
  });
  afterAll(async () => await site.remove());

  /** The backups from before the trouble give back what there was then. */
  const restoresBase = async () => {
    const options = [`--set=${good.full}`, "--type=immediate", "--target-action=promote"];
    const { server } = await site.restore("previous", options);
    expect(await site.ask(server, "SELECT count(*) FROM kept")).toBe("1000");
    await site.drop(server);
  };
  const restore = (id: string) =>
    site.docker(
      ...["exec", site.container("backups"), "bulwark-backup"],
      ...["restore", "--database", "orders", "--keep-beside", "--id", id],
    );
  const restoresDump = async () => {
    const { code, out, err } = await restore(good.dump);
    expect([code, err]).toEqual([0, ""]);
    const { result } = JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { result: { beside: string } };
    expect((await site.sql("SELECT count(*) FROM kept", result.beside)).trim()).toBe("1000");
  };

  /** A check that has to fail: its last success stays, and its alerts fire. Gives what it said. */
  const failedCheck = async () => {
    const before = await verified();
    const check = await site.job("verify-db");
    expect(check.code).not.toBe(0);
    expect(await verified()).toBe(before);
    expect(firing(await site.metrics(), 60)).toEqual(["BackupFailed db verify"]);
    expect(firing(await site.metrics(), 9 * 24 * HOUR)).toContain("BackupVerifyTooOld db");
    return check.out;
  };

  it("an object that rots: the next check names the backup, the one before it restores", async () => {
    const rotten = await site.goodJob("full-db");
    await site.goodJob("verify-db");
    const object = `${site.objects}/pgbackrest/backup/db/${rotten}/bundle/1`;
    await site.sh(
      "store",
      `cp ${object} /tmp/whole; printf ROTTEN | dd of=${object} bs=1 seek=20000 conv=notrunc 2>/dev/null`,
    );
    expect(await failedCheck()).toContain(rotten);
    await restoresBase();
    await site.sh("store", `cat /tmp/whole > ${object}`);
    await site.goodJob("verify-db");
    expect(firing(await site.metrics(), 60)).toEqual([]);
  });

  it("a dump that lost 40 % of its length: the next check says so, it is not restored, the dump before it is", async () => {
    const id = await site.goodJob("dump-db-orders");
    const object = `${site.objects}/archive/db/orders/${id}/dump.age`;
    await site.sh("store", `cp ${object} /tmp/dump; truncate -s $(( $(stat -c %s ${object}) * 60 / 100 )) ${object}`);
    await failedCheck();
    const refused = await restore(id);
    expect(refused.code).not.toBe(0);
    expect(refused.err).toMatch(/has \d+ bytes instead of \d+/);
    await restoresDump();
    await site.sh("store", `cat /tmp/dump > ${object}`);
    await site.goodJob("verify-db");
    expect(firing(await site.metrics(), 60)).toEqual([]);
  });

  describe("a disk that is full", () => {
    beforeAll(async () => {
      await site.sh("recordings", `head -c 300000 /dev/urandom > /data/objects/${site.prefix}-recordings/clip`);
      site.disk?.fill();
    });

    it("ends every job within two minutes, in words that name the cause; the last success of none moves", async () => {
      const before = await successes();
      const ended = await Promise.all(
        JOBS.map(async ({ name }) => {
          const began = Date.now();
          const { code, out } = await site.job(name);
          const { error = "" } = JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { error?: string };
          return { name, code, error, took: (Date.now() - began) / 1000 };
        }),
      );
      console.log(ended.map(({ name, took, error }) => `${name}: ${took.toFixed(1)} s: ${error}`).join("\n"));
      for (const { code, error, took } of ended) {
        expect(code).not.toBe(0);
        expect(error).toContain("No space left on device");
        expect(took).toBeLessThan(120);
      }
      expect(await successes()).toEqual(before);
    });

    it("is told: by each job that failed, and by the WAL that waits", async () => {
      await site.sql("INSERT INTO kept SELECT generate_series(1001, 2000)");
      await site.sql("SELECT pg_switch_wal()");
      await until(
        60,
        () => site.metric(SUCCESS, "db", "wal"),
        (at) => at !== undefined && at < Date.now() / 1000 - 20,
      );
      const failed = JOBS.map(({ database, kind }) => `BackupFailed ${database} ${kind}`);
      const told = firing(await site.metrics(), HOUR);
      expect(told).toEqual(expect.arrayContaining([...failed, "BackupTooOld db wal"]));
      expect(told.filter((each) => each.includes("configuration"))).toEqual([]);
    });

    it("still gives back what it has: the base backup and the dump from before", async () => {
      await restoresBase();
      await restoresDump();
    });

    it("is written to again as soon as there is room: the WAL that waited, and every job", async () => {
      site.disk?.free();
      await until(
        150,
        () => site.metric(SUCCESS, "db", "wal"),
        (at) => at !== undefined && at > Date.now() / 1000 - 20,
      );
      for (const { name } of JOBS) await site.goodJob(name);
      expect(firing(await site.metrics(), 60)).toEqual([]);
    });
  });
});
