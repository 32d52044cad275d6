import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, environmentOf } from "../lab";
import { type Ended, folder, ROOT, removeFolders } from "../ops/command";
import { PARTS, Rig, run } from "./rig";

jest.setTimeout(400_000);
afterAll(removeFolders);

const PROGRAM = `
const { SurveillanceVpc } = require("./dist/components");
const { ComposeHost } = require("./dist/components/compose");
const host = process.env.DOCKER_HOST;
const target = new ComposeHost("host", { environment: "dev", cpus: 4, memory: "8 GiB", host, prefix: process.env.RIG });
new SurveillanceVpc("network", { target });
`;

describeWith(PARTS, "the commands, against a runner on a Docker host", () => {
  let rig: Rig;
  const project = folder();
  beforeAll(async () => {
    rig = await Rig.start({ wal: true });
    writeFileSync(
      join(project, "Pulumi.yaml"),
      "name: site\nruntime:\n  name: nodejs\n  options: { typescript: false }\nmain: program.cjs\n",
    );
    writeFileSync(join(project, "Pulumi.site.yaml"), "config: {}\n");
    writeFileSync(join(project, "program.cjs"), PROGRAM);
    for (const link of ["dist", "node_modules"]) symlinkSync(join(ROOT, link), join(project, link));
  });
  afterAll(async () => await rig?.remove());

  /** As a user without a terminal: standard input is empty. */
  const bulwark = async (...args: readonly string[]): Promise<Ended> => {
    const main = join(ROOT, "dist/ops/main.js");
    const variables = { ...environmentOf(PARTS), RIG: rig.project };
    const set = ["DOCKER_HOST", "DOCKER_CONFIG", "PATH", "RIG"].map(
      (name) => `${name}=${variables[name as "RIG"] ?? ""}`,
    );
    return await run("env", [...set, process.execPath, main, ...args, "--cwd", project]);
  };

  test("backup now: the jobs run as the scheduler runs them, and list shows what came of it", async () => {
    expect(await bulwark("backup", "now", "site", "--kind", "full")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^full-db: \d{8}-\d{6}F, /),
    });
    const made = await bulwark("backup", "now", "site");
    expect(made.err).toMatch(/orders: dumping/);
    expect(
      made.out
        .trim()
        .split("\n")
        .map((line) => line.split(":")[0]),
    ).toEqual(["dump-db-orders", "dump-db-people", "incremental-db"]);
    expect(made.code).toBe(0);
    const { out } = await bulwark("backup", "list", "site");
    expect(out).toMatch(/Jobs of nightly \(prod\)[\s\S]*dump-db-orders +dump +\d+ (s|min) ago/);
    expect(out).toMatch(/Archives\n +\d{8}T\d{6}Z +db\/orders .* verified +daily, weekly, monthly, yearly, newest/);
    expect(out).toMatch(/Physical backups[\s\S]*db +incr/);
    const listing = JSON.parse((await bulwark("backup", "list", "site", "--json", "--database", "people")).out);
    expect(listing.archives.map((each: { database: string }) => each.database)).toEqual(["people"]);
  });

  test("a failed job is told with its reason, and ends with 1", async () => {
    rig.configure((config) => ({ ...config, recipients: ["age1nobody"] }));
    const { code, out } = await bulwark("backup", "now", "site", "--job", "dump-db-orders");
    rig.configure((config) => ({ ...config, recipients: [] }));
    expect(code).toBe(1);
    expect(out).toMatch(/^dump-db-orders: FAILED: age ended with 1/);
    expect((await bulwark("backup", "now", "site", "--job", "nonsense")).err).toMatch(
      /No job fits\. Jobs: dump-db-orders/,
    );
  });

  test("verify reads archives back whole", async () => {
    const { code, out } = await bulwark("backup", "verify", "site", "--database", "orders");
    expect([code, out]).toEqual([0, expect.stringMatching(/^orders\/\d{8}T\d{6}Z: decrypted and read back whole\n$/)]);
  });

  test("restore: says which database is meant, shows the steps, changes nothing in production without the typed name", async () => {
    expect((await bulwark("restore", "site")).err).toMatch(
      /Say which with --database and --source: orders \(on db\), people \(on db\)/,
    );
    expect((await bulwark("restore", "site", "--database", "order")).err).toMatch(/no such database/);
    const dry = await bulwark("restore", "site", "--database", "orders", "--dry-run");
    expect(dry.out).toMatch(
      /orders on db \(prod\) from archive .*\n +1\. download[\s\S]*swap the names in one transaction/,
    );
    await rig.asOwner("orders", "INSERT INTO items (name) VALUES ('since the backup')");
    for (const more of [[], ["--confirm", "dev"], ["--confirm", "orders"]]) {
      const refused = await bulwark("restore", "site", "--database", "orders", ...more);
      expect(refused.code).toBe(2);
      expect(refused.err).toMatch(/--confirm prod|nothing was changed/);
    }
    expect((await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim()).toBe("1001");
    expect((await bulwark("restore", "site", "--database", "orders", "--at", "2026-01-01 10:00")).err).toMatch(
      /write a time with its offset/,
    );
  });

  test("restore, undo, beside and swap", async () => {
    const count = async () => (await rig.asOwner("orders", "SELECT count(*) FROM items")).out.trim();
    const confirm = ["--confirm", "prod", "--database", "orders"];
    const restored = await bulwark("restore", "site", ...confirm);
    expect(restored.err).toMatch(/loading the dump[\s\S]*swapping the names/);
    expect(restored.out).toMatch(
      /^orders: 1100 rows from archive .* every table compared\norders is in use; the one before is kept as orders_old_/,
    );
    expect([restored.code, await count()]).toEqual([0, "1000"]);
    expect((await bulwark("restore", "site", "--undo", ...confirm)).code).toBe(0);
    expect(await count()).toBe("1001");
    const beside = /stands beside as (\w+)/.exec(
      (await bulwark("restore", "site", "--database", "orders", "--keep-beside")).out,
    )?.[1];
    expect(await count()).toBe("1001");
    expect((await bulwark("restore", "site", ...confirm, "--swap", beside ?? "")).code).toBe(0);
    expect(await count()).toBe("1000");
  });

  test("drill: all tiers, figures and a signed report in a file", async () => {
    const { code, out, err } = await bulwark("drill", "site", "--out", join(project, "report.json"));
    expect(err).not.toMatch(/FAILED/);
    expect(out).toMatch(
      /Drill \d{8}T\d{6}Z of db \(prod\)\n +ok +operational[\s\S]*ok +archive +orders[\s\S]*RTO \d+ (s|min) of 4 h; RPO \d+ (s|min) of 60 min\n/,
    );
    expect(code).toBe(0);
    const { reports } = JSON.parse(readFileSync(join(project, "report.json"), "utf8"));
    expect(reports).toEqual([
      expect.objectContaining({ genuine: true, signature: expect.objectContaining({ algorithm: "ed25519" }) }),
    ]);
    expect((await bulwark("drill", "site", "--last")).out).toContain(reports[0].report.id);
  });

  test("the recovery key: exported for its owner alone, confirmed by who holds the copy, and doctor asks for it until then", async () => {
    expect((await bulwark("backup", "key", "status", "site")).out).toMatch(/NOT CONFIRMED/);
    const file = join(project, "recovery.key");
    const exported = await bulwark("backup", "key", "export", "site", "--out", file);
    expect([exported.code, exported.out]).toEqual([0, ""]);
    expect(exported.err).not.toContain(rig.passphrase);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect((await bulwark("backup", "key", "export", "site", "--out", file)).err).toMatch(/not written/);
    const confirmed = await bulwark(
      "backup",
      "key",
      "confirm",
      "site",
      "--copy",
      file,
      "--where",
      "the safe",
      "--by",
      "Ada",
    );
    expect(confirmed).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Confirmed: a copy of [0-9a-f-]+ is kept in the safe\.\n$/),
    });
    expect(await bulwark("backup", "key", "status", "site")).toMatchObject({
      code: 0,
      out: expect.stringMatching(/by Ada: the safe/),
    });
  });

  test("no runner that is up is said in plain words", async () => {
    await rig.docker("stop", "-t", "1", rig.container("runner"));
    const { code, err } = await bulwark("backup", "list", "site");
    expect([code, err]).toEqual([1, expect.stringMatching(/^No backup runner of stack site is up on the Docker host/)]);
  });
});
