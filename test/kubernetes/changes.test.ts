import { describeWith } from "../lab";
import type { Registered } from "../mocks/program";
import { type Cluster, startCluster } from "./cluster";
import { type Manifest, manifestsOf, nameOf } from "./manifests";
import { apply, installKinds, refusal } from "./objects";
import { everything, type Growth } from "./systems";

const STORES = /:(StatefulSet|PersistentVolumeClaim)$/;

/** What an operator does to a running system. */
const CHANGES: readonly (readonly [string, Growth])[] = [
  ["a larger volume", { storage: "40 GiB" }],
  ["a larger volume where the storage class can do it", { storage: "40 GiB", volumesGrow: true }],
  ["the next minor release of PostgreSQL", { image: "postgres:17.6" }],
  ["more memory", { memory: "2 GiB" }],
  ["one more replica with a volume of its own", { replicas: 4 }],
];

describeWith(
  ["etcd", "kube-apiserver", "cert-manager", "traefik"],
  "on a real API server, a running system gets",
  () => {
    let cluster: Cluster;
    beforeAll(async () => {
      cluster = await startCluster();
      await installKinds(cluster);
    }, 120_000);
    afterAll(() => cluster?.stop());

    test.each(CHANGES)(
      "%s: no StatefulSet and no volume is replaced, and the server takes every update",
      async (_, growth) => {
        const { volumesGrow = false } = growth;
        const [before, after] = [await everything({ volumesGrow }), await everything(growth)];
        await emptied(cluster, volumesGrow);
        for (const manifest of manifestsOf(before)) expect(refusal(await apply(cluster, manifest))).toBeUndefined();
        await bind(cluster, manifestsOf(before));

        const old = new Map(before.resources.map((each) => [each.urn, each]));
        const applied = after.resources.map((each) => ({ ...each, inputs: asUpdated(old.get(each.urn), each) }));
        const refused: string[] = [];
        for (const manifest of manifestsOf({ ...after, resources: applied })) {
          const why = refusal(await apply(cluster, manifest));
          if (why !== undefined) refused.push(`${nameOf(manifest)}: ${why}`);
        }
        expect(refused).toEqual([]);

        const urns = new Set(after.resources.map((each) => each.urn));
        const stores = before.resources.filter((each) => STORES.test(each.type));
        expect(stores.length).toBeGreaterThan(8);
        expect(stores.filter((each) => !urns.has(each.urn)).map((each) => each.urn)).toEqual([]);
        const names = (resources: readonly Registered[]) =>
          new Map(
            resources.map((each) => [
              each.urn,
              each.type.startsWith("kubernetes:") ? nameOf(each.inputs as unknown as Manifest) : "",
            ]),
          );
        const now = names(applied);
        for (const [urn, name] of names(stores)) expect(now.get(urn)).toBe(name);
      },
    );

    test("the server itself refuses what would need a replacement, so that the test above means something", async () => {
      await emptied(cluster, false);
      const manifests = manifestsOf(await everything());
      for (const manifest of manifests) expect(refusal(await apply(cluster, manifest))).toBeUndefined();
      const chain = manifests.find((each) => each.kind === "StatefulSet" && each.metadata.name === "chain");
      const spec = chain?.["spec"] as { volumeClaimTemplates: { spec: object }[] };
      const templates = spec.volumeClaimTemplates.map((each) => ({
        ...each,
        spec: { ...each.spec, resources: { requests: { storage: "40Gi" } } },
      }));
      const answer = await apply(cluster, {
        ...(chain as Manifest),
        spec: { ...spec, volumeClaimTemplates: templates },
      });
      expect(refusal(answer)).toMatch(/updates to statefulset spec for fields other than/);
      const claim = manifests.find((each) => each.metadata.name === "db-data") as Manifest;
      const larger = { ...(claim["spec"] as object), resources: { requests: { storage: "40Gi" } } };
      expect(refusal(await apply(cluster, { ...claim, spec: larger }))).toMatch(/forbidden/i);
    });
  },
);

/** The inputs as the engine hands them on: what is to be ignored stays as it was. */
function asUpdated(old: Registered | undefined, now: Registered): Registered["inputs"] {
  if (old === undefined) return now.inputs;
  const inputs = structuredClone(now.inputs) as Record<string, unknown>;
  for (const path of now.ignoreChanges) {
    const keys = path.split(".");
    const last = keys.pop() ?? "";
    const [from, to] = [at(old.inputs, keys), at(inputs, keys)];
    to[last] = from[last];
  }
  return inputs;
}

function at(value: unknown, keys: readonly string[]): Record<string, unknown> {
  return keys.reduce((within, key) => within[key] as Record<string, unknown>, value as Record<string, unknown>);
}

/** A fresh namespace for each change, and the storage class as the cluster has it. */
async function emptied(cluster: Cluster, expands: boolean): Promise<void> {
  const kinds = [
    "/apis/apps/v1/namespaces/shop-test/statefulsets",
    "/apis/batch/v1/namespaces/shop-test/jobs",
    "/api/v1/namespaces/shop-test/persistentvolumeclaims",
  ];
  for (const kind of kinds) {
    const { body } = await cluster.ask("GET", kind);
    for (const item of (body["items"] ?? []) as Manifest[]) {
      const address = `${kind}/${item.metadata.name}`;
      await cluster.ask("PATCH", address, { metadata: { finalizers: null } }, { type: "application/merge-patch+json" });
      await cluster.ask("DELETE", `${address}?gracePeriodSeconds=0&propagationPolicy=Background`);
      await cluster.ask("PATCH", address, { metadata: { finalizers: null } }, { type: "application/merge-patch+json" });
    }
  }
  const answer = await apply(cluster, {
    apiVersion: "storage.k8s.io/v1",
    kind: "StorageClass",
    metadata: { name: "microk8s-hostpath" },
    provisioner: "microk8s.io/hostpath",
    reclaimPolicy: "Delete",
    volumeBindingMode: "WaitForFirstConsumer",
    ...(expands ? { allowVolumeExpansion: true } : { allowVolumeExpansion: false }),
  } as unknown as Manifest);
  expect(refusal(answer)).toBeUndefined();
}

/** Binds the claims, as the provisioner would: only a bound volume can grow. */
async function bind(cluster: Cluster, manifests: readonly Manifest[]): Promise<void> {
  for (const { kind, metadata, ...rest } of manifests) {
    if (kind !== "PersistentVolumeClaim") continue;
    const { resources } = rest["spec"] as { resources: { requests: { storage: string } } };
    const address = `/api/v1/namespaces/${metadata.namespace}/persistentvolumeclaims/${metadata.name}`;
    const status = {
      phase: "Bound",
      capacity: { storage: resources.requests.storage },
      accessModes: ["ReadWriteOnce"],
    };
    const answer = await cluster.ask(
      "PATCH",
      `${address}/status`,
      { status },
      { type: "application/merge-patch+json" },
    );
    expect(refusal(answer)).toBeUndefined();
  }
}
