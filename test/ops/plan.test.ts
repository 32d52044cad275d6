import { spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PlanDocument } from "../../ops/plan/document";
import { bulwark, folder, project, ROOT, removeFolders } from "./command";

afterAll(removeFolders);

const CANARY = /canary|standin/i;

/** The site keeps a secret in a plain variable, to show that it is masked all the same: a plan of it ends as one that violates a policy. */
const JUDGED = 22;

describe("bulwark plan --json", () => {
  const site = project("site");
  const first = bulwark(["plan", "dev", "--json"], { cwd: site });
  const plan = JSON.parse(first.out) as PlanDocument;

  test("ends well and has the fields of the contract", () => {
    expect(first.code).toBe(JUDGED);
    expect(Object.keys(plan)).toEqual(["version", "stack", "target", "resources", "findings", "summary"]);
    expect(plan).toMatchObject({ version: 1, stack: "dev", target: "compose" });
    expect(plan.summary.resources).toBe(plan.resources.length);
    const networks = plan.resources.filter((each) => each.type === "docker:index/network:Network").length;
    expect(networks).toBeGreaterThan(3);
    expect(plan.summary.types["docker:index/network:Network"]).toBe(networks);
  });

  test("is the same from another folder, at another time, whatever the folder is called", () => {
    const again = bulwark(["plan", "dev", "--json", "--cwd", project("site")], { cwd: folder() });
    expect(again.out).toBe(first.out);
  });

  test("holds no path of this machine and is sorted", () => {
    expect(first.out).not.toContain(ROOT);
    expect(first.out).not.toContain(site);
    const urns = plan.resources.map((resource) => resource.urn);
    expect(urns).toEqual([...urns].sort());
    expect(
      plan.resources.find((each) => String(each.props["name"]).includes("bulwark/tools"))?.props["build"],
    ).toMatchObject({
      context: "bulwark:/images/tools",
    });
  });

  test("shows no secret: not of the program, not of the configuration, not a stand-in that lost its mark", () => {
    const leaking = bulwark(["plan", "dev", "--json"], { cwd: site, env: { SITE_LEAK: "1" } });
    for (const { out, err } of [first, leaking]) {
      expect(out).not.toMatch(CANARY);
      expect(err).not.toMatch(CANARY);
    }
    const legacy = (JSON.parse(leaking.out) as PlanDocument).resources.find((each) => each.name === "legacy-1");
    expect(legacy?.props["envs"]).toEqual(["[secret]", "[secret]"]);
    const carrier = plan.resources.find((each) => each.name === "shop-files");
    expect(carrier?.props["uploads"]).toContainEqual({ file: "/carry/0", content: "[secret]" });
  });

  test("has URNs as the engine makes them, parents, providers, dependencies and protection", () => {
    const data = plan.resources.find((each) => each.name === "db-data");
    expect(data).toMatchObject({
      urn: "urn:pulumi:dev::site::bulwark:index:ManagedPostgres$docker:index/volume:Volume::db-data",
      parent: "urn:pulumi:dev::site::bulwark:index:ManagedPostgres::db",
      provider: "urn:pulumi:dev::site::pulumi:providers:docker::host::[unknown]",
      protect: true,
      custom: true,
    });
    const second = plan.resources.find((each) => each.name === "shop-2");
    expect(second?.dependencies.some((urn) => urn.endsWith("::shop-1"))).toBe(true);
    expect(plan.resources.find((each) => each.name === "db" && !each.custom)).not.toHaveProperty("parent");
  });

  test("warns of what it could not decrypt", () => {
    expect(plan.summary.warnings).toEqual([expect.stringContaining("site:token is encrypted")]);
  });

  test("--out writes the same", () => {
    const file = join(folder(), "deep", "plan.json");
    expect(bulwark(["plan", "dev", "--out", file], { cwd: site }).code).toBe(JUDGED);
    expect(readFileSync(file, "utf8")).toBe(first.out);
  });

  test("standard output is the plan alone, even when the program prints", () => {
    expect(first.err).toContain("programs may talk");
    expect(first.out).not.toContain("programs may talk");
  });
});

