import { Service } from "@pulumi/kubernetes/core/v1/service";
import * as pulumi from "@pulumi/pulumi";
import type { AlertRouting } from "../alert-routing";
import { type ScrapeTarget, TRACES_PORT } from "../core/monitorable";
import { physicalName } from "../core/names";
import { loginKey, publicRoute } from "../targets/microk8s/edge";
import { selectorOf } from "../targets/microk8s/labels";
import { childOf, metadata, monitoringNamespace, type Owner, secret } from "../targets/microk8s/objects";
import { allow, allowBoth, INTERNET, peer, podsOf } from "../targets/microk8s/paths";
import type { MicroK8sNetwork } from "../targets/network";
import { alertmanagerCommand, grafanaEnvironment, prometheusCommand } from "./commands";
import type { MonitoringOutput } from "./compose";
import { grafanaProviders, grafanaSources, jaegerConfig, lokiConfig } from "./configurations";
import { dashboardFiles } from "./dashboards";
import { loginHash } from "./login";
import { clusterParts, nodeAgent, prometheusRights, waysToNodes } from "./microk8s-cluster";
import { blackboxAddress, exporters } from "./microk8s-exporters";
import { reach, run, secretOf } from "./microk8s-part";
import { prometheusConfig } from "./prometheus";
import { rulesFile } from "./rules-file";
import { MEMORY, type MonitoringSpec } from "./spec";

/** Pages by path: the part behind each, its port, and the name of its Service besides its own (MS-06). */
const PAGES = [
  { path: "/prometheus", part: "prometheus", port: 9090, address: "prometheus-external", login: true },
  { path: "/alertmanager", part: "alertmanager", port: 9093, address: "alertmanager-external", login: true },
  { path: "/jaeger", part: "jaeger", port: 16_686, address: "jaeger-query", login: true },
  { path: "/grafana", part: "grafana", port: 3000, address: "grafana-external", login: false },
] as const;

/** Disks of the parts in MiB, where the arguments say nothing of them. */
const DISK = { alertmanager: 1024, grafana: 2048, loki: 20_480 } as const;

/**
 * Prometheus, Alertmanager and the pages in a namespace of their own; exporters beside what they ask; the agent that reads the node in a third
 * namespace, the only one that is not restricted.
 */
export function buildOnMicroK8s(
  name: string,
  spec: MonitoringSpec,
  routing: AlertRouting,
  network: MicroK8sNetwork,
  parent: pulumi.Resource,
): MonitoringOutput {
  const namespace = monitoringNamespace(network.target);
  const stack: Owner = { component: name, network, parent };
  const home: Owner = {
    component: name,
    network: network.beside({ name, parent }, namespace, { level: "restricted", edge: true }),
    parent,
  };
  const agents: Owner = {
    component: name,
    network: network.beside({ name: `${name}-agents`, parent }, physicalName("dnsLabel", namespace, "agents"), {
      level: "privileged",
      edge: false,
    }),
    parent,
  };
  const exported = exporters(stack, spec);
  const targets = [...exported, ...clusterParts(home, spec, [stack, home]), nodeAgent(agents, spec)];
  alertmanager(home, spec, routing);
  prometheus(home, stack, agents, spec, targets);
  for (const each of exported) reach(home, "prometheus", stack, each.service, Number(each.addresses[0]?.split(":")[1]));
  waysToNodes(home);
  const grafanaPassword = pages(home, spec);
  const password = secretOf(home, "login");
  routes(home, spec, password);
  return { login: { username: "admin", password }, grafanaPassword };
}

function alertmanager(home: Owner, spec: MonitoringSpec, routing: AlertRouting): void {
  run(home, spec, {
    service: "alertmanager",
    part: "alertmanager",
    command: alertmanagerCommand(spec.domain),
    folders: { "/etc/bulwark": { "alertmanager.yml": routing.configuration } },
    secrets: Object.fromEntries(routing.secrets.map((each) => [each.file, each.value])),
    data: { path: "/alertmanager", mebibytes: DISK.alertmanager },
    ports: { http: 9093 },
    health: { port: "http", path: "/alertmanager/-/healthy" },
    memory: MEMORY.alertmanager,
  });
  allow(home, "alertmanager-outbound", podsOf(home.component, ["alertmanager"]), "Egress", [INTERNET], []);
}

