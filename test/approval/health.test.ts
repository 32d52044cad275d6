import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { backupBy, backupNow } from "../../ops/apply/backup";
import { healthOf, type Workload, workloadsIn } from "../../ops/apply/health";

type Resource = Readonly<Record<string, unknown>>;
const provider = (kind: string, inputs: object): Resource => ({
  type: `pulumi:providers:${kind}`,
  urn: `urn:pulumi:prod::shop::pulumi:providers:${kind}::it`,
  id: "1",
  inputs,
});
const resource = (kind: string, type: string, inputs: object, outputs: object = {}): Resource => ({
  type,
  urn: `urn:pulumi:prod::shop::${type}::it`,
  provider: `urn:pulumi:prod::shop::pulumi:providers:${kind}::it::1`,
  inputs,
  outputs,
});
const only = (...resources: Resource[]): Workload | undefined => workloadsIn(resources)[0];

describe("health of what runs", () => {
  const docker = provider("docker", { host: "ssh://root@edge" });
  const container = (inputs: object) => only(docker, resource("docker", "docker:index/container:Container", inputs));

  test.each([
    ["runs and is healthy", {}, 0, "running healthy 0", true],
    ["runs without a health check", {}, 0, "running  0", true],
    ["is starting", {}, 0, "running starting 0", undefined],
    ["is not healthy yet", {}, 0, "running unhealthy 0", undefined],
    ["restarts", {}, 0, "restarting  1", undefined],
    ["has ended", {}, 0, "exited  0", false],
    ["is gone", {}, 1, "", false],
    ["is a job that has ended well", { mustRun: false }, 0, "exited  0", true],
    ["is a job that failed", { mustRun: false }, 0, "exited  2", false],
    ["is a job that still runs", { mustRun: false }, 0, "running  0", undefined],
  ])("a container that %s", (_, inputs, code, out, well) => {
    expect(container({ name: "web", ...inputs })?.well(code, out)).toBe(well);
  });

  test("a container is asked for on the host of its provider", () => {
    expect(container({ name: "web" })?.ask.slice(0, 4)).toEqual(["docker", "--host", "ssh://root@edge", "inspect"]);
  });

  test("a Deployment is asked for in the context of its provider, and without one not at all", () => {
    const deployment = resource("kubernetes", "kubernetes:apps/v1:Deployment", {
      metadata: { name: "web", namespace: "shop" },
    });
    const found = only(provider("kubernetes", { context: "microk8s" }), deployment);
    expect(found?.ask.join(" ")).toBe(
      "kubectl --context microk8s --namespace shop rollout status deployment/web --timeout=5s",
    );
    expect(only(provider("kubernetes", {}), deployment)).toBeUndefined();
  });

  test("an ECS service by the state of its rollout", () => {
    const service = resource("aws", "aws:ecs/service:Service", { cluster: "main" }, { name: "web" });
    const found = only(provider("aws", { region: "eu-central-1" }), service);
    expect(found?.ask).toEqual(expect.arrayContaining(["--cluster", "main", "--services", "web"]));
    expect(["COMPLETED", "IN_PROGRESS", "FAILED"].map((state) => found?.well(0, `${state}\n`))).toEqual([
      true,
      undefined,
      false,
    ]);
  });

  test("what becomes healthy in time is waited for; what cannot be asked is unknown, not failed", async () => {
    let asked = 0;
    const late: Workload = { urn: "a", title: "late", ask: ["true"], well: () => (++asked > 1 ? true : undefined) };
    const never: Workload = { urn: "b", title: "never", ask: ["true"], well: () => false };
    const absent: Workload = { urn: "c", title: "absent", ask: ["bulwark-no-such-program"], well: () => true };
    const found = await healthOf([late, never, absent], 30, process.env);
    expect(found.map(({ title, status }) => [title, status])).toEqual([
      ["late", "ok"],
      ["never", "failed"],
      ["absent", "unknown"],
    ]);
  });
});

describe("the backup before a change", () => {
  const lines: string[] = [];
  const around = { environment: process.env, write: (text: string) => void lines.push(text) };

  test("a site's own command is given the stack; what it says is the reference", async () => {
    expect(await backupBy('echo "db of $1: set-1"; echo files: set-2')("prod", "/", around)).toEqual({
      ok: true,
      reference: "db of prod: set-1; files: set-2",
    });
    expect(await backupBy("exit 3")("prod", "/", around)).toEqual({ ok: false, reason: "exit 3 ended with 3" });
  });

  test("bulwark backup now that cannot make one is no backup", async () => {
    const folder = mkdtempSync(`${tmpdir()}/bulwark-backup-`);
    try {
      expect(await backupNow("dev", folder, around)).toEqual({
        ok: false,
        reason: expect.stringMatching(/^bulwark backup now ended with [12]$/),
      });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