describe("bulwark plan", () => {
  test("names every container, network, volume and generated secret, without colours where no terminal is", () => {
    const site = project("site");
    const plan = JSON.parse(bulwark(["plan", "dev", "--json"], { cwd: site }).out) as PlanDocument;
    const { out, code } = bulwark(["plan", "dev"], { cwd: site });
    expect(code).toBe(JUDGED);
    expect(out).not.toMatch(CANARY);
    expect(out).not.toContain("\u001b");
    const words: Record<string, RegExp> = {
      "docker:index/container:Container": /container|one-shot/,
      "docker:index/network:Network": /network/,
      "docker:index/volume:Volume": /volume/,
      "random:index/randomPassword:RandomPassword": /secret/,
    };
    const lines = out.split("\n").map((line) => line.trim().split(/\s+/));
    for (const { type, name } of plan.resources) {
      const word = words[type];
      if (word !== undefined) expect(lines).toContainEqual(expect.arrayContaining([expect.stringMatching(word), name]));
    }
    expect(out).toMatch(/^ {2}volume +db-data +data, protected$/m);
    const count = (word: string, test = (_: PlanDocument["resources"][number]) => true) =>
      plan.resources.filter((each) => each.type.endsWith(`:${word}`) && test(each)).length;
    const shots = count("Container", (each) => each.props["mustRun"] === false);
    const kept = count("Volume", (each) => each.protect);
    expect(out).toContain(
      `\n${count("Container")} containers (${shots} of them one-shots), ${count("Network")} networks, ${count("Volume")} volumes (${kept} protected), ${count("RandomPassword")} generated secret`,
    );
  });

  test("of the dev stack takes less than 5 seconds of work", () => {
    // Processor time: other tests run on the same machine at the same time.
    const file = join(folder(), "cpu");
    const hook = `import{writeFileSync as w}from"node:fs";process.on("exit",()=>w(${JSON.stringify(file)},JSON.stringify(process.cpuUsage())))`;
    const { code, out } = bulwark(["plan", "dev"], {
      env: { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(hook)}` },
    });
    expect(code).toBe(0);
    expect(out).toContain("auth-service-2");
    const { user, system } = JSON.parse(readFileSync(file, "utf8")) as NodeJS.CpuUsage;
    expect((user + system) / 1e6).toBeLessThan(5);
  });
});

describe("what cannot be planned ends with one clear message and no stack trace", () => {
  test.each([
    ["throws", 1, /^The program of this stack failed\.\nTypeError: .*nothing.*\n {2}in program\.cjs:7:\d+\n$/],
    ["apply", 1, /an apply failed\n {2}in program\.cjs:11:\d+\n$/],
    ["waits", 1, /^The program of this stack never ends/],
    ["asks", 2, /asks a provider for aws:index\/getRegion:getRegion\. A plan is made offline/],
    ["twice", 2, /^Two resources are named part/],
  ])("a program that %s", (how, code, message) => {
    const ended = bulwark(["plan", "dev", "--json"], { cwd: project("broken"), env: { BROKEN: how } });
    expect(ended).toEqual({ code, out: "", err: expect.stringMatching(message) });
    expect(ended.err).not.toMatch(/^\s+at /m);
  });

  test("bad arguments: every problem, exit code 2", () => {
    const { code, out, err } = bulwark(["plan", "dev"], { cwd: project("refused") });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(
      /^ManagedPostgres "db": 3 problems\n {2}memory: .*\n.*\n {2}replica: .*\n.*did you mean `replicas`.*\n {2}databases: /,
    );
    expect(err).not.toMatch(/^\s+at /m);
  });

  test("bad arguments: nothing is registered, not even what came before them", () => {
    const script = `
      const { runProgram } = require("./dist/ops/plan/program.js");
      const { standIns } = require("./dist/ops/plan/source.js");
      const { readStack } = require("./dist/ops/project.js");
      let monitor;
      runProgram(readStack(process.argv[1], "dev"), standIns, (each) => { monitor = each; })
        .catch((error) => setTimeout(() => console.log(error.name, monitor.recorded.length), 50));`;
    const { stdout } = spawnSync(process.execPath, ["-e", script, project("refused")], { cwd: ROOT, encoding: "utf8" });
    expect(stdout).toBe("ArgumentError 0\n");
  });

  test.each([
    ["an unknown stack", ["plan", "dve"], 'Did you mean "dev"? Stacks: dev.'],
    ["a stack name with a path in it", ["plan", "../dev"], "There is no stack"],
    ["an unknown command", ["plann", "dev"], "Did you mean plan?"],
    ["an unknown option", ["plan", "dev", "--jsno"], "--jsno"],
    ["no stack", ["plan"], "missing required argument"],
  ])("%s", (_, args, message) => {
    const { code, out, err } = bulwark(args, { cwd: project("broken") });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(message);
  });

  test.each([
    ["no project", (path: string) => rmSync(join(path, "Pulumi.yaml")), "Pulumi.yaml is not there"],
    ["no program", (path: string) => rmSync(join(path, "program.cjs")), "program.cjs, is not there"],
    [
      "a file that is not YAML",
      (path: string) => writeFileSync(join(path, "Pulumi.dev.yaml"), "a: [\n"),
      "Pulumi.dev.yaml is not YAML",
    ],
  ])("%s", (_, spoil, message) => {
    const path = project("broken");
    spoil(path);
    const { code, err } = bulwark(["plan", "dev"], { cwd: path });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toMatch(/^\s+at /m);
  });
});

test("--help is there for every command, quickly, and --version says the package's", () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { version: string };
  expect(bulwark(["--version"]).out.trim()).toBe(version);
  for (const command of ["plan", "render", "doctor", "up", "preview", "destroy"]) {
    const { code, out } = bulwark([command, "--help"]);
    expect({ command, code }).toEqual({ command, code: 0 });
    expect(out).toContain("Exit codes: ");
  }
});
