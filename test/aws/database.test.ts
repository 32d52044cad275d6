import { ManagedPostgres, type ManagedPostgresArgs, type PostgresOnAws } from "../../components";
import { networkOf } from "../contract/shop";
import { withMocks } from "../mocks/program";
import { ends } from "./shop-with-alerts";

const database = (aws: PostgresOnAws, args: Partial<ManagedPostgresArgs> = {}) =>
  withMocks(() => {
    const vpc = networkOf("aws", { environment: "prod" });
    new ManagedPostgres("db", {
      vpc,
      databases: { orders: {} },
      memory: "8 GiB",
      cpus: 2,
      storage: "100 GiB",
      ...args,
      aws,
    });
  });

test("a server made of a snapshot, or of a point in time, is not made again when the source is taken away", async () => {
  const sources: readonly (readonly [PostgresOnAws["restoreFrom"], object])[] = [
    [{ snapshot: "shop-db-final" }, { snapshotIdentifier: "shop-db-final" }],
    [
      { server: "shop-db", at: "2026-11-21T09:30:00Z" },
      { restoreToPointInTime: { sourceDbInstanceIdentifier: "shop-db", restoreTime: "2026-11-21T09:30:00Z" } },
    ],
    [
      { server: "shop-db" },
      { restoreToPointInTime: { sourceDbInstanceIdentifier: "shop-db", useLatestRestorableTime: true } },
    ],
  ];
  for (const [restoreFrom, inputs] of sources) {
    const program = await database(restoreFrom === undefined ? {} : { restoreFrom });
    const db = program.one("rds/instance:Instance", "db");
    expect(db.inputs).toMatchObject(inputs);
    expect(db.ignoreChanges).toEqual(["snapshotIdentifier", "restoreToPointInTime"]);
  }
});

test("the machine is looked at from inside on demand alone, by a role that may write its log", async () => {
  const plain = await database({});
  expect(plain.one("rds/instance:Instance", "db").inputs).not.toHaveProperty("monitoringInterval");
  expect(plain.ofType("iam/role:Role").map((each) => each.name)).not.toContain("db-observer");
  const program = await database({ monitoringInterval: 15 }, { replicas: 1 });
  for (const name of ["db", "db-replica-1"]) {
    const server = program.one("rds/instance:Instance", name);
    expect(server.inputs["monitoringInterval"]).toBe(15);
    expect(
      ends(program, server, "monitoringRoleArn")
        .map((each) => each.type)
        .sort(),
    ).toEqual(["aws:iam/role:Role", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"]);
  }
});

test("an upgrade to another major version goes in order: the new parameter group, the server at once, then its replicas", async () => {
  const replicas = { replicas: 1 };
  const [before, after] = await Promise.all([
    database({ engineVersion: "17" }, replicas),
    database({ engineVersion: "18", allowMajorUpgrade: true }, replicas),
  ]);
  const group = "rds/parameterGroup:ParameterGroup";
  expect(before.ofType(group).map((each) => [each.name, each.inputs["family"]])).toEqual([
    ["db-postgres17", "postgres17"],
  ]);
  expect(after.ofType(group).map((each) => [each.name, each.inputs["family"]])).toEqual([
    ["db-postgres18", "postgres18"],
  ]);
  expect(before.one("rds/instance:Instance", "db").inputs["applyImmediately"]).toBe(false);
  const [server, replica] = ["db", "db-replica-1"].map((name) => after.one("rds/instance:Instance", name));
  expect(server?.inputs).toMatchObject({ engineVersion: "18", allowMajorVersionUpgrade: true, applyImmediately: true });
  expect(replica?.inputs).toMatchObject({ applyImmediately: true });
  // The replica's version is that of the server it follows.
  expect(replica?.inputs).not.toHaveProperty("engineVersion");
  if (server === undefined || replica === undefined) throw new Error("no server");
  expect(ends(after, server, "parameterGroupName").map((each) => each.name)).toEqual(["db-postgres18"]);
  expect(ends(after, replica, "replicateSourceDb")).toEqual([server]);
});