function prometheus(
  home: Owner,
  stack: Owner,
  agents: Owner,
  spec: MonitoringSpec,
  more: readonly ScrapeTarget[],
): void {
  const links = { runbooks: spec.runbooks, grafana: `https://${spec.domain}/grafana` };
  const config = pulumi.output(spec.probes).apply((probes) =>
    prometheusConfig({
      interval: spec.interval,
      environment: home.network.target.environment,
      targets: [
        ...spec.watched.flatMap((each) => each.targets),
        ...more,
        { job: "prometheus", addresses: ["localhost:9090"], path: "/prometheus/metrics" },
        { job: "alertmanager", addresses: ["alertmanager:9093"], path: "/alertmanager/metrics" },
        { job: "loki", addresses: ["loki:3100"] },
      ],
      probes,
      alertmanager: { address: "alertmanager:9093", prefix: "/alertmanager" },
      blackbox: blackboxAddress(stack),
      kubelet: true,
      rules: "/etc/bulwark/rules-*.yml",
    }),
  );
  run(home, spec, {
    service: "prometheus",
    part: "prometheus",
    command: prometheusCommand(spec),
    // One folder: a mount cannot lie in another read-only one.
    folders: {
      "/etc/bulwark": {
        "prometheus.yml": config,
        ...Object.fromEntries(spec.groups.map((group) => [`rules-${group.name}.yml`, rulesFile(group, links)])),
      },
    },
    // Beside what is kept there is the log of the last hours.
    data: { path: "/prometheus", mebibytes: Math.ceil(spec.retention.mebibytes * 1.2) + 2048 },
    ports: { http: 9090 },
    health: { port: "http", path: "/prometheus/-/healthy" },
    memory: MEMORY.prometheus,
    asksCluster: true,
    after: prometheusRights(home, [stack, home, agents]),
  });
  for (const [service, port] of [
    ["alertmanager", 9093],
    ["loki", 3100],
    ["alloy", 12_345],
    ["kube-state-metrics", 8080],
  ] as const)
    reach(home, "prometheus", home, service, port);
  reach(home, "prometheus", stack, "blackbox-exporter", 9115);
  reach(home, "prometheus", agents, "node-exporter", 9100);
  for (const { component, paths, traces } of spec.watched) {
    for (const [index, path] of (paths ?? []).entries()) {
      if (path.kind !== "microk8s") throw new Error(`Prometheus on microk8s cannot take a way through ${path.kind}`);
      allowBoth(home, "prometheus", index === 0 ? component : `${component}-${index + 1}`, {
        from: podsOf(home.component, ["prometheus"]),
        to: { matchLabels: { ...path.podLabels } },
        namespace: path.namespace,
        port: path.port,
      });
      if (traces !== true) continue;
      allowBoth(stack, component, "jaeger", {
        from: { matchLabels: { ...path.podLabels } },
        to: podsOf(home.component, ["jaeger"]),
        namespace: home.network.namespace,
        port: TRACES_PORT,
      });
    }
  }
}

/** Logs, traces, and Grafana over all of it. Returns the password of Grafana's administrator. */
function pages(home: Owner, spec: MonitoringSpec): pulumi.Output<string> {
  run(home, spec, {
    service: "loki",
    part: "loki",
    command: ["-config.file=/etc/bulwark/loki.yml"],
    folders: { "/etc/bulwark": { "loki.yml": lokiConfig(spec) } },
    data: { path: "/loki", mebibytes: DISK.loki },
    ports: { http: 3100 },
    health: { port: "http", path: "/ready" },
    memory: MEMORY.loki,
  });
  run(home, spec, {
    service: "jaeger",
    part: "jaeger",
    command: ["--config=/etc/bulwark/jaeger.yml"],
    folders: { "/etc/bulwark": { "jaeger.yml": jaegerConfig() } },
    ports: { http: 16_686, health: 13_133, "otlp-grpc": 4317, "otlp-http": 4318 },
    health: { port: "health", path: "/status" },
    memory: MEMORY.jaeger,
  });
  const password = secretOf(home, "grafana");
  run(home, spec, {
    service: "grafana",
    part: "grafana",
    command: [],
    environment: grafanaEnvironment(spec.domain),
    folders: {
      "/etc/bulwark/provisioning/datasources": { "bulwark.yml": grafanaSources() },
      "/etc/bulwark/provisioning/dashboards": { "bulwark.yml": grafanaProviders() },
      "/etc/bulwark/boards": Object.fromEntries(dashboardFiles().map((file) => [file.name, file.content])),
    },
    secrets: { "admin-password": password },
    data: { path: "/var/lib/grafana", mebibytes: DISK.grafana },
    ports: { http: 3000 },
    health: { port: "http", path: "/grafana/api/health" },
    memory: MEMORY.grafana,
  });
  for (const [service, port] of [
    ["prometheus", 9090],
    ["loki", 3100],
    ["jaeger", 16_686],
  ] as const)
    reach(home, "grafana", home, service, port);
  reach(home, "alloy", home, "loki", 3100);
  return password;
}

/** The pages under one host name, each with a path of its own (MS-07). Those without a login get one. */
function routes(home: Owner, spec: MonitoringSpec, password: pulumi.Output<string>): void {
  const { target } = home.network;
  const hash = password.apply((value) => loginHash(`${target.prefix}/${home.component}`, value));
  const login = secret(home, `${home.component}-login`, { [loginKey(target)]: pulumi.interpolate`admin:${hash}` });
  for (const page of PAGES) {
    const selector = selectorOf(home.component, page.part, "monitoring");
    new Service(
      page.address,
      {
        // What makes the pods waits for them.
        metadata: { ...metadata(home, page.address, selector), annotations: { "pulumi.com/skipAwait": "true" } },
        spec: {
          type: "ClusterIP",
          selector,
          ports: [{ name: "http", port: page.port, targetPort: "http", protocol: "TCP" }],
        },
      },
      childOf(home),
    );
    publicRoute(home, {
      host: spec.domain,
      path: page.path,
      stripPrefix: false,
      service: page.address,
      port: "http",
      ...(page.login ? { login } : {}),
    });
    allow(
      home,
      `${page.part}-from-edge`,
      podsOf(home.component, [page.part]),
      "Ingress",
      [peer(target.ingressNamespace)],
      [{ port: page.port, protocol: "TCP" }],
    );
  }
}
