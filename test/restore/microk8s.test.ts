import { BackupSchedule, ManagedPostgres, RedisCache, StorageBucket, SurveillanceVpc } from "../../components";
import { MicroK8s } from "../../components/targets/microk8s";
import { describeWith } from "../lab";
import { withMocks } from "../mocks/program";
import { Node } from "./node";
import { type Ended, PARTS, superuser, until } from "./rig";

jest.setTimeout(300_000);

const SUCCESS = "backup_last_success_timestamp_seconds";

describeWith([...PARTS, "image-valkey"], "backups of a cluster, each pod run as its manifest says", () => {
  let node: Node;

  beforeAll(async () => {
    const program = await withMocks(() => {
      const size = { environment: "staging", cpus: 8, memory: "16 GiB", context: "microk8s" } as const;
      const target = new MicroK8s("node", { ...size, namespace: "shop" });
      const vpc = new SurveillanceVpc("network", { target, certificates: { mode: "internal" } });
      const databases = { orders: { owner: "orders_user" } };
      const db = new ManagedPostgres("db", { vpc, databases, memory: "512 MiB", cpus: 1, storage: "1 GiB" });
      const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "64 MiB", cpus: 0.5 });
      new BackupSchedule("backups", {
        vpc,
        sources: [db, cache],
        encryption: { passphrase: "generated" },
        store: new StorageBucket("store", { vpc, storage: "1 GiB" }),
        jitter: "1 second",
      });
    });
    node = new Node(program);
    await node.prepare();
    await node.start("StatefulSet", "store");
    await node.start("StatefulSet", "cache");
    good(await node.job("Job", "store-provision"));
    await node.start("StatefulSet", "db");
    good(await node.job("Job", "db-provision"));
    await sql("CREATE TABLE items (name text); INSERT INTO items SELECT n FROM generate_series(1, 1000) n");
    await node.start("StatefulSet", "backups");
  });
  afterAll(async () => await node?.remove());

  const sql = async (text: string): Promise<string> =>
    good(await node.exec("db", superuser("orders", text))).out.trim();
  const metrics = async (): Promise<string> => {
    const script = "fetch('http://backups:9188/metrics').then((a) => a.text()).then(console.log)";
    return (await node.exec("backups", ["node", "-e", script])).out;
  };
  const value = async (name: string, kind: string): Promise<number> =>
    Number(new RegExp(`^${name}\\{[^}]*kind="${kind}",target="microk8s"\\} (.*)$`, "m").exec(await metrics())?.[1]);

  it("the runner makes the first copies by itself, and sees the WAL arrive in the store", async () => {
    await until(180, async () => {
      const found = await Promise.all(["full", "dump", "copy", "wal"].map((kind) => value(SUCCESS, kind)));
      return found.every((each) => each > 0);
    });
    expect(await value("backup_last_exit_code", "wal")).toBe(0);
  });

  it("a CronJob's pod runs its job under the same lock and state: the runner's metrics tell of it", async () => {
    await sql("INSERT INTO items SELECT n FROM generate_series(1001, 1500) n");
    const before = await value(SUCCESS, "dump");
    for (const job of ["backups-dump-db-orders", "backups-incremental-db", "backups-copy-cache", "backups-verify-db"]) {
      const { out } = good(await node.job("CronJob", job));
      expect(JSON.parse(out.trim().split("\n").at(-1) ?? "")).toMatchObject({ ok: true, schedule: "backups" });
    }
    expect(await value(SUCCESS, "dump")).toBeGreaterThan(before);
  });

  it("a restore by the runner brings back what was lost, and can be undone", async () => {
    await sql("TRUNCATE items");
    good(await node.exec("backups", ["bulwark-backup", "restore", "--database", "orders"]));
    expect(await sql("SELECT count(*) FROM items")).toBe("1500");
    good(await node.exec("backups", ["bulwark-backup", "undo", "--database", "orders"]));
    expect(await sql("SELECT count(*) FROM items")).toBe("0");
  });

  it("a drill in its own pod restores both tiers within its memory, and meets the objectives", async () => {
    good(await node.job("CronJob", "backups-drill-db"));
    const text = await metrics();
    expect(text).toMatch(/^restore_drill_last_success_timestamp_seconds\{.*target="microk8s"\} \d+/m);
  });

  it("no pod of the backups may write to the server's data", async () => {
    const { code, err } = await node.exec("backups", ["touch", "/var/lib/postgresql/data/pgdata/x"]);
    expect([code, err]).toEqual([1, expect.stringContaining("Read-only file system")]);
  });
});

function good(ended: Ended): Ended {
  if (ended.code !== 0) throw new Error(ended.err || ended.out);
  return ended;
}
