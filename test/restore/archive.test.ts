import { describeWith } from "../lab";
import { PARTS, Rig, until } from "./rig";

jest.setTimeout(300_000);

interface Listed {
  readonly archives: readonly {
    readonly database: string;
    readonly id: string;
    readonly complete: boolean;
    readonly state: string;
    readonly keptFor: readonly string[];
  }[];
}

describeWith(PARTS, "the archive tier", () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await Rig.start();
  });
  afterAll(async () => await rig?.remove());

  test("a dump is read back, encrypted and stored, and its manifest has the rows of every table (BK-13, BK-16)", async () => {
    const { id, bytes } = await rig.job("dump-db-orders");
    expect(bytes).toBeGreaterThan(1000);
    const folder = `/data/backups/archive/db/orders/${id}`;
    expect(
      (await rig.shell("s3", `ls ${folder}`)).split("\n").map((name) => name.replace(/-\d{8}T\d{6}Z$/, "")),
    ).toEqual(["dump.age", "globals.age", "manifest.json", "manifest.json.sha256", "verified"]);
    const manifest = JSON.parse(await rig.shell("s3", `cat ${folder}/manifest.json`));
    expect(manifest).toMatchObject({
      version: 1,
      id,
      environment: "prod",
      source: "db",
      database: "orders",
      rows: { "public.items": 1000, 'public."Odd Name"': 100 },
      roles: expect.arrayContaining(["orders_user", "reporting"]),
      facts: { owner: "orders_user", encoding: "UTF8" },
    });
  });

  test("nothing of it can be read without the key, and the key is neither in the store nor in the manifest", async () => {
    const everything = await rig.shell(
      "s3",
      "find /data/backups/archive -type f -exec cat {} + | tr -cd '[:print:]\\n'",
    );
    expect(everything).toContain("age-encryption.org");
    for (const clear of ["orders 500", "PGDMP", "CREATE TABLE", "SCRAM-SHA-256", rig.passphrase, "AGE-SECRET-KEY"])
      expect(everything).not.toContain(clear);
  });

  test("rows written while the dump runs are neither in it nor in its manifest: both are of one snapshot", async () => {
    const writing = rig.asOwner(
      "orders",
      "DO $$ BEGIN FOR n IN 1..400 LOOP INSERT INTO items (name) VALUES ('late ' || n); COMMIT; PERFORM pg_sleep(0.01); END LOOP; END $$",
    );
    const { id } = await rig.job("dump-db-orders");
    expect((await writing).err).toBe("");
    const [verified] = await rig.ask<{ depth: string; id: string }[]>([
      "verify-archive",
      "--database",
      "orders",
      "--id",
      id,
    ]);
    expect(verified).toMatchObject({ id, depth: "whole" });
    const report = await rig.ask<{ rows: number; database: string; beside: string }>([
      "restore",
      "--database",
      "orders",
      "--id",
      id,
      "--keep-beside",
    ]);
    expect(Number(await rig.sql(report.beside, "SELECT count(*) FROM items")) + 100).toBe(report.rows);
    await rig.sql("postgres", `DROP DATABASE ${report.beside}`);
  });

  test.each([
    ["cut off by 40 %", "truncate -s $(( $(stat -c %s $f) * 6 / 10 )) $f", /bytes instead of/],
    [
      "with one byte changed",
      "printf X | dd of=$f bs=1 seek=$(( $(stat -c %s $f) / 2 )) conv=notrunc status=none",
      /checksum/,
    ],
    ["with a changed manifest", "sed -i s/1000/1001/ $(dirname $f)/manifest.json", /checksum/],
  ])("a dump %s is found out, never restored, and stands for no day any more", async (_, damage, words) => {
    const { id } = await rig.job("dump-db-people");
    await rig.shell("s3", `f=/data/backups/archive/db/people/${id}/dump.age; ${damage}`);
    const verified = await rig.backup(["verify-archive", "--database", "people"]);
    expect(verified.code).toBe(1);
    expect(verified.err).toMatch(words);
    const restored = await rig.backup(["restore", "--database", "people"]);
    expect(restored.code).toBe(1);
    expect(restored.err).toMatch(words);
    expect(await rig.sql("people", "SELECT count(*) FROM items")).toBe("1000");
    expect(await rig.sql("postgres", "SELECT count(*) FROM pg_database WHERE datname LIKE 'people%'")).toBe("1");
    const { archives } = await rig.ask<Listed>(["list", "--database", "people"]);
    expect(archives[0]).toMatchObject({ id, state: "failed", keptFor: ["newest"] });
  });

  test("the archive before a broken one still restores", async () => {
    const { id } = await rig.job("dump-db-people");
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const broken = await rig.job("dump-db-people");
    await rig.shell("s3", `truncate -s 100 /data/backups/archive/db/people/${broken.id}/dump.age`);
    const restored = await rig.ask<{ rows: number; from: string }>(["restore", "--database", "people", "--id", id]);
    expect(restored).toMatchObject({ rows: 1100, from: `archive ${id}` });
  });

  test("a dump that cannot be stored whole leaves no archive: one without a manifest is none, and goes after a day", async () => {
    const before = (await rig.ask<Listed>(["list"])).archives.length;
    await rig.docker("pause", rig.container("s3"));
    const failing = rig.backup(["job", "dump-db-orders"]);
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await rig.docker("kill", rig.container("s3"));
    const { code, err } = await failing;
    expect(code).toBe(1);
    expect(err).toMatch(/rclone/);
    await rig.docker("start", rig.container("s3"));
    await rig.shell(
      "s3",
      "cd /data/backups/archive/db/orders && mkdir 20260101T020000Z && echo half > 20260101T020000Z/dump.age",
    );
    await until(20, async () => (await rig.backup(["list"])).code === 0);
    const { archives } = await rig.ask<Listed>(["list"]);
    expect(archives.filter((each) => each.complete)).toHaveLength(before);
    expect(archives.find((each) => each.id === "20260101T020000Z")).toMatchObject({ complete: false, keptFor: [] });
    const refused = await rig.backup(["restore", "--database", "orders", "--id", "20260101T020000Z"]);
    expect(refused.err).toMatch(/there is no archive 20260101T020000Z of orders/);
    await rig.job("prune-nightly");
    expect(await rig.shell("s3", "ls /data/backups/archive/db/orders")).not.toContain("20260101T020000Z");
  });
});
