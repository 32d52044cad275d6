import { execFileSync } from "node:child_process";
import type { ManagedPostgresArgs } from "../../components";
import { provision, rotateRole } from "../../components/managed-postgres/keeper";
import { provisionSql } from "../../components/managed-postgres/provision";
import { verifierMark } from "../../components/managed-postgres/script";
import { resolvePostgres } from "../../components/managed-postgres/spec";
import { connectTo } from "../../components/targets/aws/database-client";
import type { Login, Secrets } from "../../components/targets/aws/rotation";
import { networkOf } from "../contract/shop";
import { describeWith, environmentOf, imageOf } from "../lab";
import { withMocks } from "../mocks/program";

const MASTER: Login = { username: "bulwark_master", password: "master-of-the-test" };
const NAME = `bulwark-keeper-test-${process.pid}`;

/** What the program would send for these arguments. */
async function request(more: Partial<ManagedPostgresArgs> = {}) {
  let sent: Parameters<typeof provision>[0] | undefined;
  await withMocks(() => {
    const spec = resolvePostgres("db", {
      vpc: networkOf("aws"),
      databases: { orders: { extensions: ["pgcrypto"] } },
      roles: { reporting: { database: "orders", access: "readonly" } },
      memory: "1 GiB",
      cpus: 1,
      storage: "20 GiB",
      ...more,
    });
    const secrets = spec.roles.map((role) => ({ role: role.name, verifier: verifierMark(role.name) }));
    sent = {
      sql: provisionSql(spec, secrets, "rds"),
      roles: spec.roles.map((role) => ({ role: role.name, database: role.database, secret: role.name })),
      rotation: spec.rotation,
    };
  });
  if (sent === undefined) throw new Error("nothing was resolved");
  return sent;
}

/** Secrets Manager as far as rotation uses it. */
function memory() {
  const versions = new Map<string, Map<string, Login>>();
  const current = new Map<string, string>();
  const of = (id: string) => versions.get(id) ?? new Map<string, Login>();
  const secrets: Secrets = {
    read: async (id, stage, version) => of(id).get(stage === "AWSCURRENT" ? (current.get(id) ?? "") : (version ?? "")),
    write: async (id, version, stage, login) => {
      versions.set(id, of(id).set(version, login));
      if (stage === "AWSCURRENT") current.set(id, version);
    },
    promote: async (id, version) => {
      current.set(id, version);
    },
  };
  const login = (id: string): Login => of(id).get(current.get(id) ?? "") ?? { username: "", password: "" };
  return { secrets, login };
}

describeWith(
  ["docker", "image-postgres"],
  "the keeper of the roles, against a server whose master is no superuser",
  () => {
    const docker = (...words: string[]): string =>
      execFileSync("docker", words, { encoding: "utf8", env: environmentOf(["docker"]) }).trim();
    const { secrets, login } = memory();
    let connect: ReturnType<typeof connectTo>;

    beforeAll(async () => {
      const image = imageOf("image-postgres");
      docker(
        "run",
        "-d",
        "--rm",
        "--name",
        NAME,
        "-e",
        "POSTGRES_PASSWORD=root-of-the-test",
        "-p",
        "127.0.0.1::5432",
        image,
        "postgres",
        "-c",
        "listen_addresses=*",
      );
      connect = connectTo("127.0.0.1", Number(docker("port", NAME, "5432").split(":").pop()), false);
      const root: Login = { username: "postgres", password: "root-of-the-test" };
      for (let turn = 0; ; turn++) {
        try {
          const session = await connect(root, "template1");
          // The master of Amazon RDS may make extensions that are not trusted; here it finds this one made.
          await session.run("CREATE EXTENSION pg_stat_statements");
          await session.run(`CREATE ROLE ${MASTER.username} LOGIN CREATEDB CREATEROLE PASSWORD '${MASTER.password}'`);
          await session.close();
          return;
        } catch (error) {
          if (turn > 60) throw error;
          await new Promise((resolve) => setTimeout(resolve, 1000));
        }
      }
    }, 120_000);
    afterAll(() => docker("rm", "-f", NAME));

    test("makes databases, owners, roles and extensions, and doing it again changes no password", async () => {
      await provision(await request(), secrets, connect, MASTER);
      const before = login("orders_user").password;
      expect(before).toHaveLength(40);
      await provision(await request(), secrets, connect, MASTER);
      expect(login("orders_user").password).toBe(before);
      const owner = await connect(login("orders_user"), "orders");
      await owner.run("CREATE TABLE stock (id int)");
      await owner.run("INSERT INTO stock VALUES (7)");
      expect(await owner.run("SELECT extname FROM pg_extension WHERE extname = 'pgcrypto'")).toEqual(["pgcrypto"]);
      expect(await owner.run("SELECT rolsuper::text FROM pg_roles WHERE rolname = current_user")).toEqual(["false"]);
      await owner.close();
    });

    test("lets a role with readonly read what the owner made later, and not write", async () => {
      const reader = await connect(login("reporting"), "orders");
      expect(await reader.run("SELECT id FROM stock")).toEqual(["7"]);
      await expect(reader.run("INSERT INTO stock VALUES (8)")).rejects.toThrow(/permission denied/);
      await reader.close();
    });

    test("adds a database beside the first, and takes the login from a role that is gone", async () => {
      await provision(await request({ databases: { orders: {}, invoices: {} }, roles: {} }), secrets, connect, MASTER);
      const other = await connect(login("invoices_user"), "invoices");
      expect(await other.run("SELECT current_database()")).toEqual(["invoices"]);
      await other.close();
      const gone = await connect(login("reporting"), "orders");
      await expect(gone.run("SELECT 1")).rejects.toThrow(/not permitted to log in/);
    });

    test("another rotation gives new passwords, and Secrets Manager's own rotation one more", async () => {
      const before = login("orders_user");
      await provision(await request({ rotation: "2" }), secrets, connect, MASTER);
      expect(login("orders_user").password).not.toBe(before.password);
      await expect(connect(before, "orders").then((each) => each.run("SELECT 1"))).rejects.toThrow(
        /authentication failed/,
      );
      const second = login("orders_user").password;
      for (const Step of ["createSecret", "setSecret", "testSecret", "finishSecret"] as const)
        await rotateRole({ Step, SecretId: "orders_user", ClientRequestToken: "third" }, secrets, connect, MASTER);
      expect(login("orders_user").password).not.toBe(second);
      const session = await connect(login("orders_user"), "orders");
      expect(await session.run("SELECT id FROM stock")).toEqual(["7"]);
      await session.close();
      const third = login("orders_user").password;
      await provision(await request({ rotation: "2" }), secrets, connect, MASTER);
      expect(login("orders_user").password).toBe(third);
    });
  },
);
