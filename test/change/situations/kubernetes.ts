import { type Declared, edit, type Situation, type System, without } from "./declared";

const canary = "canary-Xq7pLw93kVbT2mNs";
const digest = `@sha256:${"d".repeat(64)}`;
const metadata = (name: string) => ({ name, namespace: "shop" });

const container = {
  name: "web",
  image: `registry.example.com/shop/web:1.0.0${digest}`,
  resources: { limits: { memory: "512Mi", cpu: "500m" }, requests: { memory: "256Mi", cpu: "100m" } },
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    runAsNonRoot: true,
    capabilities: { drop: ["ALL"] },
    seccompProfile: { type: "RuntimeDefault" },
  },
  livenessProbe: { httpGet: { path: "/health", port: 8080 } },
  readinessProbe: { httpGet: { path: "/ready", port: 8080 } },
};
const template = (change: object = {}) => ({
  metadata: { labels: { app: "web" } },
  spec: { automountServiceAccountToken: false, serviceAccountName: "web", containers: [{ ...container, ...change }] },
});
const deployment = (change: object = {}) => ({
  metadata: metadata("web"),
  spec: { replicas: 2, selector: { matchLabels: { app: "web" } }, template: template(), ...change },
});
const statefulSet = (change: object = {}) => ({
  metadata: metadata("db"),
  spec: { replicas: 1, serviceName: "db", selector: { matchLabels: { app: "db" } }, template: template(), ...change },
});
const claim = (change: object = {}) => ({
  metadata: metadata("db-data"),
  spec: {
    accessModes: ["ReadWriteOnce"],
    storageClassName: "standard",
    resources: { requests: { storage: "20Gi" } },
    ...change,
  },
});
const hpa = (minReplicas: number, maxReplicas: number) => ({
  metadata: metadata("web"),
  spec: { scaleTargetRef: { kind: "Deployment", name: "web" }, minReplicas, maxReplicas },
});
const rules = (verbs: readonly string[]) => ({
  metadata: metadata("reader"),
  rules: [{ apiGroups: [""], resources: ["configmaps"], verbs }],
});
const isolation = (ingress: readonly object[]) => ({
  metadata: metadata("db-in"),
  spec: { podSelector: { matchLabels: { app: "db" } }, policyTypes: ["Ingress"], ingress },
});

const on = (each: Declared): Declared => ({ provider: "cluster", ...each });

/** A shop on MicroK8s. */
export const CLUSTER: System = [
  { name: "cluster", type: "pulumi:providers:kubernetes", props: { context: "shop" } },
  on({
    name: "shop",
    type: "kubernetes:core/v1:Namespace",
    props: { metadata: { name: "shop", labels: { "pod-security.kubernetes.io/enforce": "restricted" } } },
  }),
  on({ name: "db-data", type: "kubernetes:core/v1:PersistentVolumeClaim", dependsOn: ["shop"], props: claim() }),
  on({ name: "db", type: "kubernetes:apps/v1:StatefulSet", dependsOn: ["shop", "db-data"], props: statefulSet() }),
  on({ name: "web", type: "kubernetes:apps/v1:Deployment", dependsOn: ["shop"], props: deployment() }),
  on({ name: "web-hpa", type: "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", props: hpa(2, 4) }),
  on({
    name: "settings",
    type: "kubernetes:core/v1:ConfigMap",
    props: { metadata: metadata("settings"), data: { LOG_LEVEL: "info", SMTP_PASSWORD: `${canary}-old` } },
  }),
  on({
    name: "db-in",
    type: "kubernetes:networking.k8s.io/v1:NetworkPolicy",
    props: isolation([{ from: [{ podSelector: { matchLabels: { app: "web" } } }] }]),
  }),
  on({ name: "reader", type: "kubernetes:rbac.authorization.k8s.io/v1:Role", props: rules(["get"]) }),
  on({
    name: "credentials",
    type: "kubernetes:core/v1:Secret",
    props: { metadata: metadata("credentials"), stringData: { token: { $secret: `${canary}-token` } } },
  }),
  on({
    name: "migrate",
    type: "kubernetes:batch/v1:Job",
    props: { metadata: metadata("migrate"), spec: { template: template() } },
  }),
];

const situation = (name: string, after: System, exit: number, ...reasons: string[]): Situation => ({
  name,
  before: CLUSTER,
  after,
  exit,
  reasons,
});

/** What an operator of a cluster meets. */
export const CLUSTER_SITUATIONS: readonly Situation[] = [
  situation("rolling-update", edit(CLUSTER, "web", deployment({ template: template({ args: ["--verbose"] }) })), 0),
  situation("scale-to-zero", edit(CLUSTER, "web", deployment({ replicas: 0 })), 20, "scaled-to-zero web"),
  situation(
    "recreate-strategy",
    edit(CLUSTER, "web", deployment({ strategy: { type: "Recreate" }, template: template({ args: ["x"] }) })),
    20,
    "recreated web",
  ),
  situation("hpa-raised", edit(CLUSTER, "web-hpa", hpa(2, 10)), 20, "capacity-raised web-hpa"),
  situation("hpa-floor-lowered", edit(CLUSTER, "web-hpa", hpa(1, 4)), 20, "capacity-lowered web-hpa"),
  situation(
    "stateful-set-replaced",
    edit(CLUSTER, "db", statefulSet({ serviceName: "db-internal" })),
    21,
    "stateful-replaced db",
  ),
  situation(
    "claim-on-another-class",
    edit(CLUSTER, "db-data", claim({ storageClassName: "fast" })),
    21,
    "stateful-replaced db-data",
  ),
  situation(
    "claim-grown",
    edit(CLUSTER, "db-data", claim({ resources: { requests: { storage: "40Gi" } } })),
    20,
    "storage-raised db-data",
  ),
  situation("isolation-opened", edit(CLUSTER, "db-in", isolation([{}])), 20, "network-rule db-in"),
  situation("rights-widened", edit(CLUSTER, "reader", rules(["get", "list", "watch"])), 20, "rights-changed reader"),
  situation(
    "secret-in-configmap",
    edit(CLUSTER, "settings", {
      metadata: metadata("settings"),
      data: { LOG_LEVEL: "info", SMTP_PASSWORD: `${canary}-new` },
    }),
    0,
  ),
  situation(
    "secret-replaced",
    edit(CLUSTER, "credentials", { stringData: { token: { $secret: `${canary}-token2` } } }),
    20,
    "credential-rotated credentials",
  ),
  situation(
    "namespace-deleted",
    without(CLUSTER, "shop", "db-data", "db", "web"),
    21,
    "stateful-deleted shop",
    "stateful-deleted db-data",
  ),
  situation(
    "job-replaced",
    edit(CLUSTER, "migrate", { metadata: metadata("migrate"), spec: { template: template({ args: ["x"] }) } }),
    0,
    "one-shot-again migrate",
  ),
  situation(
    "another-cluster",
    edit(CLUSTER, "cluster", { context: "elsewhere" }),
    21,
    "provider-replaced cluster",
    "stateful-replaced db-data",
  ),
];
