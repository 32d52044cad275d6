import {
  ManagedPostgres,
  type ManagedPostgresArgs,
  RedisCache,
  type RedisCacheArgs,
  ServiceDeployment,
  type ServiceDeploymentArgs,
  StorageBucket,
  type StorageBucketArgs,
  SurveillanceVpc,
  type SurveillanceVpcArgs,
} from "../../components";
import { ComposeHost, type ComposeHostArgs } from "../../components/targets/compose-host";
import { refused, withMocks } from "../mocks/program";

const CANARY = "hunter2-canary";

/** A value that the types forbid, as a JavaScript user or a JSON file would give it. */
const wrong = <T>(value: unknown): T => value as T;

const host = (args: Partial<ComposeHostArgs> = {}) =>
  new ComposeHost("host", { environment: "dev", cpus: 4, memory: "8 GiB", ...args });
const network = (args: Partial<SurveillanceVpcArgs> = {}, target = host()) =>
  new SurveillanceVpc("network", { target, ...args });
const postgres = (args: Partial<ManagedPostgresArgs> = {}, name = "db") =>
  new ManagedPostgres(name, {
    vpc: network(),
    databases: { orders: {} },
    memory: "1 GiB",
    cpus: 1,
    storage: "10 GiB",
    ...args,
  });
const cache = (args: Partial<RedisCacheArgs> = {}, name = "cache") =>
  new RedisCache(name, { vpc: network(), purpose: "cache", memory: "256 MiB", cpus: 0.5, ...args });
const bucket = (args: Partial<StorageBucketArgs> = {}, name = "files") =>
  new StorageBucket(name, { vpc: network(), storage: "10 GiB", ...args });
const service = (args: Partial<ServiceDeploymentArgs> = {}, name = "orders") =>
  new ServiceDeployment(name, { vpc: network(), image: "registry.example.com/orders:1.0.0", cpus: 0.5, ...args });

interface Case {
  readonly title: string;
  readonly make: () => unknown;
  /** Paths of the problems that must be listed, all of them. */
  readonly paths: readonly string[];
  /** Text that the fix of the first problem must hold. */
  readonly fix?: string;
}

