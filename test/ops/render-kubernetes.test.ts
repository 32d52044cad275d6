import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, parseAllDocuments } from "yaml";
import type { PlanDocument } from "../../ops/plan/document";
import { type Cluster, startCluster } from "../kubernetes/cluster";
import type { Manifest } from "../kubernetes/manifests";
import { installKinds } from "../kubernetes/objects";
import { describeWith, part } from "../lab";
import { bulwark, folder, mode, removeFolders, tree } from "./command";

afterAll(removeFolders);

const render = (out: string, ...more: string[]) => bulwark(["render", "staging", "--out", out, ...more]);
const documents = (file: string): Manifest[] =>
  parseAllDocuments(readFileSync(file, "utf8"), { version: "1.1" }).map((each) => each.toJS() as Manifest);
const named = (each: Manifest) => `${each.kind} ${each.metadata.namespace ?? ""}/${each.metadata.name}`;

describe("bulwark render of a stack on MicroK8s", () => {
  const out = join(folder(), "out");
  const ended = render(out);
  const first = tree(out);
  const files = readdirSync(join(out, "manifests")).map((file) => join(out, "manifests", file));
  const objects = files.flatMap(documents);

  test("ends well, and says that secrets are missing and how to go on", () => {
    expect(ended).toMatchObject({ code: 0, err: "" });
    expect(ended.out).toContain("No secret was written");
    expect(ended.out).toContain(`kubectl apply --dry-run=server -k ${out}`);
  });

  test("writes every object of the plan once but the secrets, each into the file of its component", () => {
    const plan = JSON.parse(bulwark(["plan", "staging", "--json"]).out) as PlanDocument;
    const planned = plan.resources
      .filter((each) => each.type.startsWith("kubernetes:"))
      .map((each) => named(each.props as unknown as Manifest));
    expect(objects.map(named).sort()).toEqual(planned.filter((each) => !each.startsWith("Secret ")).sort());
    expect(planned.filter((each) => each.startsWith("Secret ")).length).toBeGreaterThan(5);
    expect(existsSync(join(out, "secrets"))).toBe(false);
    expect(Object.values(first).join("\n")).not.toMatch(/pulumi\.com\/|"\[secret\]"|\[unknown\]/);
  });

  test("lists every file of manifests in the kustomization", () => {
    const kustomization = parse(readFileSync(join(out, "kustomization.yaml"), "utf8")) as { resources: string[] };
    expect(kustomization.resources.map((each) => join(out, each)).sort()).toEqual(files.sort());
  });

  test("applies a service only after the jobs that it needs, in the script and by its file's number", () => {
    const script = readFileSync(join(out, "update.sh"), "utf8").split("\n");
    const line = (pattern: RegExp) => script.findIndex((each) => pattern.test(each));
    expect(line(/^done_well smartoffice db-provision-/)).toBeLessThan(
      line(/^done_well smartoffice auth-service-migration-/),
    );
    expect(line(/^done_well smartoffice auth-service-migration-/)).toBeLessThan(
      line(/^serves smartoffice deployment\/auth-service$/),
    );
    const [deployment] = files.filter((file) =>
      documents(file).some((each) => named(each) === "Deployment smartoffice/auth-service"),
    );
    expect(deployment).toBe(join(out, "manifests", "3-auth-service.yaml"));
    execFileSync("sh", ["-n", join(out, "update.sh")]);
    execFileSync("sh", ["-n", join(out, "push-images.sh")]);
  });

  test("brings every image of its own that a pod names, with its sources", () => {
    const script = readFileSync(join(out, "push-images.sh"), "utf8");
    const images = new Set(JSON.stringify(objects).match(/localhost:32000\/[^"]+/g));
    expect(images.size).toBeGreaterThanOrEqual(3);
    for (const image of images) {
      expect(script).toContain(`push ${image} images/`);
      expect(
        existsSync(
          join(out, "images", /\/([a-z0-9-]+):/.exec(image.slice("localhost:32000".length))?.[1] ?? "", "Dockerfile"),
        ),
      ).toBe(true);
    }
  });

  test("is the same a second time, and refuses a folder that holds something else", () => {
    expect(render(out).code).toBe(0);
    expect(tree(out)).toEqual(first);
    expect(render(join(__dirname, "fixtures")).err).toContain("holds other files");
  });
});

describe("bulwark render of a stack on MicroK8s with --secrets generate", () => {
  const out = join(folder(), "out");
  const ended = render(out, "--secrets", "generate");
  const first = tree(out);
  const values = JSON.parse(readFileSync(join(out, "secrets", "values.json"), "utf8")) as Record<
    string,
    { value: string }
  >;

  test("writes Secrets of mode 0600 below a folder that git ignores, and their values nowhere else", () => {
    expect(ended.code).toBe(0);
    expect(mode(join(out, "secrets"))).toBe("700");
    expect(first[".gitignore"]).toBe("644 /secrets/\n");
    const clear = Object.values(values).map((each) => each.value);
    expect(clear.length).toBeGreaterThan(5);
    for (const [file, content] of Object.entries(first)) {
      if (file.startsWith("secrets/")) expect(content).toMatch(/^600 /);
      else for (const value of clear) expect({ file, leaks: content.includes(value) }).toEqual({ file, leaks: false });
    }
  });

  test("makes every Secret that a pod mounts, but those of cert-manager", () => {
    const made = readdirSync(join(out, "secrets", "manifests")).flatMap((file) =>
      documents(join(out, "secrets", "manifests", file)),
    );
    const manifests = Object.entries(first).filter(([file]) => file.startsWith("manifests/"));
    const mounted = manifests.flatMap(([, content]) => [
      ...content.matchAll(/(?:secretName: |secret:\n\s+(?:name: |items:[\s\S]*?\n\s+name: ))(\S+-[0-9a-f]{10})$/gm),
    ]);
    const names = new Set(mounted.map(([, name]) => name));
    expect(names.size).toBeGreaterThan(5);
    expect([...names].filter((name) => !made.some((each) => each.metadata.name === name))).toEqual([]);
    expect(made.filter((each) => each.kind !== "Secret")).toEqual([]);
    const login = made.find((each) => each.metadata.name.startsWith("cache-login-"));
    const [password] = Object.entries(values).filter(([urn]) => urn.endsWith("::cache-password"));
    expect(login?.["stringData"]).toEqual({ password: password?.[1].value });
  });

  test("is the same a second time: values are kept", () => {
    expect(render(out, "--secrets", "generate").code).toBe(0);
    expect(tree(out)).toEqual(first);
  });
});

describeWith(["etcd", "kube-apiserver", "kubectl", "cert-manager", "traefik"], "a real API server and kubectl", () => {
  let cluster: Cluster;
  const out = join(folder(), "out");
  const kubectl = (...args: string[]) => {
    const found = part("kubectl");
    if (!found.present || found.bin === undefined) throw new Error("the lab has no kubectl");
    return execFileSync(found.bin, ["--kubeconfig", cluster.kubeconfig, ...args], { encoding: "utf8", stdio: "pipe" });
  };
  beforeAll(async () => {
    mkdirSync(out);
    expect(render(out, "--secrets", "generate").code).toBe(0);
    cluster = await startCluster();
    await installKinds(cluster);
  }, 180_000);
  afterAll(() => cluster?.stop());

  test("`kubectl apply -k` is accepted in a server-side dry run, and so are the secrets", () => {
    // A dry run keeps no namespace, so what lives in one is refused until it is there.
    const namespaces = readdirSync(join(out, "manifests"))
      .flatMap((file) => documents(join(out, "manifests", file)))
      .filter((each) => each.kind === "Namespace");
    for (const each of namespaces) kubectl("create", "namespace", each.metadata.name);
    const said = kubectl("apply", "--dry-run=server", "--validate=strict", "-k", out);
    expect(said.split("\n").filter((line) => line !== "" && !line.includes("(server dry run)"))).toEqual([]);
    expect(said.split("\n").length).toBeGreaterThan(80);
    const secrets = kubectl("apply", "--dry-run=server", "--validate=strict", "-f", join(out, "secrets", "manifests"));
    expect(secrets).toContain("secret/cache-login-");
  }, 120_000);
});
