import { ArgumentError } from "../../components/core/errors";
import { ManagedPostgres } from "../../components/managed-postgres";
import { ServiceDeployment, type ServiceDeploymentArgs } from "../../components/service-deployment";
import type { TargetKind } from "../../components/targets/target";
import { withMocks } from "../mocks/program";
import { variablesOf } from "./read";
import { IMAGE, KINDS, networkOf } from "./shop";

/** A server for 200 connections, and services with pools of a size. */
function pooled(kind: TargetKind, pool: number, services: Readonly<Record<string, Partial<ServiceDeploymentArgs>>>) {
  return withMocks(() => {
    const vpc = networkOf(kind);
    const db = new ManagedPostgres("db", {
      vpc,
      databases: { orders: {} },
      memory: "1 GiB",
      cpus: 1,
      storage: "20 GiB",
      maxConnections: 200,
    });
    for (const [name, args] of Object.entries(services)) {
      new ServiceDeployment(name, { vpc, image: IMAGE, cpus: 0.5, links: [db.as({ pool })], ...args });
    }
  });
}

async function refusal(program: Promise<unknown>): Promise<string> {
  const error = await program.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ArgumentError)) throw new Error("the program was accepted");
  return error.message;
}

/** Replicas that run at once while the next version replaces the one before. */
const AT_ONCE: Readonly<Record<TargetKind, number>> = { compose: 2, microk8s: 3, aws: 4 };

describe.each(KINDS)("on %s", (kind) => {
  test("the pools of all replicas, those of the next version too, must fit into max_connections (X-30)", async () => {
    const most = Math.floor((200 - 6) / AT_ONCE[kind]);
    await pooled(kind, most, { api: { replicas: 2 } });
    const said = await refusal(pooled(kind, most + 1, { api: { replicas: 2 } }));
    expect(said).toContain(`api ${AT_ONCE[kind]} × ${most + 1} = ${AT_ONCE[kind] * (most + 1)} connections`);
    expect(said).toContain("194 (maxConnections 200 less 6 that are kept free)");
  });

  test("the sum is over all services, and names each (X-30)", async () => {
    const said = await refusal(pooled(kind, 60, { api: { replicas: 1 }, stock: { replicas: 3 } }));
    expect(said).toMatch(/api \d × 60 \+ stock \d × 60 = \d+ connections/);
  });

  test("a service finds its pool's size; without one nothing is counted", async () => {
    const program = await pooled(kind, 15, { api: { replicas: 1 } });
    expect(variablesOf(kind, program, "api").find((each) => each.name === "DB_POOL_SIZE")?.value).toBe("15");
  });

  test.each([0, -1, 1.5, Number.NaN])("a pool of %p is refused", async (pool) => {
    expect(await refusal(pooled(kind, pool, { api: { replicas: 1 } }))).toContain("a whole number from 1");
  });
});

test("20 pods of 4 workers with 30 connections each do not fit a server of 200 (X-30)", async () => {
  const said = await refusal(pooled("microk8s", 4 * 30, { api: { replicas: 3, scaling: { max: 20 } } }));
  expect(said).toContain("api 21 × 120 = 2520 connections");
});

test("replicas with volumes of their own are replaced in their place, and a migration counts as one (X-30)", async () => {
  const volumes = { data: { path: "/data", size: "1 GiB" } } as const;
  const said = (services: Parameters<typeof pooled>[2]) => refusal(pooled("microk8s", 100, services));
  expect(await said({ api: { replicas: 2, volumes } })).toContain("api 2 × 100 = 200");
  expect(await said({ api: { replicas: 1, volumes, migration: { command: ["migrate"] } } })).toContain(
    "api 2 × 100 = 200",
  );
});
