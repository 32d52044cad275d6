import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compare, readPlan } from "../../ops/change/plans";
import { diff } from "../../ops/diff/command";
import { stackOf } from "../../ops/diff/refs";
import type { GraphResource } from "../../policies/graph";

const folder = mkdtempSync(join(tmpdir(), "bulwark-plans-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const resource = (type: string, name: string, props: object, more: Partial<GraphResource> = {}): GraphResource => ({
  urn: `urn:pulumi:prod::shop::${type}::${name}`,
  type,
  name,
  custom: true,
  protect: false,
  props: { ...props },
  dependencies: [],
  propertyDependencies: {},
  ...more,
});
const VOLUME = "docker:index/volume:Volume";
const base = [
  resource(VOLUME, "data", { name: "data", labels: [] }, { protect: true }),
  resource("aws:s3/bucket:Bucket", "logs", { bucket: "logs", forceDestroy: false }),
  resource("kubernetes:core/v1:ConfigMap", "settings", { data: { LEVEL: "info" } }),
];
const edited = (name: string, change: (each: GraphResource) => Partial<GraphResource>) =>
  base.map((each) => (each.name === name ? { ...each, ...change(each) } : each));

function plan(resources: readonly GraphResource[], more: object = {}): string {
  const sorted = [...resources].sort((a, b) => (a.urn < b.urn ? -1 : 1));
  return JSON.stringify({
    version: 1,
    stack: "prod",
    resources: sorted,
    findings: [],
    summary: { resources: sorted.length },
    ...more,
  });
}

async function run(head: string, before = plan(base)): Promise<{ exit: number; output: string }> {
  writeFileSync(join(folder, "base.json"), before);
  writeFileSync(join(folder, "head.json"), head);
  const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const exit = await diff("base.json", "head.json", { cwd: folder, format: "text" });
    return { exit, output: write.mock.calls.map(([text]) => String(text)).join("") };
  } finally {
    write.mockRestore();
  }
}

describe("bulwark diff of two plans", () => {
  test.each([
    ["nothing", plan(base), 0, /^ALLOW: nothing changes/],
    [
      "a label of a volume",
      plan(edited("data", () => ({ props: { name: "data", labels: [{ label: "a", value: "b" }] } }))),
      21,
      /forced by: labels/,
    ],
    [
      "a setting",
      plan(edited("settings", () => ({ props: { data: { LEVEL: "debug" } } }))),
      20,
      /data.LEVEL: "info" → "debug"/,
    ],
    ["protection", plan(edited("data", () => ({ protect: false }))), 21, /no longer protected/],
    [
      "force destroy",
      plan(edited("logs", () => ({ props: { bucket: "logs", forceDestroy: true } }))),
      21,
      /forceDestroy/,
    ],
    ["a resource less", plan(base.filter(({ name }) => name !== "logs")), 21, /delete Bucket logs/],
    [
      "another name",
      plan(edited("data", (each) => ({ name: "store", urn: each.urn.replace(/data$/, "store") }))),
      21,
      /looks like a rename/,
    ],
  ])("%s", async (_, head, exit, text) => {
    const result = await run(head);
    expect(result.exit).toBe(exit);
    expect(result.output).toMatch(text);
  });

  test("a replaced provider drags along what it manages, unchanged or not", () => {
    const provider = resource("pulumi:providers:aws", "region", { region: "us-east-1" });
    const on = base.filter(({ name }) => name === "logs").map((each) => ({ ...each, provider: `${provider.urn}::id` }));
    const before = readPlan(plan([...on, provider]), "base");
    const after = readPlan(plan([...on, { ...provider, props: { region: "eu-central-1" } }]), "head");
    expect(compare(before, after, "plans").changes.map(({ name, operation }) => [name, operation])).toEqual([
      ["region", "replace"],
      ["logs", "replace"],
    ]);
  });

  test.each([
    ["another version", plan(base, { version: 2 })],
    ["no version", plan(base, { version: undefined })],
    ["fewer resources than counted", plan(base, { summary: { resources: 4 } })],
    ["another order", JSON.stringify({ version: 1, stack: "prod", resources: base, summary: { resources: 3 } })],
    ["another stack", plan(base, { stack: "dev" })],
    ["half a file", plan(base).slice(0, -9)],
  ])("%s ends with 25", async (_, head) => {
    expect(await run(head)).toMatchObject({ exit: 25, output: expect.stringContaining("not understood") });
  });
});

describe("bulwark diff of two git refs", () => {
  const root = join(folder, "repository");
  const git = (...words: string[]) => execFileSync("git", words, { cwd: root, encoding: "utf8" });
  const commit = (labels: string) => {
    writeFileSync(
      join(root, "index.js"),
      `const pulumi = require("@pulumi/pulumi"); new pulumi.CustomResource("${VOLUME}", "data", { name: "data", labels: ${labels} });`,
    );
    git("add", ".");
    git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "-qm", labels);
  };

  beforeAll(() => {
    execFileSync("git", ["init", "-q", root]);
    writeFileSync(join(root, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
    writeFileSync(join(root, "Pulumi.dev.yaml"), "config: {}\n");
    writeFileSync(join(root, ".gitignore"), "node_modules\n");
    execFileSync("ln", ["-s", join(__dirname, "..", "..", "node_modules"), join(root, "node_modules")]);
    commit("[]");
    commit('[{ label: "a", value: "b" }]');
    writeFileSync(join(root, "index.js"), "an edit that is not committed and must not be planned");
  });

  test("plans each in a worktree of its own and leaves none behind", async () => {
    const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      expect(await diff("HEAD~1", "HEAD", { cwd: root, format: "text" })).toBe(21);
      expect(await diff("HEAD", "HEAD", { cwd: root, format: "text" })).toBe(0);
    } finally {
      write.mockRestore();
    }
    expect(git("worktree", "list").trim().split("\n")).toHaveLength(1);
    expect(git("status", "--short").trim()).toBe("M index.js");
  }, 60_000);

  test("what is no ref ends with 25", async () => {
    expect(await diff("HEAD", "nowhere", { cwd: root, format: "text" })).toBe(25);
    expect(await diff("--output=x", "HEAD", { cwd: root, format: "text" })).toBe(25);
  }, 60_000);

  test("the only stack needs no naming", () => {
    expect(stackOf(undefined, root)).toBe("dev");
    expect(stackOf("prod", root)).toBe("prod");
  });
});
