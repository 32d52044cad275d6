import { type Reach, reachOf } from "../../ops/plan/reach";
import { reachText } from "../../ops/plan/reach-text";
import { paint } from "../../ops/terminal";
import type { GraphResource, ResourceGraph } from "../../policies/graph";
import { everything } from "../kubernetes/systems";
import type { Program } from "../mocks/program";

const NAMESPACE = "shop";

function resource(type: string, name: string, props: Record<string, unknown>): GraphResource {
  const urn = `urn:pulumi:test::shop::${type}::${name}`;
  return { urn, type, name, custom: true, protect: false, props, dependencies: [], propertyDependencies: {} };
}

function pod(name: string, port = 8000, namespace = NAMESPACE): GraphResource {
  return resource("kubernetes:apps/v1:Deployment", name, {
    metadata: { name, namespace },
    spec: {
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ ports: [{ name: "http", containerPort: port }] }] },
      },
    },
  });
}

function policy(name: string, spec: Record<string, unknown>, namespace = NAMESPACE): GraphResource {
  return resource("kubernetes:networking.k8s.io/v1:NetworkPolicy", name, { metadata: { name, namespace }, spec });
}

const DENY = policy("deny", { podSelector: {}, policyTypes: ["Ingress", "Egress"] });
const app = (name: string) => ({ podSelector: { matchLabels: { app: name } } });
const out = (from: string, rule: Record<string, unknown>) =>
  policy(`${from}-out`, { ...app(from), policyTypes: ["Egress"], egress: [rule] });
const into = (to: string, rule: Record<string, unknown>) =>
  policy(`${to}-in`, { ...app(to), policyTypes: ["Ingress"], ingress: [rule] });

function ways(...resources: GraphResource[]): { ways: string[]; halves: string[] } {
  const text = (found: Reach["ways"]) => found.map((way) => `${way.from} -> ${way.to}:${way.port}`);
  const reach = reachOf({ resources });
  return { ways: text(reach.ways), halves: text(reach.halves) };
}

describe("the matrix of a graph", () => {
  const [a, b] = [pod("a"), pod("b")];

  test("without a policy everything is open", () => {
    expect(ways(a, b).ways).toEqual([
      "a -> a:8000",
      "a -> anywhere:any port",
      "a -> b:8000",
      "anywhere -> a:any port",
      "anywhere -> b:any port",
      "b -> a:8000",
      "b -> anywhere:any port",
      "b -> b:8000",
    ]);
  });

  test("a policy that denies closes everything, in its own namespace", () => {
    expect(ways(a, b, DENY)).toEqual({ ways: [], halves: [] });
    expect(ways(pod("a", 8000, "other"), DENY).ways).toContain("a -> anywhere:any port");
  });

  test("a way needs both of its halves; one alone is said to be one", () => {
    const [half, other] = [
      out("a", { to: [app("b")], ports: [{ port: 8000 }] }),
      into("b", { from: [app("a")], ports: [{ port: 8000 }] }),
    ];
    expect(ways(a, b, DENY, half)).toEqual({ ways: [], halves: ["a -> b:8000"] });
    expect(ways(a, b, DENY, other)).toEqual({ ways: [], halves: ["a -> b:8000"] });
    expect(ways(a, b, DENY, half, other)).toEqual({ ways: ["a -> b:8000"], halves: [] });
  });

  test("another port, another namespace or another label is another way", () => {
    const half = out("a", { to: [app("b")], ports: [{ port: 8000 }] });
    const wrongPort = into("b", { from: [app("a")], ports: [{ port: 8001 }] });
    expect(ways(a, b, DENY, half, wrongPort).ways).toEqual([]);
    const elsewhere = into("b", {
      from: [{ ...app("a"), namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "other" } } }],
      ports: [{ port: 8000 }],
    });
    expect(ways(a, b, DENY, half, elsewhere).ways).toEqual(["a in other -> b:8000"]);
    expect(ways(a, b, DENY, half, into("b", { from: [app("c")] })).ways).toEqual([]);
  });

  test("ports by name, ranges, other protocols and expressions mean what Kubernetes means by them", () => {
    const open = [
      out("a", {
        to: [{ podSelector: { matchExpressions: [{ key: "app", operator: "NotIn", values: ["a"] }] } }],
        ports: [{ port: "http" }],
      }),
      into("b", { from: [{ podSelector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }] }),
    ];
    expect(ways(a, b, DENY, ...open).ways).toEqual(["a -> b:8000"]);
    const dns = out("a", {
      to: [{ namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } } }],
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 8000, endPort: 8010 },
      ],
    });
    expect(ways(a, DENY, dns).ways).toEqual([
      "a -> namespace kube-system:53/UDP",
      "a -> namespace kube-system:8000-8010",
    ]);
  });

  test("addresses are the outside, unless they are those of the pods", () => {
    const block = (cidr: string, except: string[] = []) => out("a", { to: [{ ipBlock: { cidr, except } }] });
    expect(ways(a, b, DENY, block("0.0.0.0/0", ["10.0.0.0/8"])).ways).toEqual(["a -> internet:any port"]);
    expect(ways(a, b, DENY, block("192.168.50.0/24")).ways).toEqual(["a -> 192.168.50.0/24:any port"]);
    expect(ways(a, b, DENY, block("10.0.0.0/8"))).toEqual({ ways: ["a -> 10.0.0.0/8:any port"], halves: [] });
    expect(ways(a, b, DENY, block("10.0.0.0/8"), into("b", { from: [app("a")] })).ways).toContain("a -> b:8000");
  });
});

