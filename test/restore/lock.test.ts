import { describeWith } from "../lab";
import { PARTS, Rig, until } from "./rig";

jest.setTimeout(300_000);

/** Reading goes on, and a restore waits when it makes its database. */
const NO_NEW_DATABASE = "LOCK TABLE pg_database IN SHARE MODE";

describeWith(PARTS, "a job and a restore of one server", () => {
  let rig: Rig;
  const last = (out: string) => JSON.parse(out.trim().split("\n").at(-1) ?? "{}") as { ok: boolean; error?: string };
  const holder = () => rig.shell("runner", "cat /var/lib/bulwark/lock/db.holder 2>/dev/null || :");
  const sessions = async (application: string) =>
    Number(
      await rig.sql("postgres", `SELECT count(*) FROM pg_stat_activity WHERE application_name = '${application}'`),
    );

  beforeAll(async () => {
    rig = await Rig.start();
    expect(await rig.backup(["run", "dump-db-orders"])).toMatchObject({ code: 0 });
  });
  afterAll(async () => await rig?.remove());

  /** Runs a statement that takes a lock, and keeps it until the function that it gives is called. */
  const keep = async (database: string, lock: string) => {
    const kept = rig.sql(database, `BEGIN; ${lock}; SELECT pg_sleep(600)`).catch(() => undefined);
    const here = "FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND wait_event = 'PgSleep'";
    await until(20, async () => (await rig.sql("postgres", `SELECT count(*) ${here}`)) === "1");
    return async () => {
      await rig.sql("postgres", `SELECT pg_terminate_backend(pid) ${here}`);
      await kept;
    };
  };

  test.each([
    ["restore", ["restore", "--database", "orders"]],
    ["undo", ["undo", "--database", "orders"]],
    ["swap", ["swap", "--database", "orders", "--beside", "orders_other"]],
  ])("%s is refused while a job is at work, with its name and since when; nothing is changed", async (_, args) => {
    const release = await keep("people", "LOCK TABLE items");
    const running = rig.backup(["run", "dump-db-people"]);
    await until(30, async () => (await sessions("pg_dump")) > 0);
    const databases = await rig.sql("postgres", "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database");
    const refused = await rig.backup(args);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(
      /^db is taken by dump-db-people, since 20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ: nothing was changed, try again/,
    );
    expect(await rig.sql("postgres", "SELECT string_agg(datname, ' ' ORDER BY datname) FROM pg_database")).toBe(
      databases,
    );
    // What changes nothing is not held up.
    expect(await rig.backup(["restore", "--database", "orders", "--plan"])).toMatchObject({ code: 0 });
    await release();
    expect(await running).toMatchObject({ code: 0 });
  });

  test("a job waits for a restore, and says who it waited for when its time is over; the restore goes on", async () => {
    rig.configure((config) => ({
      ...config,
      jobs: config.jobs.map((job) => (job.name === "dump-db-orders" ? { ...job, timeout: 3 } : job)),
    }));
    const release = await keep("postgres", NO_NEW_DATABASE);
    const restoring = rig.backup(["restore", "--database", "orders"]);
    await until(30, async () => (await holder()).startsWith("a restore of orders, since "));
    const waited = await rig.backup(["run", "dump-db-orders"]);
    await release();
    expect(waited.code).toBe(75);
    expect(last(waited.out).error).toMatch(/^db was taken by a restore of orders, since .*, and not free within 3 s$/);
    expect(last((await restoring).out).ok).toBe(true);
    rig.configure((config) => ({ ...config, jobs: config.jobs.map((job) => ({ ...job, timeout: 600 })) }));
    expect(await rig.backup(["run", "dump-db-orders"])).toMatchObject({ code: 0 });
  });

  test("a restore that is killed leaves no lock behind", async () => {
    const release = await keep("postgres", NO_NEW_DATABASE);
    const restoring = rig.backup(["restore", "--database", "orders"]);
    await until(
      30,
      async () => (await rig.shell("runner", "flock -n /var/lib/bulwark/lock/db.lock true || echo held")) === "held",
    );
    await rig.shell(
      "runner",
      "for f in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$f 2>/dev/null | grep -q 'bulwark-backup.cjs [r]estore' && kill -9 $(echo $f | cut -d/ -f3) || :; done",
    );
    expect(await restoring).not.toMatchObject({ code: 0 });
    await release();
    expect(await rig.backup(["run", "dump-db-orders"])).toMatchObject({ code: 0 });
  });
});
