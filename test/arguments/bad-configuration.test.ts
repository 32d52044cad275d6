import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";

const root = join(__dirname, "../..");
const project = mkdtempSync(join(tmpdir(), "bulwark-configuration-"));
cpSync(join(root, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
symlinkSync(join(root, "dist"), join(project, "dist"));
afterAll(() => rmSync(project, { recursive: true }));

type Config = Record<string, unknown>;
const good = (parse(readFileSync(join(root, "Pulumi.dev.yaml"), "utf8")) as { config: Config }).config;

const plan = (config: Config, stack = "dev") => {
  writeFileSync(join(project, `Pulumi.${stack}.yaml`), stringify({ config }));
  const result = spawnSync("node", [join(root, "dist/ops/main.js"), "plan", stack, "--cwd", project], {
    encoding: "utf8",
    env: { ...process.env, NO_COLOR: "1" },
  });
  return { code: result.status, out: result.stdout, err: result.stderr };
};

const without = (key: string): Config => Object.fromEntries(Object.entries(good).filter(([each]) => each !== key));

interface Case {
  readonly title: string;
  readonly config: Config;
  /** Text that the message must hold: paths, and what to do. */
  readonly says: readonly string[];
  readonly stack?: string;
}

const CASES: readonly Case[] = [
  {
    title: "unknown key",
    config: { ...good, "bulwark:domian": "x.example.com" },
    says: ["domian", "did you mean `domain`"],
  },
  { title: "no domain", config: without("bulwark:domain"), says: ["domain", "given nothing"] },
  { title: "no images", config: without("bulwark:images"), says: ["images", "given nothing"] },
  {
    title: "image that floats, and one that is missing",
    config: { ...good, "bulwark:images": { "auth-service": "auth:latest", "data-service": "data:1.0.0" } },
    says: ["2 problems", "images.auth-service", "pin it", "images.detection-service"],
  },
  {
    title: "memory in decimal units",
    config: { ...good, "bulwark:memory": "8 GB" },
    says: ["memory", "MiB, GiB or TiB"],
  },
  {
    title: "a host that is too small",
    config: { ...good, "bulwark:memory": "2 GiB" },
    says: ["memory", "db 1 GiB", "describe a larger host"],
  },
  {
    title: "port out of range",
    config: { ...good, "bulwark:publish": { https: 99_999 } },
    says: ["publish.https", "65535"],
  },
  {
    title: "camera network that is none",
    config: { ...good, "bulwark:cameras": ["cameras"] },
    says: ["cameras.0", "IPv4 network"],
  },
  { title: "host without a scheme", config: { ...good, "bulwark:host": "203.0.113.7" }, says: ["host", "ssh://"] },
  { title: "stack that no program knows", config: good, says: ["prodution"], stack: "prodution" },
  {
    title: "facts of a cluster that are none",
    config: { ...good, "bulwark:cluster": { volumesGrow: "yes", apiServerPort: 0, storageclass: "fast" } },
    says: ["3 problems", "cluster.volumesGrow", "cluster.apiServerPort", "storageclass", "did you mean `storageClass`"],
    stack: "staging",
  },
  {
    title: "everything wrong at once",
    config: { "bulwark:domain": "x y", "bulwark:cpus": -1, "bulwark:images": [], "bulwark:color": "red" },
    says: ["4 problems", "domain", "cpus", "images", "color"],
  },
];

describe("bad configuration of a stack", () => {
  it.each(CASES)("$title", ({ config, says, stack }) => {
    const { code, out, err } = plan(config, stack);
    for (const text of says) expect(err).toContain(text);
    expect(err).not.toMatch(/^\s+at .*:\d+/m);
    expect(err).not.toContain("node_modules");
    expect(out).toBe("");
    expect(code).toBe(2);
  });

  it("accepts the configuration that the repository has", () => expect(plan(good)).toMatchObject({ code: 0, err: "" }));
});
