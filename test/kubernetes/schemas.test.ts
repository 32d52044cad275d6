import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeWith, part } from "../lab";
import { type Cluster, startCluster } from "./cluster";
import { type Manifest, manifestsOf, nameOf } from "./manifests";
import { installKinds } from "./objects";
import { writeSchemas } from "./schemas";
import { SYSTEMS } from "./systems";

describeWith(["etcd", "kube-apiserver", "cert-manager", "traefik", "kubeconform"], "kubeconform -strict", () => {
  let cluster: Cluster;
  let schemas: string;
  beforeAll(async () => {
    cluster = await startCluster();
    await installKinds(cluster);
    schemas = join(cluster.folder, "schemas");
    expect(await writeSchemas(cluster, schemas)).toBeGreaterThan(150);
  }, 120_000);
  afterAll(() => cluster?.stop());

  /** What kubeconform finds in manifests; nothing when all is well. */
  function judge(manifests: readonly Manifest[]): { readonly invalid: string[]; readonly summary: unknown } {
    const folder = join(cluster.folder, `manifests-${Math.floor(Math.random() * 1e9)}`);
    mkdirSync(folder);
    for (const [index, manifest] of manifests.entries())
      writeFileSync(join(folder, `${index}.json`), JSON.stringify(manifest));
    const tool = part("kubeconform");
    const location = join(schemas, "{{ .ResourceKind }}{{ .KindSuffix }}.json");
    const args = ["-strict", "-summary", "-output", "json", "-schema-location", location, folder];
    const { stdout, stderr } = spawnSync(tool.present ? (tool.bin ?? "") : "", args, { encoding: "utf8" });
    if (stdout === "") throw new Error(stderr);
    const said = JSON.parse(stdout) as { resources?: { name: string; kind: string; msg: string }[]; summary: unknown };
    return {
      invalid: (said.resources ?? []).map((each) => `${each.kind} ${each.name}: ${each.msg}`),
      summary: said.summary,
    };
  }

  test.each(SYSTEMS)("finds nothing in %s", async (_, system) => {
    const manifests = manifestsOf(await system());
    expect(manifests.length).toBeGreaterThan(50);
    expect(judge(manifests)).toEqual({
      invalid: [],
      summary: { valid: manifests.length, invalid: 0, errors: 0, skipped: 0 },
    });
  });

  test("finds a field that does not exist, a wrong type and a missing one, in built-in kinds and in those of others", async () => {
    const [, everything] = SYSTEMS[0] ?? [];
    const manifests = manifestsOf((await everything?.()) as never);
    const of = (kind: string): Manifest => manifests.find((each) => each.kind === kind) as Manifest;
    const broken = [
      { ...of("Service"), specc: {} },
      { ...of("Deployment"), spec: { ...(of("Deployment")["spec"] as object), replicas: "two" } },
      { ...of("NetworkPolicy"), spec: { ...(of("NetworkPolicy")["spec"] as object), podSelectors: {} } },
      { ...of("Certificate"), spec: { ...(of("Certificate")["spec"] as object), secretName: undefined } },
    ];
    const { invalid } = judge(broken as unknown as Manifest[]);
    expect(invalid).toHaveLength(4);
    for (const [index, manifest] of broken.entries())
      expect(
        invalid.find((each) => each.startsWith(`${nameOf(manifest as Manifest).split(" ")[0]} `)) ?? index,
      ).toMatch(/additional|got string|missing/i);
  });
});
