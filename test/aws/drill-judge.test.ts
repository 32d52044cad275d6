import { execFileSync } from "node:child_process";
import { expected, judge } from "../../components/backup-schedule/drill-judge";
import { connectTo } from "../../components/targets/aws/database-client";
import type { Login } from "../../components/targets/aws/rotation";
import { describeWith, environmentOf, imageOf } from "../lab";

const MASTER: Login = { username: "bulwark_master", password: "master-of-the-test" };
const ROOT: Login = { username: "postgres", password: "root-of-the-test" };
const NAME = `bulwark-judge-test-${process.pid}`;
const HOUR = 3_600_000;

test("what must be there is what the server held that was backed up, or what all of them hold", () => {
  const servers = [
    { arn: "one", databases: ["orders", "bills"] },
    { arn: "two", databases: ["bills"] },
  ];
  expect(expected({ source: "one", servers })).toEqual(["orders", "bills"]);
  expect(expected({ source: "", servers })).toEqual(["bills"]);
  expect(expected({ source: "", servers: [] })).toEqual([]);
});

describeWith(["docker", "image-postgres"], "the judge of a restored server, whose master is no superuser", () => {
  const docker = (...words: string[]): string =>
    execFileSync("docker", words, { encoding: "utf8", env: environmentOf(["docker"]) }).trim();
  let connect: ReturnType<typeof connectTo>;
  const as = async (login: Login, database: string, ...statements: string[]): Promise<void> => {
    const session = await connect(login, database);
    for (const statement of statements) await session.run(statement);
    await session.close();
  };

  beforeAll(async () => {
    const image = imageOf("image-postgres");
    const settings = ["-e", `POSTGRES_PASSWORD=${ROOT.password}`, "-p", "127.0.0.1::5432"];
    docker("run", "-d", "--rm", "--name", NAME, ...settings, image, "postgres", "-c", "listen_addresses=*");
    connect = connectTo("127.0.0.1", Number(docker("port", NAME, "5432").split(":").pop()), false);
    for (let turn = 0; ; turn++) {
      try {
        await as(
          ROOT,
          "template1",
          `CREATE ROLE ${MASTER.username} LOGIN CREATEDB CREATEROLE PASSWORD '${MASTER.password}'`,
        );
        break;
      } catch (error) {
        if (turn > 60) throw error;
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    const owner: Login = { username: "orders_user", password: "owner-of-the-test" };
    await as(
      MASTER,
      "postgres",
      `CREATE ROLE ${owner.username} LOGIN PASSWORD '${owner.password}'`,
      `GRANT ${owner.username} TO CURRENT_USER WITH SET TRUE, INHERIT FALSE`,
      `CREATE DATABASE orders OWNER ${owner.username}`,
      "REVOKE ALL ON DATABASE orders FROM PUBLIC",
      `GRANT CONNECT ON DATABASE orders TO ${MASTER.username}`,
    );
    await as(
      owner,
      "orders",
      'CREATE TABLE "Stock; DROP" (id int PRIMARY KEY, note text)',
      `INSERT INTO "Stock; DROP" SELECT n, repeat('x', 500) FROM generate_series(1, 5000) n`,
      "CREATE SCHEMA archive",
      "CREATE TABLE archive.years (year int) PARTITION BY RANGE (year)",
      "CREATE TABLE archive.y2026 PARTITION OF archive.years FOR VALUES FROM (2026) TO (2027)",
      "INSERT INTO archive.years VALUES (2026)",
      "CREATE UNLOGGED TABLE scratch (id int)",
    );
  }, 120_000);
  afterAll(() => docker("rm", "-f", NAME));

  test("reads the tables of every owner, whatever their names and schemas", async () => {
    expect(await judge(["orders"], connect, MASTER, Date.now() + HOUR)).toEqual({
      sound: true,
      message: "1 databases, 2 tables with 5001 rows read whole",
      tables: 2,
      rows: 5001,
      unread: 0,
    });
  });

  test("a database that is not there is not restored", async () => {
    expect(await judge(["orders", "bills"], connect, MASTER, Date.now() + HOUR)).toMatchObject({
      sound: false,
      message: "not restored: bills",
    });
  });

  test("a server of which nothing was read in time is not sound", async () => {
    const late = await judge(["orders"], connect, MASTER, Date.now() - 1);
    expect(late).toMatchObject({ sound: false, tables: 0, unread: 2 });
    expect(late.message).toContain("the time did not suffice");
  });

  test("a table with a damaged page is found, and named", async () => {
    const session = await connect(ROOT, "orders");
    const [path = ""] = await session.run(`SELECT pg_relation_filepath('"Stock; DROP"')`);
    await session.run("CHECKPOINT");
    await session.close();
    docker(
      "exec",
      NAME,
      "sh",
      "-c",
      `printf damaged | dd of="$PGDATA/${path}" bs=1 seek=100000 conv=notrunc status=none`,
    );
    docker("restart", NAME);
    const port = Number(docker("port", NAME, "5432").split(":").pop());
    connect = connectTo("127.0.0.1", port, false);
    for (let turn = 0; turn < 60; turn++) {
      const up = await as(ROOT, "postgres", "SELECT 1").then(
        () => true,
        () => false,
      );
      if (up) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const verdict = await judge(["orders"], connect, MASTER, Date.now() + HOUR);
    expect(verdict.sound).toBe(false);
    expect(verdict.message).toMatch(/^orders\.public\."Stock; DROP" cannot be read: invalid page/);
  }, 60_000);
});
