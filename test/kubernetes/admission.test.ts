import { describeWith } from "../lab";
import { type Cluster, startCluster } from "./cluster";
import { type Manifest, manifestsOf, nameOf, podsOf, templateOf } from "./manifests";
import { apply, installKinds, refusal, settle } from "./objects";
import { everything } from "./systems";

const SYSTEMS = [["a system that uses every argument", () => everything()]] as const;

describeWith(["etcd", "kube-apiserver", "cert-manager", "traefik"], "a real API server", () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
    await installKinds(cluster);
  }, 120_000);
  afterAll(() => cluster?.stop());

  test("refuses a root pod on its own, a field that does not exist, and more than the quota: it does look", async () => {
    const manifests = manifestsOf(await everything());
    for (const manifest of manifests) expect(refusal(await apply(cluster, manifest))).toBeUndefined();
    await settle(cluster, manifests);
    const [pod] = podsOf(manifests);
    const spec = pod?.["spec"] as { containers: object[]; securityContext: object };
    const changed = (changes: object): Manifest => ({ ...(pod as Manifest), spec: { ...spec, ...changes } });
    const refused = async (changes: object) => refusal(await apply(cluster, changed(changes)));
    expect(await refused({ securityContext: { ...spec.securityContext, runAsNonRoot: false } })).toMatch(
      /violates PodSecurity "restricted:latest": runAsNonRoot/,
    );
    expect(await refused({ hostPidd: true })).toMatch(/field not declared in schema/);
    const huge = { resources: { requests: { cpu: "1", memory: "100Gi" }, limits: { memory: "100Gi" } } };
    expect(await refused({ containers: spec.containers.map((each) => ({ ...each, ...huge })) })).toMatch(
      /exceeded quota: network/,
    );
    expect(await refused({ priorityClassName: "nobody-made-this" })).toMatch(/no PriorityClass with name/);
  });

  describe.each(SYSTEMS)("given %s", (_, system) => {
    let manifests: Manifest[];
    beforeAll(async () => {
      manifests = manifestsOf(await system());
    });

    test("takes every manifest by server-side apply, without a warning", async () => {
      expect(manifests.length).toBeGreaterThan(50);
      const complaints: string[] = [];
      for (const manifest of manifests) {
        const answer = await apply(cluster, manifest);
        const refused = refusal(answer);
        for (const said of [...(refused === undefined ? [] : [refused]), ...answer.warnings])
          complaints.push(`${nameOf(manifest)}: ${said}`);
      }
      expect(complaints).toEqual([]);
    });

    test("takes the same again without a change", async () => {
      const changed: string[] = [];
      for (const manifest of manifests) {
        const [before, after] = [await apply(cluster, manifest), await apply(cluster, manifest)];
        const version = (answer: typeof before) =>
          (answer.body["metadata"] as { resourceVersion?: string }).resourceVersion;
        if (version(before) !== version(after)) changed.push(nameOf(manifest));
      }
      expect(changed).toEqual([]);
    });

    test("admits each pod as a bare Pod, all replicas at once, under the restricted profile and the quota (POL-02)", async () => {
      const [namespace] = manifests.filter((each) => each.kind === "Namespace");
      expect(namespace?.metadata.labels).toMatchObject({ "pod-security.kubernetes.io/enforce": "restricted" });
      await settle(cluster, manifests);
      const pods = podsOf(manifests);
      expect(pods.length).toBeGreaterThan(manifests.filter((each) => templateOf(each) !== undefined).length);
      const complaints: string[] = [];
      for (const pod of pods) {
        const refused = refusal(await apply(cluster, pod));
        if (refused !== undefined) complaints.push(`${nameOf(pod)}: ${refused}`);
      }
      expect(complaints).toEqual([]);
    });
  });
});
