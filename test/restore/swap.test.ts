import { describeWith } from "../lab";
import { type Ended, PARTS, Rig } from "./rig";

jest.setTimeout(300_000);

interface Restored {
  readonly rows: number;
  readonly from: string;
  readonly beside: string;
  readonly swapped?: {
    readonly replaced: { readonly name: string; readonly keepUntil: string };
    readonly ended: number;
  };
}

/** What anybody may do with the database, and which settings it has. */
const RIGHTS = `SELECT (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(d.datacl) a), pg_get_userbyid(d.datdba), (SELECT string_agg(pg_get_userbyid(setrole) || setconfig::text, ';' ORDER BY setrole)
  FROM pg_db_role_setting WHERE setdatabase = d.oid) FROM pg_database d WHERE datname = 'orders'`;
/** Owners and rights of all that is in it. */
const OBJECTS = `SELECT string_agg(concat_ws(' ', c.relname, c.relkind, pg_get_userbyid(c.relowner), (SELECT string_agg(a::text, ' ' ORDER BY a::text) FROM unnest(c.relacl) a)), ';' ORDER BY c.relname)
  FROM pg_class c WHERE relnamespace = 'public'::regnamespace`;

describeWith(PARTS, "restore beside, swap and undo", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start();
  });
  afterAll(async () => await rig?.remove());

  const state = async () => [
    await rig.sql("postgres", RIGHTS),
    await rig.sql("orders", OBJECTS),
    await rig.sql("orders", "SELECT nspowner::regrole, nspacl::text FROM pg_namespace WHERE nspname = 'public'"),
    await rig.sql("orders", "SELECT string_agg(defaclrole::regrole || defaclacl::text, ';') FROM pg_default_acl"),
  ];
  const databases = async () =>
    (await rig.sql("postgres", "SELECT datname FROM pg_database WHERE datname LIKE 'orders%' ORDER BY 1")).split("\n");

  test("a dry run says what would happen and changes nothing", async () => {
    const { id } = await rig.job("dump-db-orders");
    const plan = await rig.ask<{ from: string; steps: string[]; exists: boolean; missingRoles: string[] }>([
      "restore",
      "--database",
      "orders",
      "--plan",
    ]);
    expect(plan).toMatchObject({ from: `archive ${id}`, exists: true, missingRoles: [] });
    expect(plan.steps.join("\n")).toMatch(/beside[\s\S]*rows of every table[\s\S]*kept for 72 hours/);
    expect(await databases()).toEqual(["orders"]);
  });

  test("under load the application sees the old database or the new one, never a half; rights, settings and passwords stay", async () => {
    const before = await state();
    const { id } = await rig.job("dump-db-orders");
    await rig.asOwner(
      "orders",
      "DELETE FROM \"Odd Name\"; DELETE FROM items; INSERT INTO items (name) VALUES ('after the backup')",
    );
    const seen: Ended[] = [];
    let stop = false;
    const looking = (async () => {
      while (!stop)
        seen.push(
          await rig.asOwner("orders", 'SELECT (SELECT count(*) FROM items), (SELECT count(*) FROM "Odd Name")'),
        );
    })();
    const holding = rig.asOwner("orders", "SELECT pg_sleep(120)");
    const restored = await rig.ask<Restored>(["restore", "--database", "orders", "--id", id]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    stop = true;
    await looking;
    expect((await holding).err).toMatch(/terminat/);
    expect(restored).toMatchObject({ rows: 1100, from: `archive ${id}`, beside: "orders" });
    expect(restored.swapped?.ended).toBeGreaterThan(0);

    const answers = seen.map(({ code, out, err }) => (code === 0 ? out.trim() : err.trim()));
    const allowed =
      /^(1\|0|1000\|100|.*(terminating connection|server closed the connection|does not exist|has gone).*)$/s;
    for (const answer of answers) expect(answer).toMatch(allowed);
    const first = answers.indexOf("1000|100");
    expect(first).toBeGreaterThan(0);
    expect(answers.slice(first)).toEqual(answers.slice(first).map(() => "1000|100"));
    // A swap is a moment, not an outage.
    expect(answers.filter((each) => !/^\d+\|\d+$/.test(each)).length).toBeLessThanOrEqual(2);

    expect(await state()).toEqual(before);
    expect((await rig.asOwner("orders", "INSERT INTO items (name) VALUES ('works') RETURNING id")).out.trim()).toBe(
      "1001",
    );
    expect(await databases()).toEqual(["orders", restored.swapped?.replaced.name]);
  });

  test("the replaced copy lets nobody in, is kept for 72 hours, and a prune leaves it until then", async () => {
    const { replaced } = await rig.ask<{ replaced: { name: string; at: string; keepUntil: string; by: string }[] }>([
      "list",
    ]);
    expect(replaced).toHaveLength(1);
    const [copy] = replaced;
    expect(new Date(copy?.keepUntil ?? 0).getTime() - new Date(copy?.at ?? 0).getTime()).toBe(72 * 3_600_000);
    await expect(rig.sql(copy?.name ?? "", "SELECT 1")).rejects.toThrow(/not currently accepting connections/);
    await rig.job("prune-nightly");
    expect(await databases()).toHaveLength(2);
  });

  test("undo brings the database back that was replaced, and can itself be undone", async () => {
    await rig.ask(["undo", "--database", "orders"]);
    expect(await rig.sql("orders", "SELECT name FROM items")).toBe("after the backup");
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1");
    await rig.ask(["undo", "--database", "orders"]);
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1001");
    expect(await databases()).toHaveLength(2);
  });

  test("after 72 hours the next prune drops the copy, and undo says that nothing is left", async () => {
    const [, old] = await databases();
    const comment = await rig.sql(
      "postgres",
      `SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = '${old}'`,
    );
    const past = comment.replace(/"keepUntil":"[^"]*"/, `"keepUntil":"${new Date(Date.now() - 1000).toISOString()}"`);
    await rig.sql("postgres", `COMMENT ON DATABASE "${old}" IS '${past}'`);
    await rig.sql("postgres", "CREATE DATABASE orders_restore_forgotten");
    await rig.sql(
      "postgres",
      `COMMENT ON DATABASE orders_restore_forgotten IS 'bulwark-beside {"keepUntil":"2026-01-01T00:00:00Z"}'`,
    );
    await rig.job("prune-nightly");
    expect(await databases()).toEqual(["orders"]);
    expect((await rig.backup(["undo", "--database", "orders"])).err).toMatch(/nothing to undo/);
  });

  test("a restore that fails half-way leaves the database as it was, and nothing beside it", async () => {
    // Rows enough that the restore is still at them when it is ended.
    await rig.asOwner(
      "orders",
      "CREATE TABLE bulk AS SELECT n, md5(n::text) AS text FROM generate_series(1, 400000) n",
    );
    await rig.job("dump-db-orders");
    const restoring = rig.backup(["restore", "--database", "orders"]);
    await rig.sql(
      "postgres",
      "DO $$ BEGIN FOR n IN 1..6000 LOOP PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'orders\\_restore%' AND application_name = 'pg_restore'; IF FOUND THEN RETURN; END IF; PERFORM pg_sleep(0.005); PERFORM pg_stat_clear_snapshot(); END LOOP; RAISE 'no restore seen'; END $$",
    );
    const { code, err } = await restoring;
    expect(code).toBe(1);
    expect(err).toMatch(/pg_restore/);
    expect(await databases()).toEqual(["orders"]);
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1001");
    await rig.asOwner("orders", "DROP TABLE bulk");
    await rig.job("dump-db-orders");
  });

  test("killed in the middle of the swap: all of it or nothing", async () => {
    const beside = (await rig.ask<Restored>(["restore", "--database", "orders", "--keep-beside"])).beside;
    // Somebody who cannot be ended by a signal holds the database: the swap waits in its transaction.
    const swapping = rig.backup(["swap", "--database", "orders", "--beside", beside]);
    await rig.shell("runner", "n=0; until pkill -9 -f '[p]sql -X' || [ $n -gt 400 ]; do n=$((n+1)); sleep 0.01; done");
    await swapping;
    const names = await databases();
    expect(names).toContain("orders");
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1001");
    for (const name of names.filter((each) => each !== "orders"))
      await rig.sql("postgres", `ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
    for (const name of names.filter((each) => each !== "orders")) await rig.sql("postgres", `DROP DATABASE "${name}"`);
  });

  test("one database of several: the other one is not touched, not even its connections", async () => {
    const other = rig.asOwner("people", "SELECT pg_sleep(15), 'undisturbed'");
    await rig.ask(["restore", "--database", "orders"]);
    expect((await other).out).toContain("undisturbed");
  });

  test("a database that was dropped comes back with its owner, rights and settings; a role that is gone is made without a login", async () => {
    const before = await state();
    await rig.job("dump-db-orders");
    for (const name of await databases()) {
      await rig.sql("postgres", `ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
      await rig.sql("postgres", `DROP DATABASE "${name}" WITH (FORCE)`);
    }
    const plan = await rig.ask<{ exists: boolean }>(["restore", "--database", "orders", "--plan"]);
    expect(plan.exists).toBe(false);
    await rig.ask(["restore", "--database", "orders"]);
    expect(await state()).toEqual(before);
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1001");
  });
});
