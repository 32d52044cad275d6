import { ArgumentError, type Problem } from "../../components/core/errors";
import { ManagedPostgres, type ManagedPostgresArgs } from "../../components/managed-postgres";
import { RedisCache } from "../../components/redis-cache";
import { ServiceDeployment, type ServiceDeploymentArgs } from "../../components/service-deployment";
import { SurveillanceVpc } from "../../components/surveillance-vpc";
import { AwsRegion } from "../../components/targets/aws-region";
import { MicroK8s } from "../../components/targets/microk8s";
import type { TargetKind } from "../../components/targets/target";
import { withMocks } from "../mocks/program";
import { REFUSED } from "./refused";
import { IMAGE, KINDS, networkOf, shop, targetOf } from "./shop";

/** All problems that a program is refused for. */
async function problemsOf(program: () => unknown): Promise<readonly Problem[]> {
  try {
    await program();
  } catch (error) {
    if (error instanceof ArgumentError) return error.problems;
    throw error;
  }
  throw new Error("the program was accepted");
}

const WRONG_DATABASE = {
  databases: { Orders: {}, stock: { owner: "postgres" } },
  memory: "1GB",
  cpus: 0,
  storage: "20 GiB",
  replica: 1,
} as unknown as ManagedPostgresArgs;

const WRONG_SERVICE = {
  image: "api:latest",
  cpus: -1,
  user: "0:0",
  memory: "lots",
  environment: { DB_PASSWORD: "letmein" },
  secrets: { TOKEN: 7 },
} as unknown as ServiceDeploymentArgs;

test("the same wrong arguments are refused with the same problems on every target, all at once", async () => {
  const refused = await Promise.all(
    KINDS.map(async (kind) => ({
      database: await problemsOf(() =>
        withMocks(() => void new ManagedPostgres("db", { ...WRONG_DATABASE, vpc: networkOf(kind) })),
      ),
      service: await problemsOf(() =>
        withMocks(() => void new ServiceDeployment("api", { ...WRONG_SERVICE, vpc: networkOf(kind) })),
      ),
    })),
  );
  const [first] = refused;
  expect(first?.database.map((each) => each.path)).toEqual([
    "memory",
    "cpus",
    "replica",
    "databases.Orders",
    "databases.stock.owner",
  ]);
  expect(first?.service.map((each) => each.path)).toEqual(["image", "secrets.TOKEN", "cpus", "memory", "user"]);
  for (const each of refused) expect(each).toEqual(first);
  expect(JSON.stringify(refused)).not.toContain("letmein");
});

test.each(REFUSED)("%s refuses %s, and says what to do", async (kind, _, changes, paths) => {
  const problems = await problemsOf(() => shop(kind, changes));
  expect(problems.map((each) => each.path)).toEqual(paths);
  for (const problem of problems) expect(problem.fix).toMatch(/^.{15,}$/);
});

test("a network on aws has no default certificate, even in dev", async () => {
  const problems = await problemsOf(() =>
    withMocks(() => void new SurveillanceVpc("network", { target: targetOf("aws") })),
  );
  expect(problems.map((each) => each.path)).toEqual(["certificates"]);
});

test.each(KINDS)("a route that two services want is refused on %s", async (kind) => {
  const problems = await problemsOf(() =>
    withMocks(() => {
      const vpc = networkOf(kind);
      for (const name of ["one", "two"])
        new ServiceDeployment(name, { vpc, image: IMAGE, cpus: 1, routes: [{ host: "shop.example.com" }] });
    }),
  );
  expect(problems.map((each) => each.path)).toEqual(["routes"]);
});

test("a MicroK8s lists all that is wrong, and takes no cluster that merely happens to be current", async () => {
  const problems = await problemsOf(() =>
    withMocks(
      () => void new MicroK8s("c", { environment: "dev", cpus: 0, memory: "512 MiB", namespace: "kube-system" }),
    ),
  );
  expect(problems.map((each) => each.path)).toEqual(["cpus", "kubeconfig", "namespace", "memory"]);
});

test("an AwsRegion lists all that is wrong: zones of elsewhere, one zone, no account", async () => {
  const problems = await problemsOf(() =>
    withMocks(
      () =>
        void new AwsRegion("r", {
          environment: "prod",
          region: "eu-west-1",
          zones: ["eu-west-1a", "us-east-1a", "eu-west-1a"],
          allowedAccountIds: [],
        }),
    ),
  );
  expect(problems.map((each) => each.path)).toEqual(["allowedAccountIds", "zones.1", "zones.2"]);
});

test("a cache's volume is asked for where there is one, and large enough for the log and its copy", async () => {
  const refused = (kind: TargetKind, changes: object) =>
    problemsOf(() =>
      withMocks(
        () =>
          void new RedisCache("cache", {
            vpc: networkOf(kind),
            purpose: "queue",
            memory: "1 GiB",
            cpus: 1,
            storage: "2 GiB",
            ...changes,
          }),
      ),
    );
  expect((await refused("microk8s", {})).map((each) => each.path)).toEqual(["storage"]);
  expect((await refused("microk8s", { purpose: "cache" })).map((each) => each.path)).toEqual(["storage"]);
  expect((await refused("compose", {})).map((each) => each.path)).toEqual(["storage"]);
});

test("a MicroK8s takes no label of Kubernetes' own, no value that is none, and no unknown Ingress controller", async () => {
  const problems = await problemsOf(() =>
    withMocks(
      () =>
        void new MicroK8s("c", {
          environment: "dev",
          cpus: 4,
          memory: "8 GiB",
          context: "microk8s",
          ingressController: "haproxy" as "nginx",
          labels: { "app.kubernetes.io/name": "x", owner: "two words", env: "dev" },
        }),
    ),
  );
  expect(problems.map((each) => each.path).sort()).toEqual([
    "ingressController",
    "labels.app.kubernetes.io/name",
    "labels.env",
    "labels.owner",
  ]);
});
