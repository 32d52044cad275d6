import type { SignedReport } from "../../images/backup/src/drill";
import { describeWith } from "../lab";
import { PARTS, Rig } from "./rig";

jest.setTimeout(400_000);

describeWith(PARTS, "a database with TimescaleDB", () => {
  let rig: Rig;

  /** What an application sees of its hypertable. */
  const look = async (database = "orders") =>
    await rig.sql(
      database,
      `SELECT (SELECT count(*) FROM readings), (SELECT round(sum(value)) FROM readings),
        (SELECT count(*) FROM timescaledb_information.chunks WHERE hypertable_name = 'readings'),
        (SELECT string_agg(column_name || ' ' || dimension_type, ', ' ORDER BY dimension_number) FROM timescaledb_information.dimensions),
        (SELECT tableowner FROM pg_tables WHERE tablename = 'readings')`,
    );

  beforeAll(async () => {
    const settings = [
      "shared_preload_libraries=timescaledb",
      "timescaledb.telemetry_level=off",
      "max_worker_processes=16",
    ];
    rig = await Rig.start({ wal: true, settings });
    await rig.sql("orders", "CREATE EXTENSION timescaledb");
    for (const statement of [
      "CREATE TABLE readings (at timestamptz NOT NULL, sensor int NOT NULL, value double precision)",
      "SELECT create_hypertable('readings', 'at', chunk_time_interval => INTERVAL '1 day')",
      "INSERT INTO readings SELECT timestamptz '2026-11-01' + n * INTERVAL '10 minutes', n % 7, n FROM generate_series(0, 1999) n",
      "CREATE INDEX ON readings (sensor, at DESC)",
    ])
      await rig.sql("orders", `SET ROLE orders_user; ${statement}`);
  });
  afterAll(async () => await rig?.remove());

  test("a dump comes back with every row, every chunk and its owner, and goes on working as a hypertable", async () => {
    const before = await look();
    expect(before).toMatch(/^2000\|1999000\|14\|at Time\|orders_user$/);
    const { id } = await rig.job("dump-db-orders");
    expect(JSON.parse(await rig.shell("s3", `cat /data/backups/archive/db/orders/${id}/manifest.json`))).toMatchObject({
      extensions: { timescaledb: expect.stringMatching(/^2\./) },
      server: { preload: ["timescaledb"] },
    });
    await rig.sql(
      "orders",
      "SET ROLE orders_user; DELETE FROM readings WHERE sensor = 3; SELECT drop_chunks('readings', older_than => timestamptz '2026-11-03')",
    );
    expect(await look()).not.toBe(before);
    // The extension's own workers are connected: the swap has to end them, and they come back.
    await rig.ask(["restore", "--database", "orders", "--id", id]);
    expect(await look()).toBe(before);
    expect(await rig.sql("orders", "SHOW timescaledb.restoring")).toBe("off");
    expect(
      await rig.sql(
        "orders",
        "SELECT count(*) FROM pg_db_role_setting WHERE array_to_string(setconfig, ',') LIKE '%restoring%'",
      ),
    ).toBe("0");
    await rig.sql(
      "orders",
      "SET ROLE orders_user; INSERT INTO readings SELECT timestamptz '2026-12-01' + n * INTERVAL '1 hour', 1, 1 FROM generate_series(0, 47) n",
    );
    expect((await look()).split("|").slice(0, 3)).toEqual(["2048", "1999048", "16"]);
    await rig.ask(["undo", "--database", "orders"]);
    expect(await look()).not.toBe(before);
  });

  test("a point in time: the rows up to that second are there, none after it", async () => {
    await rig.job("full-db");
    // pgBackRest starts from a backup that ended in a second before.
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await rig.sql("orders", "SET ROLE orders_user; INSERT INTO readings VALUES (timestamptz '2027-01-01', 1, 1)");
    const wanted = await look();
    const at = await rig.sql(
      "orders",
      "SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MSZ')",
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await rig.sql("orders", "SET ROLE orders_user; DELETE FROM readings WHERE at > timestamptz '2026-11-10'");
    await rig.sql("postgres", "SELECT pg_switch_wal()");
    await rig.ask(["restore", "--database", "orders", "--at", at.trim()]);
    expect(await look()).toBe(wanted);
  });

  test("a drill rehearses both tiers of it", async () => {
    await rig.job("dump-db-orders");
    await rig.job("dump-db-people");
    await rig.job("drill-db");
    const { report } = await rig.ask<SignedReport>(["drill-report"]);
    expect(report.sets.map((set) => [set.tier, set.ok, set.error])).toEqual(
      report.sets.map((set) => [set.tier, true, undefined]),
    );
    expect(report.sets.length).toBeGreaterThanOrEqual(3);
  });

  test("a dump of a version that the server does not have is refused with the way out, and nothing is left of the attempt", async () => {
    const folder = "/data/backups/archive/db/orders";
    const { id } = await rig.job("dump-db-orders");
    await rig.shell(
      "s3",
      `cd ${folder}/${id}; sed -i 's/"timescaledb": "[0-9.]*"/"timescaledb": "1.7.5"/' manifest.json; sha256sum manifest.json >manifest.json.sha256`,
    );
    const before = await rig.sql("postgres", "SELECT count(*) FROM pg_database");
    const { code, err } = await rig.backup(["restore", "--database", "orders", "--id", id]);
    expect(code).toBe(1);
    expect(err).toMatch(
      /is of timescaledb 1\.7\.5, the server has 2\..*: restore it with an image that has 1\.7\.5, then ALTER EXTENSION/,
    );
    expect(await rig.sql("postgres", "SELECT count(*) FROM pg_database")).toBe(before);
  });
});
