import { describeWith } from "../lab";
import { type Answer, type Cluster, startCluster } from "./cluster";
import { drift } from "./drift";
import { ends, type Manifest, manifestsOf, nameOf, podsOf, templateOf } from "./manifests";
import { apply, installKinds, refusal, settle } from "./objects";
import { everything, SYSTEMS } from "./systems";

/** What cannot do its work under the restricted profile: the namespace, the profile that is left, and who runs there. */
const AGENTS = ["monitoring-agents privileged: node-exporter"];

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
    expect(drift(changed({ restartPolicy: "always" }), pod)).toEqual(["spec.restartPolicy"]);
    const huge = { resources: { requests: { cpu: "1", memory: "100Gi" }, limits: { memory: "100Gi" } } };
    expect(await refused({ containers: spec.containers.map((each) => ({ ...each, ...huge })) })).toMatch(
      /exceeded quota: network/,
    );
    expect(await refused({ priorityClassName: "nobody-made-this" })).toMatch(/no PriorityClass with name/);
  });

  describe.each(SYSTEMS)("given %s", (title, system) => {
    let manifests: Manifest[];
    beforeAll(async () => {
      manifests = manifestsOf(await system());
    });

    test("takes every manifest by server-side apply without a warning, gives back what it was given, and the same again is no change", async () => {
      expect(manifests.length).toBeGreaterThan(50);
      const complaints: string[] = [];
      for (const manifest of manifests) {
        const answer = await apply(cluster, manifest);
        const refused = refusal(answer);
        for (const said of [...(refused === undefined ? [] : [refused]), ...answer.warnings])
          complaints.push(`${nameOf(manifest)}: ${said}`);
        if (refused === undefined)
          for (const path of drift(manifest, answer.body))
            complaints.push(`${nameOf(manifest)}: gives back another ${path}`);
        if (contentOf(await apply(cluster, manifest)) !== contentOf(answer))
          complaints.push(`${nameOf(manifest)}: changed the second time`);
      }
      expect(complaints).toEqual([]);
    }, 300_000);

    test("admits each pod as a bare Pod under the profile of its namespace and within the quota, all replicas at once (POL-02)", async () => {
      expect(relaxed(manifests)).toEqual(title === "the stack staging" ? AGENTS : []);
      const lasting = podsOf(manifests.filter((each) => !ends(each)));
      expect(lasting.length).toBeGreaterThan(manifests.filter((each) => templateOf(each) && !ends(each)).length);
      const complaints: string[] = [];
      const namespace = lasting[0]?.metadata.namespace;
      await cluster.ask("DELETE", `/api/v1/namespaces/${namespace}/pods?gracePeriodSeconds=0`);
      // Jobs run before the services of a new version, one update's step after another; backups run beside all that lasts, two at a time.
      const backups = podsOf(manifests.filter((each) => each.kind === "CronJob"));
      const steps = podsOf(manifests.filter((each) => each.kind === "Job"));
      const further = backups.slice(2).map((pod) => [pod]);
      for (const pods of [[...lasting, ...backups.slice(0, 2)], steps, ...further]) {
        await settle(cluster, manifests);
        for (const pod of pods) {
          const refused = refusal(await apply(cluster, pod));
          if (refused !== undefined) complaints.push(`${nameOf(pod)}: ${refused}`);
        }
      }
      expect(complaints).toEqual([]);
      await settle(cluster, manifests);
      const refusals = [];
      for (const [index, pod] of backups.slice(0, 3).entries()) {
        const metadata = { ...pod.metadata, name: `once-more-${index}` };
        refusals.push(refusal(await apply(cluster, { ...pod, metadata })));
      }
      expect(refusals.filter((each) => each !== undefined)).toEqual(
        backups.length < 3 ? [] : [expect.stringMatching(/exceeded quota: [a-z-]+, requested: pods=1, used: pods=2/)],
      );
    }, 300_000);
  });
});

/** What an object is, without the server's own book-keeping. */
function contentOf({ body }: Answer): string {
  const { managedFields: _, resourceVersion: __, ...metadata } = (body["metadata"] ?? {}) as Record<string, unknown>;
  return JSON.stringify({ ...body, metadata });
}

/** Namespaces that enforce less than the restricted profile: those of agents that need the host. */
function relaxed(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter((each) => each.kind === "Namespace")
    .filter((each) => each.metadata.labels?.["pod-security.kubernetes.io/enforce"] !== "restricted")
    .map(({ metadata }) => {
      const agents = manifests.filter((each) => templateOf(each) && each.metadata.namespace === metadata.name);
      const profile = metadata.labels?.["pod-security.kubernetes.io/enforce"];
      return `${metadata.name} ${profile}: ${agents.map((each) => each.metadata.name).join(", ")}`;
    });
}
