import { reaches } from "./reach";
import { texts, variablesOf, workloadOf } from "./read";
import { API_KEY, KINDS, shop } from "./shop";

describe.each(KINDS)("on %s", (kind) => {
  test("a link to a database gives the variables of PG-11, a link to a service its address", async () => {
    const program = await shop(kind);
    const variables = new Map(variablesOf(kind, program, "api").map((each) => [each.name, each]));
    expect([...variables.keys()].filter((name) => name !== "DB_CA").sort()).toEqual([
      "API_KEY",
      "DB_HOST",
      "DB_NAME",
      "DB_PASSWORD",
      "DB_PORT",
      "DB_SSLMODE",
      "DB_USER",
      "LOG_LEVEL",
      "STOCK_HOST",
      "STOCK_PORT",
      "STOCK_URL",
    ]);
    expect(variables.get("DB_PORT")?.value).toBe("5432");
    expect(variables.get("DB_NAME")?.value).toBe("orders");
    expect(variables.get("DB_USER")?.value).toBe("orders_user");
    expect(variables.get("DB_HOST")?.value).not.toMatch(/:\d/);
    expect(variables.get("STOCK_URL")?.value).toBe(`http://${variables.get("STOCK_HOST")?.value}:8000`);
    expect(["verify-full", "require"]).toContain(variables.get("DB_SSLMODE")?.value);
    expect(variables.get("DB_PASSWORD")?.byReference).toBe(true);
    expect(variables.get("API_KEY")?.byReference).toBe(true);
    expect(variablesOf(kind, program, "stranger")).toEqual([]);
  });

  test("no secret is in clear in any input, and the workload holds none at all (SEC-06)", async () => {
    const program = await shop(kind);
    const hidden = (text: string): boolean => text.includes(API_KEY) || text.includes("generated-password-of-");
    const leaks = program.resources.flatMap((each) =>
      texts(each.inputs)
        .filter(({ text }) => hidden(text))
        .filter(({ path }) => !each.secrets.some((secret) => path === secret || path.startsWith(`${secret}.`)))
        .map(({ path }) => `${each.urn} ${path}`),
    );
    expect(leaks).toEqual([]);
    const kept = program.resources.filter((each) => texts(each.inputs).some(({ text }) => text.includes(API_KEY)));
    expect(kept.length).toBeGreaterThan(0);
    expect(texts(workloadOf(kind, program, "api").inputs).filter(({ text }) => hidden(text))).toEqual([]);
  });

  test("a way through the network exists exactly where a link does (VPC-04, VPC-13)", async () => {
    const program = await shop(kind);
    const ways = ["api", "stock", "stranger"].flatMap((from) =>
      [
        { to: "db", port: 5432 },
        { to: "stock", port: 8000 },
        { to: "api", port: 8000 },
        { to: "stranger", port: 8000 },
      ]
        .filter(({ to, port }) => from !== to && reaches(kind, program, from, to, port))
        .map(({ to }) => `${from} -> ${to}`),
    );
    expect(ways).toEqual(["api -> db", "api -> stock"]);
  });

  test("a link opens the port of the server and no other", async () => {
    const program = await shop(kind);
    const others =
      kind === "compose" ? [] : [22, 80, 443, 5433].filter((port) => reaches(kind, program, "api", "db", port));
    expect(others).toEqual([]);
  });

  test("the consumer waits for what it links to", async () => {
    const program = await shop(kind);
    const runs = kind === "aws" ? program.one("ecs/service:Service", "api") : workloadOf(kind, program, "api");
    const server = {
      compose: "container:Container::db-provision",
      microk8s: "batch/v1:Job::db-provision",
      aws: "rds/instance:Instance::db",
    }[kind];
    expect(runs.dependencies.filter((urn) => urn.endsWith(server))).toHaveLength(1);
  });
});

test.each(["compose", "microk8s"] as const)(
  "a migration on %s ends before the service starts, with the same links (X-46)",
  async (kind) => {
    const program = await shop(kind, { api: { migration: { command: ["alembic", "upgrade", "head"] } } });
    const job = program.one(kind === "compose" ? "container:Container" : "batch/v1:Job", "api-migration");
    expect(workloadOf(kind, program, "api").dependencies).toContain(job.urn);
    expect(JSON.stringify(job.inputs)).toContain("DB_HOST");
    expect(JSON.stringify(job.inputs)).toContain("alembic");
  },
);
