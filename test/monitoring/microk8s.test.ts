import { parse } from "yaml";
import { AlertRouting, MonitoringStack, RedisCache, ServiceDeployment, StorageBucket } from "../../components";
import { networkOf } from "../contract/shop";
import { type Program, withMocks } from "../mocks/program";

jest.setTimeout(120_000);

interface Policy {
  readonly podSelector: { matchExpressions?: { values: string[] }[]; matchLabels?: Record<string, string> };
  readonly policyTypes: string[];
}

let program: Program;
beforeAll(async () => {
  program = await withMocks(() => {
    const vpc = networkOf("microk8s", { environment: "staging" });
    const cache = new RedisCache("cache", { vpc, purpose: "queue", memory: "256 MiB", cpus: 0.5 });
    const files = new StorageBucket("files", { vpc, storage: "10 GiB" });
    const image = "registry.example.com/api:1.0.0";
    const api = new ServiceDeployment("api", { vpc, image, cpus: 1, links: [cache, files], metrics: { port: 9090 } });
    const webhook = (url: string) => ({ kind: "webhook", url }) as const;
    const routing = new AlertRouting("alerts", {
      vpc,
      receivers: {
        chat: webhook("https://chat.example.com/token-of-the-chat"),
        second: webhook("https://b.example.com"),
      },
      routes: [{ severity: "critical", receivers: ["chat"] }],
      default: "chat",
      selfMonitoring: { receivers: ["second"] },
    });
    new MonitoringStack("monitoring", { vpc, watches: [cache, files, api], routing, domain: "watch.example.com" });
  });
});

const namespaceOf = (name: string) =>
  (program.one("apps/v1:StatefulSet", name).inputs["metadata"] as { namespace: string }).namespace;

test("exporters stay beside what they ask, the pages are in a namespace of their own", () => {
  const stack = namespaceOf("cache");
  for (const name of ["cache-exporter", "blackbox-exporter"]) expect(namespaceOf(name)).toBe(stack);
  for (const name of ["prometheus", "alertmanager", "grafana", "loki", "jaeger", "kube-state-metrics", "alloy"])
    expect(namespaceOf(name)).toBe("monitoring");
});

test("every namespace is restricted but that of the node's agent, which is alone there", () => {
  const levels = program.ofType("core/v1:Namespace").map(({ inputs }) => {
    const { name, labels } = inputs["metadata"] as { name: string; labels: Record<string, string> };
    return [name, labels["pod-security.kubernetes.io/enforce"]];
  });
  expect(Object.fromEntries(levels)).toEqual({
    "shop-test": "restricted",
    monitoring: "restricted",
    "monitoring-agents": "privileged",
  });
  const there = program.resources.filter(
    (each) =>
      /:(Deployment|StatefulSet|DaemonSet|Job)$/.test(each.type) &&
      (each.inputs["metadata"] as { namespace?: string }).namespace === "monitoring-agents",
  );
  expect(there.map((each) => each.name)).toEqual(["node-exporter"]);
});

test("Prometheus finds replicas by the API, and its configuration names every job whose absence is an alert", () => {
  const { data } = program.one("core/v1:ConfigMap", "prometheus-files").inputs as { data: Record<string, string> };
  const config = parse(data["prometheus.yml"] ?? "") as {
    scrape_configs: { job_name: string; kubernetes_sd_configs?: object[] }[];
  };
  const jobs = config.scrape_configs.map((each) => each.job_name).sort();
  expect(jobs).toEqual([
    "alertmanager",
    "alloy",
    "api",
    "blackbox-files",
    "cache",
    "cadvisor",
    "kube-state-metrics",
    "kubelet",
    "loki",
    "node",
    "prometheus",
  ]);
  const found = config.scrape_configs.filter((each) => each.kubernetes_sd_configs !== undefined);
  expect(found.map((each) => each.job_name).sort()).toEqual(["api", "cadvisor", "kubelet", "node"]);
  const absent =
    Object.values(data)
      .join("\n")
      .match(/absent\(up\{job=\\?"([^"\\]+)/g) ?? [];
  expect([...new Set(absent.map((each) => each.replace(/.*"/, "")))].sort()).toEqual(jobs);
});

test("no part of the stack may change anything through the API, and none reads secrets", () => {
  const rules = [...program.ofType("v1:Role"), ...program.ofType("v1:ClusterRole")].flatMap(
    (each) => each.inputs["rules"] as { resources: string[]; verbs: string[] }[],
  );
  expect(rules.length).toBeGreaterThan(5);
  expect(new Set(rules.flatMap((each) => each.verbs))).toEqual(new Set(["get", "list", "watch"]));
  expect(rules.flatMap((each) => each.resources)).not.toContain("secrets");
});

test("addresses of receivers are in Secrets alone", () => {
  const where = program.resources.filter((each) => JSON.stringify(each.inputs).includes("token-of-the-chat"));
  expect(where.map((each) => each.type)).toEqual(["kubernetes:core/v1:Secret"]);
  expect(where[0]?.secrets).toContain("stringData");
});

test("only Alertmanager reaches the internet", () => {
  const out = program.ofType("NetworkPolicy").filter((each) => JSON.stringify(each.inputs).includes("0.0.0.0/0"));
  expect(out.map((each) => (each.inputs["spec"] as Policy).podSelector.matchExpressions?.[0]?.values)).toEqual([
    ["alertmanager"],
  ]);
});