const CASES: readonly Case[] = [
  {
    title: "host: unknown environment",
    make: () => host({ environment: wrong("production") }),
    paths: ["environment"],
    fix: "prod",
  },
  {
    title: "host: memory in decimal units",
    make: () => host({ memory: wrong("8 GB") }),
    paths: ["memory"],
    fix: "GiB",
  },
  { title: "host: no CPUs", make: () => host({ cpus: 0 }), paths: ["cpus"] },
  { title: "host: everything reserved for the system", make: () => host({ memory: "512 MiB" }), paths: ["memory"] },
  {
    title: "host: address without a scheme",
    make: () => host({ host: "203.0.113.7" }),
    paths: ["host"],
    fix: "ssh://",
  },
  {
    title: "host: tcp without TLS",
    make: () => host({ host: "tcp://203.0.113.7:2376" }),
    paths: ["tls"],
    fix: "certificate",
  },
  {
    title: "host: TLS with ssh",
    make: () => host({ host: "ssh://deploy@203.0.113.7", tls: { ca: "c", certificate: "c", key: CANARY } }),
    paths: ["tls"],
  },
  {
    title: "host: misspelt argument",
    make: () => host(wrong({ memmory: "8 GiB" })),
    paths: ["memmory"],
    fix: "memory",
  },
  { title: "host: prefix with capitals", make: () => host({ prefix: "My_Stack" }), paths: ["prefix"] },
  {
    title: "network: no target",
    make: () => new SurveillanceVpc("network", wrong({})),
    paths: ["target"],
    fix: "ComposeHost",
  },
  {
    title: "network: capital letters in the name",
    make: () => new SurveillanceVpc("Network", { target: host() }),
    paths: ["name"],
  },
  {
    title: "network: prod without certificates",
    make: () => network({}, host({ environment: "prod" })),
    paths: ["certificates"],
    fix: "acme",
  },
  {
    title: "network: acme without an address",
    make: () => network({ certificates: wrong({ mode: "acme" }) }),
    paths: ["certificates.email"],
  },
  {
    title: "network: one port twice",
    make: () => network({ publish: { http: 8080, https: 8080 } }),
    paths: ["publish.https"],
  },
  {
    title: "network: port out of range",
    make: () => network({ publish: { https: 70_000 } }),
    paths: ["publish.https"],
  },
  { title: "network: a CIDR on compose", make: () => network({ cidr: "10.0.0.0/16" }), paths: ["cidr"], fix: "remove" },
  {
    title: "network: cameras that are no network",
    make: () => network({ cameras: ["192.168.1.300/24"] }),
    paths: ["cameras.0"],
  },
  { title: "postgres: no database", make: () => postgres({ databases: {} }), paths: ["databases"] },
  {
    title: "postgres: database name with a hyphen",
    make: () => postgres({ databases: { "my-orders": {} } }),
    paths: ["databases.my-orders"],
  },
  {
    title: "postgres: system database",
    make: () => postgres({ databases: { postgres: {} } }),
    paths: ["databases.postgres"],
  },
  {
    title: "postgres: superuser as owner",
    make: () => postgres({ databases: { orders: { owner: "postgres" } } }),
    paths: ["databases.orders.owner"],
  },
  {
    title: "postgres: one owner of two databases",
    make: () => postgres({ databases: { orders: { owner: "app" }, stock: { owner: "app" } } }),
    paths: ["databases.stock.owner"],
  },
  {
    title: "postgres: role in an unknown database",
    make: () => postgres({ roles: { reporting: { database: "sales", access: "readonly" } } }),
    paths: ["roles.reporting.database"],
  },
  {
    title: "postgres: unknown access",
    make: () => postgres({ roles: { reporting: { database: "orders", access: wrong("read-only") } } }),
    paths: ["roles.reporting.access"],
    fix: "readonly",
  },
  {
    title: "postgres: large profile on a small server",
    make: () => postgres({ profile: "large" }),
    paths: ["profile"],
    fix: "16 GiB",
  },
  { title: "postgres: too little memory", make: () => postgres({ memory: "128 MiB" }), paths: ["memory"] },
  {
    title: "postgres: setting that the component decides",
    make: () => postgres({ parameters: { ssl: "off" } }),
    paths: ["parameters.ssl"],
  },
  {
    title: "postgres: image that floats",
    make: () => postgres({ image: { reference: "postgres:latest", user: "999:999" } }),
    paths: ["image.reference"],
    fix: "pin",
  },
  {
    title: "postgres: root as user",
    make: () => postgres({ image: { reference: "postgres:17.6", user: "0:0" } }),
    paths: ["image.user"],
  },
  { title: "postgres: too many replicas", make: () => postgres({ replicas: 9 }), paths: ["replicas"] },
  { title: "postgres: more reserved than allowed", make: () => postgres({ reservedCpus: 2 }), paths: ["reservedCpus"] },
  {
    title: "postgres: larger than the host",
    make: () => postgres({ memory: "16 GiB" }),
    paths: ["memory"],
    fix: "host",
  },
  {
    title: "postgres: replicas that do not fit together",
    make: () => postgres({ memory: "3 GiB", replicas: 2 }),
    paths: ["memory"],
  },
  {
    title: "postgres: link to an unknown role",
    make: () => service({ links: [postgres().as({ role: "nobody" })] }),
    paths: ["role"],
  },
  {
    title: "postgres: link that could mean two databases",
    make: () => service({ links: [postgres({ databases: { orders: {}, stock: {} } })] }),
    paths: ["database"],
    fix: "orders",
  },
  {
    title: "cache: unknown purpose",
    make: () => cache({ purpose: wrong("sessions") }),
    paths: ["purpose"],
    fix: "session",
  },
  { title: "cache: more data than memory", make: () => cache({ maxMemory: "4 GiB" }), paths: ["maxMemory"] },
  { title: "cache: too little memory", make: () => cache({ memory: "16 MiB" }), paths: ["memory"] },
  { title: "bucket: name with capitals", make: () => bucket({ bucketName: "Recordings" }), paths: ["bucketName"] },
  {
    title: "bucket: lock without versions",
    make: () => bucket({ versioning: false, objectLock: true }),
    paths: ["versioning"],
  },
  {
    title: "bucket: expiry in hours",
    make: () => bucket({ lifecycle: { expireAfter: "36 hours" } }),
    paths: ["lifecycle.expireAfter"],
    fix: "days",
  },
  {
    title: "bucket: old versions without versioning",
    make: () => bucket({ versioning: false, lifecycle: { expireOldVersionsAfter: "7 days" } }),
    paths: ["lifecycle.expireOldVersionsAfter"],
  },
  { title: "service: image without a tag", make: () => service({ image: "orders" }), paths: ["image"], fix: "pin" },
  {
    title: "service: image that floats (POL-01)",
    make: () => service({ image: "registry.example.com/orders:latest" }),
    paths: ["image"],
  },
  { title: "service: root as user", make: () => service({ user: "0:0" }), paths: ["user"] },
  { title: "service: no replicas", make: () => service({ replicas: 0 }), paths: ["replicas"] },
  {
    title: "service: variable in lower case",
    make: () => service({ environment: { "log-level": "INFO" } }),
    paths: ["environment.log-level"],
  },
  {
    title: "service: secret in a plain variable (POL-10)",
    make: () => service({ environment: { SMTP_PASSWORD: CANARY } }),
    paths: ["environment.SMTP_PASSWORD"],
    fix: "secrets",
  },
  {
    title: "service: one variable twice",
    make: () => service({ environment: { TOKEN_FILE: "/x" }, secrets: { TOKEN: CANARY } }),
    paths: ["secrets.TOKEN"],
  },
  {
    title: "service: the same route twice",
    make: () => service({ routes: [{ host: "a.example.com" }, { host: "a.example.com", path: "/" }] }),
    paths: ["routes.1"],
  },
  {
    title: "service: route with a scheme",
    make: () => service({ routes: [{ host: "https://a.example.com" }] }),
    paths: ["routes.0.host"],
  },
  {
    title: "service: relative probe path",
    make: () => service({ probes: { readiness: { path: "ready" } } }),
    paths: ["probes.readiness.path"],
  },
  {
    title: "service: one folder twice",
    make: () => service({ scratch: ["/var/cache"], volumes: { cache: { path: "/var/cache", size: "1 GiB" } } }),
    paths: ["volumes"],
  },
  {
    title: "service: stop that takes for ever",
    make: () => service({ stopWithin: "10 minutes" }),
    paths: ["stopWithin"],
  },
  { title: "service: link to something else", make: () => service({ links: [wrong("db")] }), paths: ["links.0"] },
  {
    title: "service: link to a service that is not linkable",
    make: () => service({ links: [service({}, "stock")] }),
    paths: ["links"],
    fix: "linkable",
  },
  {
    title: "service: two databases under one prefix",
    make: () => {
      const vpc = network();
      return service({ vpc, links: [postgres({ vpc }, "one"), postgres({ vpc }, "two")] });
    },
    paths: ["links.1", "links.1", "links.1", "links.1", "links.1", "links.1", "links.1"],
    fix: "prefix",
  },
  {
    title: "service: watched without metrics",
    make: () => service().monitoring,
    paths: ["metrics"],
    fix: "metrics: {}",
  },
  { title: "service: name that is too long", make: () => service({}, "a".repeat(41)), paths: ["name"] },
  {
    title: "service: everything wrong at once",
    make: () =>
      service(wrong({ image: "orders", cpus: -1, memory: "1GB", replica: 2, user: "root", routes: [{ host: "x y" }] })),
    paths: ["image", "cpus", "memory", "user", "routes.0.host", "replica"],
  },
];

describe("bad input", () => {
  it.each(CASES)("$title", async ({ make, paths, fix }) => {
    const error = await refused(make);
    expect(error.problems.map((problem) => problem.path).sort()).toEqual([...paths].sort());
    for (const problem of error.problems) {
      expect(problem.given).not.toBe("");
      expect(problem.allowed).not.toBe("");
      expect(problem.fix).not.toBe("");
      expect(error.message).toContain(problem.path);
      expect(error.message).toContain(problem.fix);
    }
    if (fix !== undefined) expect(error.problems[0]?.fix).toContain(fix);
    expect(error.message).not.toContain(CANARY);
  });

  it("registers everything when nothing is wrong", async () => {
    const { resources } = await withMocks(() => void service({ links: [postgres()] }));
    const names = resources.map((each) => each.name);
    expect(names).toEqual(expect.arrayContaining(["host", "network", "db", "orders", "orders-1"]));
  });

  it("has at least forty cases", () => expect(CASES.length).toBeGreaterThanOrEqual(40));
});
