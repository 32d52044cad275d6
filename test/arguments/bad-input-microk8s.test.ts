import {
  ManagedPostgres,
  type ManagedPostgresArgs,
  ServiceDeployment,
  type ServiceDeploymentArgs,
  SurveillanceVpc,
} from "../../components";
import { MicroK8s, type MicroK8sArgs } from "../../components/microk8s";
import { refused, withMocks } from "../mocks/program";

/** A value that the types forbid, as a JavaScript user or a JSON file would give it. */
const wrong = <T>(value: unknown): T => value as T;

const cluster = (args: Partial<MicroK8sArgs> = {}) =>
  new MicroK8s("node", { environment: "staging", cpus: 8, memory: "20 GiB", context: "microk8s", ...args });
const network = (target = cluster()) =>
  new SurveillanceVpc("network", { target, certificates: { mode: "acme", email: "ops@example.com" } });
const postgres = (args: Partial<ManagedPostgresArgs> = {}, name = "db") =>
  new ManagedPostgres(name, {
    vpc: network(),
    databases: { orders: {} },
    memory: "1 GiB",
    cpus: 1,
    storage: "10 GiB",
    ...args,
  });
const service = (args: Partial<ServiceDeploymentArgs> = {}, name = "orders") =>
  new ServiceDeployment(name, { vpc: network(), image: "registry.example.com/orders:1.0.0", cpus: 0.5, ...args });

interface Case {
  readonly title: string;
  readonly make: () => unknown;
  /** Paths of the problems that must be listed, all of them. */
  readonly paths: readonly string[];
  /** Text that the message must hold. */
  readonly says?: string;
}

const volumes = { data: { path: "/data", size: "1 GiB" } } as const;