describe("the matrix of the components", () => {
  let program: Program;
  let reach: Reach;
  beforeAll(async () => {
    program = await everything();
    reach = reachOf(graphOf(program));
  });

  test("is exactly the links, for all pairs and both halves (VPC-04, VPC-13)", () => {
    expect(reach.halves).toEqual([]);
    const inside = new Set(reach.pods);
    const found = reach.ways.filter(({ from, to }) => inside.has(from) && inside.has(to) && !isBackup(from));
    expect(found.map(({ from, to, port }) => `${from} -> ${to}:${port}`)).toEqual([
      "api -> chain:26657",
      "api -> db:5432",
      "api -> db-replica-1:5432",
      "api -> files:7070",
      "api -> stock:8000",
      "api-migration -> chain:26657",
      "api-migration -> db:5432",
      "api-migration -> db-replica-1:5432",
      "api-migration -> files:7070",
      "api-migration -> stock:8000",
      "chain -> chain:26656",
      "db-replica-1 -> db:5432",
      "files-provision -> files:7070",
      "files-pruner -> files:7070",
      "stock -> cache:6379",
      "stock -> db:5432",
      "stock -> db-replica-1:5432",
    ]);
  });

  test("leads outside only where somebody asked for it (VPC-08, VPC-14)", () => {
    const inside = new Set(reach.pods);
    const found = reach.ways.filter(
      ({ from, to, port }) => !(inside.has(from) && inside.has(to)) && !port.startsWith("53") && !isBackup(from),
    );
    expect(found.map(({ from, to, port }) => `${from} -> ${to}:${port}`)).toEqual([
      "api -> internet:any port",
      "api-migration -> internet:any port",
      "detector -> 192.168.50.0/24:any port",
      "namespace ingress -> api:8000",
    ]);
  });

  test("lets backups out to the stores at their ports, and each runner and its jobs to what they copy by network", () => {
    const backups = reach.pods.filter(isBackup);
    expect(backups.length).toBeGreaterThan(15);
    const stores = ["192.168.7.7/32:443", "internet:9000"];
    for (const pod of backups) {
      const ways = reach.ways.filter(({ from, port }) => from === pod && !port.startsWith("53"));
      // Volumes are read by their owner, in pods that reach the stores alone; so is the database, through its socket.
      const sources = /data-chain|files-10001/.test(pod) ? [] : ["cache:6379", "files:7070"];
      expect([pod, ...ways.map(({ to, port }) => `${to}:${port}`)]).toEqual([pod, ...[...stores, ...sources].sort()]);
    }
    expect(reach.ways.filter(({ to }) => isBackup(to))).toEqual([]);
  });

  test("is printed with the plan, what all may do in one line", () => {
    const lines = reachText(reach, paint(false));
    // The column is as wide as the longest name.
    expect(lines.slice(0, 4).map((line) => line.replace(/ +→/, " →"))).toEqual([
      "",
      "who reaches whom  nothing else gets through",
      "  every pod → kube-dns in kube-system:53, kube-dns in kube-system:53/UDP",
      "  api → chain:26657, db:5432, db-replica-1:5432, files:7070, internet, stock:8000",
    ]);
    expect(reachText({ ...reach, halves: [{ from: "a", to: "b", port: "1" }] }, paint(false)).at(-1)).toBe(
      "warning  a → b:1 is open on one side only",
    );
  });
});

const isBackup = (name: string): boolean => name.startsWith("backups");

function graphOf(program: Program): ResourceGraph {
  return { resources: program.resources.map((each) => ({ ...each, props: each.inputs })) };
}
