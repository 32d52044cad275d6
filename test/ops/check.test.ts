import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "bulwark-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bulwark = (...args: readonly string[]) => {
  const result = spawnSync("node", [join(root, "dist/ops/main.js"), ...args], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
};

interface Plan {
  readonly resources: { readonly name: string; readonly props: Record<string, unknown> }[];
}

const good = join(folder, "plan.json");
const bad = join(folder, "privileged.json");

beforeAll(() => {
  expect(bulwark("plan", "dev", "--out", good)).toMatchObject({ code: 0 });
  const plan = JSON.parse(bulwark("plan", "dev", "--json").out) as Plan;
  for (const each of plan.resources) if (each.name === "data-service-1") each.props["privileged"] = true;
  writeFileSync(bad, JSON.stringify(plan));
});

describe("bulwark check", () => {
  it("finds nothing that blocks in the dev stack", () =>
    expect(bulwark("check", good)).toMatchObject({ code: 0, err: "" }));

  it("finds nothing that blocks in the dev stack as it is rendered", () => {
    const rendered = join(folder, "rendered");
    expect(bulwark("render", "dev", "--out", rendered)).toMatchObject({ code: 0 });
    const file = join(rendered, "compose.yaml");
    expect(bulwark("check", file, "--environment", "dev")).toMatchObject({ code: 0, err: "" });
    writeFileSync(file, readFileSync(file, "utf8").replace("read_only: true", "read_only: true\n    privileged: true"));
    expect(bulwark("check", file, "--environment", "dev")).toMatchObject({ code: 22 });
  });

  it("ends with 22 and names rule, resource and remedy when a mandatory rule is violated", () => {
    const { code, out } = bulwark("check", bad, "--format", "json");
    expect(code).toBe(22);
    const { findings } = JSON.parse(out) as {
      findings: { policy: string; urn: string; status: string; remedy: string }[];
    };
    const found = findings.filter((each) => each.policy === "docker-no-privileged");
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ status: "fail", urn: expect.stringMatching(/::data-service-1$/) });
    expect(found[0]?.remedy).not.toBe("");
  });

  it("shows only what is new against a base", () => {
    const { findings } = JSON.parse(bulwark("check", bad, "--base", good, "--format", "json").out) as {
      findings: { policy: string }[];
    };
    expect(findings.map((each) => each.policy)).toEqual(["docker-no-privileged"]);
    expect(bulwark("check", bad, "--base", bad)).toMatchObject({ code: 0 });
  });

  it.each(["text", "markdown", "sarif"])("writes %s", (format) => {
    expect(bulwark("check", bad, "--format", format).out).toContain("docker-no-privileged");
  });

  it("ends with 25 on a file it does not understand, and with 2 on an option", () => {
    const cut = join(folder, "cut.json");
    writeFileSync(cut, '{"version":1,"resources":[');
    for (const file of [cut, join(folder, "none.json"), join(root, "package.json")]) {
      const { code, err } = bulwark("check", file);
      expect(code).toBe(25);
      expect(err).toContain(file);
      expect(err).not.toMatch(/^\s+at /m);
    }
    expect(bulwark("check", good, "--format", "sarf")).toMatchObject({
      code: 2,
      err: expect.stringContaining("sarif"),
    });
  });
});