const CASES: readonly Case[] = [
  {
    title: "cluster: neither kubeconfig nor context",
    make: () => cluster(wrong({ context: undefined })),
    paths: ["kubeconfig"],
    says: "whatever cluster happens to be current",
  },
  {
    title: "cluster: a storage class that cannot be one",
    make: () => cluster({ storageClass: "Fast Disk" }),
    paths: ["storageClass"],
    says: "microk8s-hostpath",
  },
  {
    title: "cluster: an unknown Ingress controller",
    make: () => cluster({ ingressController: wrong("haproxy") }),
    paths: ["ingressController"],
    says: "traefik, nginx",
  },
  {
    title: "cluster: a namespace of Kubernetes",
    make: () => cluster({ namespace: "kube-system" }),
    paths: ["namespace"],
  },
  { title: "cluster: less memory than the system keeps", make: () => cluster({ memory: "1 GiB" }), paths: ["memory"] },
  {
    title: "cluster: a registry with a protocol",
    make: () => cluster({ imageRepository: "https://registry.example.com" }),
    paths: ["imageRepository"],
  },
  {
    title: "cluster: a misspelt argument",
    make: () => cluster(wrong({ storageclass: "x" })),
    paths: ["storageclass"],
    says: "did you mean `storageClass`?",
  },
  {
    title: "scaling: fewer at most than at least",
    make: () => service({ replicas: 4, scaling: { max: 3 } }),
    paths: ["scaling.max"],
    says: "more than replicas, 4",
  },
  {
    title: "scaling: as many at most as at least",
    make: () => service({ replicas: 3, scaling: { max: 3 } }),
    paths: ["scaling.max"],
  },
  {
    title: "scaling: a share of CPU below one percent",
    make: () => service({ scaling: { max: 5, cpuPercent: 0.7 } }),
    paths: ["scaling.cpuPercent"],
  },
  {
    title: "scaling: a pace without a unit",
    make: () => service({ scaling: { max: 5, up: { after: wrong("60") } } }),
    paths: ["scaling.up.after"],
    says: "30 seconds",
  },
  {
    title: "scaling: more replicas than the node has room for",
    make: () => service({ memory: "2 GiB", scaling: { max: 20 } }),
    paths: ["memory"],
    says: "orders 40 GiB + 2 GiB for an update of orders = 42 GiB",
  },
  {
    title: "scaling: replicas with volumes of their own",
    make: () => service({ scaling: { max: 5 }, volumes }),
    paths: ["scaling"],
    says: "a volume or a name of its own is added by raising replicas",
  },
  {
    title: "scaling: replicas that know each other",
    make: () => service({ scaling: { max: 5 }, peers: { port: 7000 } }),
    paths: ["scaling"],
  },
  { title: "peers: a port that is none", make: () => service({ peers: { port: 70_000 } }), paths: ["peers.port"] },
  {
    title: "peers: the port of the server itself",
    make: () => service({ peers: { port: 8000 } }),
    paths: ["peers.port"],
    says: "another port than",
  },
  { title: "tracing: nobody watches the service", make: () => service({ tracing: true }), paths: ["tracing"] },
  {
    title: "tracing: a collector of one's own",
    make: () =>
      service({ metrics: {}, tracing: true, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector:4317" } }),
    paths: ["environment.OTEL_EXPORTER_OTLP_ENDPOINT"],
  },
  {
    title: "peers: a variable PEERS of one's own",
    make: () => service({ peers: { port: 7000 }, environment: { PEERS: "mine" } }),
    paths: ["environment.PEERS"],
  },
  {
    title: "volumes: two at one folder",
    make: () => service({ volumes: { ...volumes, spool: { path: "/data", size: "1 GiB" } } }),
    paths: ["volumes"],
  },
  {
    title: "volumes: a name that the folder in memory has",
    make: () => service({ volumes: { tmp: { path: "/data", size: "1 GiB" } } }),
    paths: ["volumes.tmp"],
  },
  {
    title: "volumes: a size in decimal units",
    make: () => service({ volumes: { data: { path: "/data", size: wrong("1 GB") } } }),
    paths: ["volumes.data.size"],
  },
  {
    title: "route: one host and path for two services",
    make: twoServices("/", "/"),
    paths: ["routes"],
    says: "which one has",
  },
  { title: "route: one host and path, a slash apart", make: twoServices("/api", "/api/"), paths: ["routes"] },
  {
    title: "route: a wildcard by HTTP challenge",
    make: () => service({ routes: [{ host: "*.example.com" }] }),
    paths: ["routes"],
    says: "DNS challenge only",
  },
  { title: "probe: a command", make: () => service({ probes: { command: ["true"] } }), paths: ["probes.command"] },
  { title: "cameras: without a camera network", make: () => service({ cameras: true }), paths: ["cameras"] },
  {
    title: "database: a name too long for its objects",
    make: () => postgres({}, "a".repeat(27)),
    paths: ["name"],
    says: "at most 26 characters",
  },
  {
    title: "database: more memory than the node has",
    make: () => postgres({ memory: "20 GiB" }),
    paths: ["memory"],
    says: "19 GiB (20 GiB of cluster",
  },
  {
    title: "database: more CPUs than the node has",
    make: () => postgres({ cpus: 10, reservedCpus: 9 }),
    paths: ["reservedCpus"],
    says: "8 CPUs of cluster",
  },
  {
    title: "pool: more connections than the server takes",
    make: pooled,
    paths: ["pool"],
    says: "raise maxConnections of db",
  },
];

/** Two services behind one host. */
function twoServices(first: string, second: string): () => void {
  return () => {
    const vpc = network();
    service({ vpc, routes: [{ host: "shop.example.com", path: first }] }, "one");
    service({ vpc, routes: [{ host: "shop.example.com", path: second }] }, "two");
  };
}

function pooled(): void {
  const vpc = network();
  service({ vpc, links: [postgres({ vpc, maxConnections: 100 }).as({ pool: 40 })] });
}

describe("bad input on MicroK8s", () => {
  test.each(CASES)("$title", async ({ make, paths, says }) => {
    const error = await refused(make);
    expect(error.problems.map((each) => each.path)).toEqual(paths);
    for (const { given, allowed, fix } of error.problems)
      for (const text of [given, allowed, fix]) expect(text.length).toBeGreaterThan(0);
    if (says !== undefined) expect(error.message).toContain(says);
  });

  test("each case is wrong for one reason only: what they start from is accepted", async () => {
    const { resources } = await withMocks(() => {
      const vpc = network();
      service({ vpc, volumes, peers: { port: 7000 } }, "chain");
      service({ vpc, scaling: { max: 5 }, links: [postgres({ vpc }).as({ pool: 10 })] });
    });
    expect(resources.length).toBeGreaterThan(30);
  });
});
