import type { ClusterNeeds } from "../../ops/doctor/cluster";
import { type ClusterFacts, encryptsAtRest } from "../../ops/doctor/cluster-facts";
import { examineCluster } from "../../ops/doctor/command";

const NEEDS: ClusterNeeds = {
  context: "microk8s",
  cpus: 8,
  memory: 20 * 1024,
  ingressClasses: ["public"],
  storageClasses: ["microk8s-hostpath"],
  apis: ["v1", "apps/v1", "cert-manager.io/v1", "traefik.io/v1alpha1"],
  scales: true,
  volumesGrow: true,
  registry: true,
};

const GOOD: ClusterFacts = {
  version: "v1.35.1",
  cpus: 8,
  memory: 19_500,
  ingressClasses: { public: "traefik.io/ingress-controller" },
  storageClasses: { "microk8s-hostpath": true },
  certManager: "v1.17.2",
  networkPlugin: "calico-node",
  rbac: true,
  registry: true,
  apis: [...NEEDS.apis, "metrics.k8s.io/v1beta1"],
  dns: true,
  encrypts: true,
};

const failed = (facts: ClusterFacts) =>
  examineCluster(NEEDS, facts)
    .filter((each) => each.status === "failed")
    .map((each) => each.title);

test("a cluster that has everything passes every check", () => {
  expect(examineCluster(NEEDS, GOOD).filter((each) => each.status !== "ok")).toEqual([]);
});

test.each<[string, Partial<ClusterFacts>]>([
  ["Kubernetes API", { version: "v1.29.4" }],
  ["DNS", { dns: false }],
  ["Storage class", { storageClasses: { "local-path": false } }],
  ["Larger volumes", { storageClasses: { "microk8s-hostpath": false } }],
  ["cert-manager", { certManager: "v1.8.0" }],
  ["cert-manager", { certManager: "" }],
  ["RBAC", { rbac: false }],
  ["Registry", { registry: false }],
  ["Ingress controller", { ingressClasses: { public: "k8s.io/ingress-nginx" } }],
  ["Kinds", { apis: ["v1", "apps/v1", "traefik.io/v1alpha1", "metrics.k8s.io/v1beta1"] }],
  ["Metrics server", { apis: NEEDS.apis }],
  ["Node", { memory: 8 * 1024 }],
  ["Secrets at rest", { encrypts: false }],
])("%s fails alone when that is wrong, and says what to do", (title, wrong) => {
  const facts = { ...GOOD, ...wrong };
  expect(failed(facts)).toEqual([title]);
  expect(examineCluster(NEEDS, facts).find((each) => each.title === title)?.advice).toMatch(/^.{15,}$/);
});

test("nobody knows whether a network plugin without a known name enforces NetworkPolicies", () => {
  const [found] = examineCluster(NEEDS, { ...GOOD, networkPlugin: "" }).filter((each) => each.status !== "ok");
  expect(found).toMatchObject({ title: "Network policies", status: "unknown" });
});

test("a cluster that does not answer fails once, and the rest is unknown", () => {
  const results = examineCluster(NEEDS, { error: "connection refused" });
  expect(results.filter((each) => each.status === "failed").map((each) => each.found)).toEqual([
    "microk8s: connection refused",
  ]);
  expect(results.filter((each) => each.status === "unknown").length).toBeGreaterThan(5);
});

test("secrets are encrypted at rest when the API server says that it used a key (POL-16)", () => {
  const line = (prefix: string) =>
    `apiserver_storage_transformation_operations_total{resource="secrets",status="OK",transformation_type="to_storage",transformer_prefix="${prefix}"} 3`;
  expect(encryptsAtRest(`# HELP\n${line("k8s:enc:secretbox:v1:")}\n`)).toBe(true);
  expect(encryptsAtRest(`# HELP\n${line("identity")}\n`)).toBe(false);
});
