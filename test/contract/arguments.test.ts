import { ArgumentError, type Problem } from "../../components/core/errors";
import { ManagedPostgres, type ManagedPostgresArgs } from "../../components/managed-postgres";
import { RedisCache } from "../../components/redis-cache";
import { ServiceDeployment, type ServiceDeploymentArgs } from "../../components/service-deployment";
import { SurveillanceVpc } from "../../components/surveillance-vpc";
import { AwsRegion } from "../../components/targets/aws-region";
import { MicroK8s } from "../../components/targets/microk8s";
import type { TargetKind } from "../../components/targets/target";
import { withMocks } from "../mocks/program";
import { type Changes, IMAGE, KINDS, networkOf, shop, targetOf } from "./shop";

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

/** What a target does not give. Whoever makes it work takes the line away. */
const REFUSED: readonly (readonly [TargetKind, string, Changes, readonly string[]])[] = [
  [
    "aws",
    "timescaledb (X-04)",
    { db: { databases: { orders: { extensions: ["timescaledb"] } } } },
    ["databases.orders.extensions"],
  ],
  ["aws", "an image of PostgreSQL", { db: { image: { reference: "postgres:17.2", user: "999:999" } } }, ["image"]],
  ["aws", "a reserved owner", { db: { databases: { orders: { owner: "rdsadmin" } } } }, ["databases.orders.owner"]],
  ["aws", "more memory than is sold", { db: { memory: "1 TiB" } }, ["memory"]],
  [
    "aws",
    "a setting with a unit",
    { db: { parameters: { statement_timeout: "30s" } } },
    ["parameters.statement_timeout"],
  ],
  ["aws", "secrets as files", { api: { secretsAs: "file" } }, ["secretsAs"]],
  ["aws", "cameras", { api: { cameras: true } }, ["cameras"]],
  ["aws", "a startup check", { api: { probes: { startup: { path: "/up" } } } }, ["probes.startup"]],
  ["aws", "a long start", { api: { probes: { startWithin: "6 minutes" } } }, ["probes.startWithin"]],
  [
    "aws",
    "a hasty check",
    { api: { probes: { readiness: { path: "/r", interval: "1 second" } } } },
    ["probes.readiness"],
  ],
  ["aws", "more CPUs than Fargate has", { api: { cpus: 17 } }, ["memory"]],
  ["aws", "another registry without outbound", { api: { image: "registry.example.com/api:1.0.0" } }, ["image"]],
  ["aws", "a volume", { api: { volumes: { spool: { path: "/spool", size: "1 GiB" } } } }, ["volumes"]],
  [
    "aws",
    "certificates by ACME",
    { vpc: { certificates: { mode: "acme", email: "ops@example.com" } } },
    ["certificates"],
  ],
  ["aws", "a crooked network", { vpc: { cidr: "10.0.0.1/16" } }, ["cidr"]],
  ["aws", "a small network", { vpc: { cidr: "10.0.0.0/24" } }, ["cidr"]],
  ["aws", "camera networks without a site", { vpc: { cameras: ["192.168.50.0/24"] } }, ["site"]],
  ["aws", "a site without camera networks", { vpc: { site: { address: "203.0.113.7" } } }, ["cameras"]],
  [
    "aws",
    "camera networks within the VPC",
    { vpc: { cameras: ["10.0.50.0/24"], site: { address: "203.0.113.7" } } },
    ["cameras.0"],
  ],

  [
    "aws",
    "maintenance during the backup",
    { db: { aws: { maintenanceWindow: "sun:03:30-sun:04:30" } } },
    ["aws.maintenanceWindow"],
  ],
  ["aws", "a window that is too short", { db: { aws: { backupWindow: "03:00-03:10" } } }, ["aws.backupWindow"]],
  ["aws", "storage that cannot grow", { db: { aws: { maxStorage: "21 GiB" } } }, ["aws.maxStorage"]],
  ["compose", "settings of Amazon RDS", { db: { aws: { backupDays: 7 } } }, ["aws"]],
  ["microk8s", "settings of Amazon RDS", { db: { aws: { backupDays: 7 } } }, ["aws"]],
  ["compose", "a site", { vpc: { site: { address: "203.0.113.7" } } }, ["site"]],
  ["microk8s", "a site", { vpc: { site: { address: "203.0.113.7" } } }, ["site"]],
  ["aws", "ports of the edge", { vpc: { publish: { https: 8443 } } }, ["publish"]],
  [
    "aws",
    "the size of a step of scaling",
    { api: { scaling: { max: 4, up: { percent: 50 } } } },
    ["scaling.up.percent"],
  ],
  ["compose", "settings of Amazon ECS", { api: { aws: { spotPercent: 50 } } }, ["aws"]],
  ["microk8s", "settings of Amazon ECS", { api: { aws: { spotPercent: 50 } } }, ["aws"]],
  ["compose", "a firewall", { vpc: { firewall: "managed" } }, ["firewall"]],
  ["microk8s", "a firewall", { vpc: { firewall: "managed" } }, ["firewall"]],
  ["aws", "peers", { api: { peers: { port: 7000 } } }, ["peers"]],
  ["compose", "scaling", { api: { scaling: { max: 4 } } }, ["scaling"]],
  ["microk8s", "fewer replicas at most than at least", { api: { replicas: 4, scaling: { max: 3 } } }, ["scaling.max"]],
  [
    "microk8s",
    "scaling of replicas that each have a volume",
    { api: { scaling: { max: 4 }, volumes: { spool: { path: "/spool", size: "1 GiB" } } } },
    ["scaling"],
  ],
  ["microk8s", "a command as health check", { api: { probes: { command: ["true"] } } }, ["probes.command"]],
  ["microk8s", "cameras without a network", { api: { cameras: true } }, ["cameras"]],
  ["microk8s", "a wildcard by HTTP challenge", { api: { routes: [{ host: "*.example.com" }] } }, ["routes"]],
  ["microk8s", "an address range", { vpc: { cidr: "10.1.0.0/16" } }, ["cidr"]],
  [
    "microk8s",
    "a certificate of AWS",
    { vpc: { certificates: { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } } },
    ["certificates"],
  ],
  [
    "compose",
    "a certificate of AWS",
    { vpc: { certificates: { mode: "acm", arn: "arn:aws:acm:us-east-1:123456789012:certificate/1" } } },
    ["certificates"],
  ],
];

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
