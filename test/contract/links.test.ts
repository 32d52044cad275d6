import type { TargetKind } from "../../components/targets/target";
import type { Program } from "../mocks/program";
import { isOpen } from "./reach";
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

  test.each(["out", "in"] as const)(
    "a way %s exists exactly where a link does, and on its port alone (VPC-04, VPC-13)",
    async (half) => {
      const program = await shop(kind);
      const names = ["api", "stock", "stranger", "db"];
      const ways = ["api", "stock", "stranger"].flatMap((from) =>
        names.flatMap((to) =>
          (kind === "compose" ? [0] : [80, 443, 5432, 5433, 8000])
            .filter((port) => from !== to && isOpen(half, kind, program, from, to, port))
            .map((port) => `${from} -> ${to}${port === 0 ? "" : `:${port}`}`),
        ),
      );
      expect(ways.sort()).toEqual(
        kind === "compose" ? ["api -> db", "api -> stock"] : ["api -> db:5432", "api -> stock:8000"],
      );
    },
  );

  test("from outside only the edge can be reached, and only a service with outbound reaches outside (VPC-08, VPC-14)", async () => {
    const [closed, open] = [await shop(kind), await shop(kind, { api: { outbound: true } })];
    expect(openToTheWorld(kind, closed)).toEqual(kind === "microk8s" ? [] : EDGE[kind]);
    expect(openToTheWorld(kind, open)).toEqual([...(kind === "microk8s" ? [] : EDGE[kind]), OUTBOUND[kind]].sort());
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

test.each(KINDS)("a migration on %s ends before the service starts, with the same links (X-46)", async (kind) => {
  const program = await shop(kind, { api: { migration: { command: ["alembic", "upgrade", "head"] } } });
  const [runs, says] = {
    compose: ["container:Container", "container:Container"],
    microk8s: ["batch/v1:Job", "batch/v1:Job"],
    aws: ["lambda/invocation:Invocation", "ecs/taskDefinition:TaskDefinition"],
  }[kind].map((type) => program.one(type, "api-migration"));
  const service = kind === "aws" ? program.one("ecs/service:Service", "api") : workloadOf(kind, program, "api");
  expect(service.dependencies).toContain(runs?.urn);
  expect(JSON.stringify(says?.inputs)).toContain("DB_HOST");
  expect(JSON.stringify(says?.inputs)).toContain("alembic");
});

const EDGE = { compose: ["network-proxy"], aws: ["network-edge-443", "network-edge-80"] };
const OUTBOUND = { compose: "api-1 out", microk8s: "api-outbound", aws: "api-to-outside" };

/** Whatever publishes a port, or lets packets pass from or to any address. */
function openToTheWorld(kind: TargetKind, program: Program): string[] {
  switch (kind) {
    case "compose":
      return program
        .ofType("container:Container")
        .flatMap(({ name, inputs }) => [
          ...(((inputs["ports"] ?? []) as unknown[]).length > 0 ? [name] : []),
          ...(JSON.stringify(inputs["networksAdvanced"] ?? []).includes("-egress") ? [`${name} out`] : []),
        ])
        .sort();
    case "microk8s":
      return [
        ...program.ofType("NetworkPolicy").filter((each) => JSON.stringify(each.inputs).includes("ipBlock")),
        ...program
          .ofType("core/v1:Service")
          .filter((each) => /NodePort|LoadBalancer/.test(JSON.stringify(each.inputs))),
      ].map((each) => each.name);
    case "aws":
      return program.resources
        .filter(
          ({ inputs }) =>
            inputs["cidrIpv4"] !== undefined ||
            inputs["publiclyAccessible"] === true ||
            inputs["mapPublicIpOnLaunch"] === true ||
            JSON.stringify(inputs["networkConfiguration"] ?? {}).includes('"assignPublicIp":true'),
        )
        .map((each) => each.name)
        .sort();
  }
}
