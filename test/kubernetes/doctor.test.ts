import { type ClusterFacts, clusterFacts } from "../../ops/doctor/cluster-facts";
import { describeWith, environmentOf } from "../lab";
import { type Cluster, startCluster } from "./cluster";
import type { Manifest } from "./manifests";
import { apply, installKinds, refusal } from "./objects";

const named = (apiVersion: string, kind: string, name: string, rest: object = {}): Manifest =>
  ({ apiVersion, kind, metadata: { name }, ...rest }) as unknown as Manifest;

const POD = { metadata: { labels: { app: "agent" } }, spec: { containers: [{ name: "agent", image: "agent:1" }] } };
const spec = { selector: { matchLabels: { app: "agent" } }, template: POD };

/** What the add-ons of MicroK8s leave behind, as far as doctor looks for it. */
const ADDONS: readonly Manifest[] = [
  named("v1", "Namespace", "container-registry"),
  named("networking.k8s.io/v1", "IngressClass", "public", { spec: { controller: "traefik.io/ingress-controller" } }),
  named("storage.k8s.io/v1", "StorageClass", "microk8s-hostpath", { provisioner: "microk8s.io/hostpath" }),
  named("storage.k8s.io/v1", "StorageClass", "fast", { provisioner: "example.com/fast", allowVolumeExpansion: true }),
  {
    ...named("v1", "Service", "kube-dns", { spec: { ports: [{ port: 53 }] } }),
    metadata: { name: "kube-dns", namespace: "kube-system", labels: { "k8s-app": "kube-dns" } },
  },
  {
    ...named("v1", "Service", "registry", { spec: { ports: [{ port: 5000 }] } }),
    metadata: { name: "registry", namespace: "container-registry" },
  },
  {
    ...named("apps/v1", "DaemonSet", "calico-node", { spec }),
    metadata: { name: "calico-node", namespace: "kube-system" },
  },
  {
    ...named("apps/v1", "Deployment", "cert-manager", { spec }),
    metadata: {
      name: "cert-manager",
      namespace: "kube-system",
      labels: { "app.kubernetes.io/name": "cert-manager", "app.kubernetes.io/version": "v1.17.2" },
    },
  },
];

describeWith(["etcd", "kube-apiserver", "cert-manager", "traefik", "kubectl"], "doctor asks a real API server", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, 120_000);
  afterAll(() => cluster?.stop());
  const facts = (context: string) =>
    clusterFacts(context, { ...environmentOf(["kubectl"]), KUBECONFIG: cluster.kubeconfig });

  test("a bare one: every add-on is missing, and what it stores is in clear (POL-16)", async () => {
    await apply(cluster, {
      ...named("v1", "Secret", "any"),
      metadata: { name: "any", namespace: "kube-system" },
    });
    expect(await facts("lab")).toMatchObject({
      version: expect.stringMatching(/^v1\.\d+/),
      storageClasses: {},
      ingressClasses: {},
      dns: false,
      certManager: "",
      networkPlugin: "",
      registry: false,
      rbac: true,
      encrypts: false,
    } satisfies Record<keyof ClusterFacts | string, unknown>);
  }, 60_000);

  test("one with the add-ons: each is seen, with what it can do", async () => {
    await installKinds(cluster);
    for (const each of ADDONS) expect(refusal(await apply(cluster, each))).toBeUndefined();
    const status = "/apis/apps/v1/namespaces/kube-system/deployments/cert-manager/status";
    const running = { status: { replicas: 1, readyReplicas: 1, availableReplicas: 1 } };
    await cluster.ask("PATCH", status, running, { type: "application/merge-patch+json" });
    const seen = await facts("lab");
    expect(seen).toMatchObject({
      storageClasses: { "microk8s-hostpath": false, fast: true },
      ingressClasses: { public: "traefik.io/ingress-controller" },
      dns: true,
      certManager: "v1.17.2",
      networkPlugin: "calico-node",
      registry: true,
    });
    expect(seen.apis).toEqual(expect.arrayContaining(["cert-manager.io/v1", "traefik.io/v1alpha1"]));
  }, 60_000);

  test("one that does not answer says why", async () => {
    expect((await facts("nowhere")).error).toMatch(/nowhere/);
  });
});
