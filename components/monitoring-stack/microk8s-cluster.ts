import { DaemonSet } from "@pulumi/kubernetes/apps/v1/daemonSet";
import { Service } from "@pulumi/kubernetes/core/v1/service";
import type { ScrapeTarget } from "../core/monitorable";
import { ownImage } from "../targets/microk8s/images";
import { HOLDS_NOTHING, labelsOf, selectorOf } from "../targets/microk8s/labels";
import { childOf, identity, metadata, type Owner } from "../targets/microk8s/objects";
import { allow, NODES, podsOf } from "../targets/microk8s/paths";
import { podSpec } from "../targets/microk8s/pod";
import { mayRead, mayReadCluster, type Right } from "../targets/microk8s/rights";
import { ALLOY_COMMAND, alloyOnKubernetes } from "./agents";
import { run } from "./microk8s-part";
import { MEMORY, type MonitoringSpec } from "./spec";

const NODE = "node-exporter";
const READ = ["get", "list", "watch"] as const;
const WATCH = ["list", "watch"] as const;

/** What kube-state-metrics counts, by API group. */
const COUNTED: readonly Right[] = [
  { group: "", resources: ["persistentvolumeclaims", "pods", "resourcequotas"], verbs: WATCH },
  { group: "apps", resources: ["daemonsets", "deployments", "statefulsets"], verbs: WATCH },
  { group: "autoscaling", resources: ["horizontalpodautoscalers"], verbs: WATCH },
  { group: "batch", resources: ["cronjobs", "jobs"], verbs: WATCH },
];

/** What is known of the cluster: the state of its objects, and the logs of the pods. */
export function clusterParts(home: Owner, spec: MonitoringSpec, watched: readonly Owner[]): readonly ScrapeTarget[] {
  const namespaces = watched.map((each) => each.network.namespace).sort();
  const counted = [...COUNTED.flatMap((each) => each.resources), "nodes"].sort();
  run(home, spec, {
    service: "kube-state-metrics",
    part: "kubeStateMetrics",
    command: [
      `--namespaces=${namespaces.join(",")}`,
      `--resources=${counted.join(",")}`,
      "--metric-labels-allowlist=cronjobs=[app.kubernetes.io/managed-by]",
    ],
    ports: { http: 8080 },
    health: { port: "http", path: "/healthz" },
    memory: MEMORY.kubeStateMetrics,
    asksCluster: true,
    after: [
      ...watched.flatMap((each) => mayRead(home, "kube-state-metrics", each, COUNTED)),
      ...mayReadCluster(home, "kube-state-metrics", [{ group: "", resources: ["nodes"], verbs: WATCH }]),
    ],
  });
  run(home, spec, {
    service: "alloy",
    part: "alloy",
    command: ALLOY_COMMAND,
    folders: { "/etc/bulwark": { "config.alloy": alloyOnKubernetes(namespaces, "loki:3100") } },
    data: { path: "/var/lib/alloy/data", mebibytes: 256 },
    ports: { http: 12_345 },
    health: { port: "http", path: "/-/ready" },
    memory: MEMORY.alloy,
    asksCluster: true,
    after: watched.flatMap((each) =>
      mayRead(home, "alloy", each, [
        { group: "", resources: ["pods"], verbs: READ },
        { group: "", resources: ["pods/log"], verbs: ["get"] },
      ]),
    ),
  });
  return [
    { job: "kube-state-metrics", addresses: ["kube-state-metrics:8080"] },
    { job: "alloy", addresses: ["alloy:12345"] },
  ];
}

/** Lets Prometheus find the replicas of services, and ask each node's kubelet. */
export function prometheusRights(home: Owner, watched: readonly Owner[]) {
  return [
    ...watched.flatMap((each) =>
      mayRead(home, "prometheus", each, [
        { group: "", resources: ["pods", "services"], verbs: READ },
        { group: "discovery.k8s.io", resources: ["endpointslices"], verbs: READ },
      ]),
    ),
    ...mayReadCluster(home, "prometheus", [
      { group: "", resources: ["nodes"], verbs: READ },
      { group: "", resources: ["nodes/metrics"], verbs: ["get"] },
    ]),
  ];
}

/** Ways out of the monitoring's own namespace to the Kubernetes API and the kubelets, which no label can select. */
export function waysToNodes(home: Owner): void {
  const api = [443, home.network.target.apiServerPort];
  const ways = [
    ["kube-state-metrics", api],
    ["alloy", api],
    ["prometheus", [...api, 10_250]],
  ] as const;
  for (const [service, ports] of ways) {
    const named = ports.map((port) => ({ port, protocol: "TCP" }));
    allow(home, `${service}-to-cluster`, podsOf(home.component, [service]), "Egress", NODES, named);
  }
}

/** The node's own figures. It reads the node's file system, so its namespace is the only one that is not restricted. */
export function nodeAgent(agents: Owner, spec: MonitoringSpec): ScrapeTarget {
  const image = spec.images.nodeExporter;
  const account = identity(agents, NODE);
  const selector = selectorOf(agents.component, NODE, "agent");
  const probe = {
    httpGet: { path: "/", port: "metrics", scheme: "HTTP" },
    periodSeconds: 10,
    timeoutSeconds: 5,
    failureThreshold: 6,
  };
  new DaemonSet(
    NODE,
    {
      metadata: metadata(agents, NODE, { ...HOLDS_NOTHING, ...selector }),
      spec: {
        revisionHistoryLimit: 10,
        selector: { matchLabels: selector },
        updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 1 } },
        template: {
          metadata: { labels: labelsOf(agents.component, selector) },
          spec: podSpec({
            name: NODE,
            image: "own" in image ? ownImage(agents.network.target, image.own) : image.reference,
            serviceAccount: account.name,
            user: image.user,
            ...("own" in image ? { entrypoint: image.entrypoint } : {}),
            command: [
              "--path.rootfs=/host",
              "--path.procfs=/host/proc",
              "--path.sysfs=/host/sys",
              "--no-collector.netclass",
              "--no-collector.netdev",
              "--no-collector.netstat",
              "--no-collector.sockstat",
              "--no-collector.softnet",
              "--no-collector.udp_queues",
            ],
            mounts: [
              { name: "host", path: "/host", readOnly: true, propagated: true, source: { hostPath: { path: "/" } } },
            ],
            ports: [{ name: "metrics", port: 9100 }],
            probes: { startup: { ...probe, failureThreshold: 30 }, liveness: probe, readiness: probe },
            cpus: 0.25,
            reservedCpus: 0.02,
            memory: MEMORY.nodeExporter,
            stopSeconds: 10,
            everywhere: true,
          }),
        },
      },
    },
    childOf(agents, [account.resource]),
  );
  new Service(
    NODE,
    {
      metadata: metadata(agents, NODE, selector),
      spec: {
        clusterIP: "None",
        selector,
        ports: [{ name: "metrics", port: 9100, targetPort: "metrics", protocol: "TCP" }],
      },
    },
    childOf(agents),
  );
  const { namespace } = agents.network;
  return { job: "node", addresses: [], endpoints: { namespace, service: NODE, port: "metrics" } };
}
