import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { PlanDocument } from "../../ops/plan/document";
import { describeWith, environmentOf } from "../lab";
import { bulwark, folder, mode, project, ROOT, removeFolders, tree } from "./command";

afterAll(removeFolders);

interface Compose {
  readonly name: string;
  readonly services: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** A site whose encrypted value is known, rendered with generated secrets. */
function rendered(extra: NodeJS.ProcessEnv = {}): {
  site: string;
  out: string;
  render: (env?: NodeJS.ProcessEnv) => ReturnType<typeof bulwark>;
} {
  const site = project("site");
  const out = join(folder(), "out");
  mkdirSync(join(out, "secrets"), { recursive: true });
  writeFileSync(join(out, "secrets", "values.json"), JSON.stringify({ "site:token": "canary-token" }));
  const render = (env: NodeJS.ProcessEnv = {}) =>
    bulwark(["render", "dev", "--out", out, "--secrets", "generate"], { cwd: site, env: { ...extra, ...env } });
  return { site, out, render };
}

/** A value for every secret of a site, by name. */
function given(site: string): Record<string, string> {
  const { resources } = JSON.parse(bulwark(["plan", "dev", "--json"], { cwd: site }).out) as PlanDocument;
  const names = resources.filter((each) => each.type.startsWith("random:")).map((each) => each.name);
  return Object.fromEntries(["site:token", ...names].map((name) => [name, `value of ${name}`]));
}

describe("bulwark render --secrets generate", () => {
  const { site, out, render } = rendered();
  const ended = render();
  const first = tree(out);
  const text = readFileSync(join(out, "compose.yaml"), "utf8");
  const compose = parse(text) as Compose;

  test("ends well and says where the secrets are", () => {
    expect(ended).toMatchObject({ code: 0, out: expect.stringContaining("Keep a copy") });
    expect(ended.out).not.toMatch(/canary/);
  });

  test("a second render is the same to the byte, from a copy of the project too", () => {
    expect(render().code).toBe(0);
    expect(tree(out)).toEqual(first);
    const other = join(folder(), "other");
    mkdirSync(other);
    cpSync(join(out, "secrets"), join(other, "secrets"), { recursive: true });
    expect(bulwark(["render", "dev", "--out", other, "--secrets", "generate"], { cwd: project("site") }).code).toBe(0);
    expect(tree(other)).toEqual(first);
  });

  test("secrets are in files of mode 0600 below a folder of mode 0700 that git ignores, and nowhere else", () => {
    expect(mode(join(out, "secrets"))).toBe("700");
    expect(mode(join(out, "secrets", "shop"))).toBe("700");
    const values = JSON.parse(readFileSync(join(out, "secrets", "values.json"), "utf8")) as Record<
      string,
      { value: string }
    >;
    const clear = [...Object.values(values).map((each) => each.value), "canary-of-the-program", "canary-it's $HOME"];
    expect(clear).toContain("canary-token");
    expect(Object.keys(values)).toEqual(expect.arrayContaining([expect.stringMatching(/::db-orders_user-password$/)]));
    for (const [file, content] of Object.entries(first)) {
      if (file.startsWith("secrets/")) expect(content).toMatch(/^600 /);
      else for (const value of clear) expect({ file, leaks: content.includes(value) }).toEqual({ file, leaks: false });
    }
    expect(first[".gitignore"]).toBe("644 /secrets/\n");
    expect(first["secrets/shop/api-token"]).toBe("600 canary-token");
    execFileSync("git", ["init", "-q", out]);
    const ignored = execFileSync("git", ["-C", out, "check-ignore", "secrets/shop/fixed", "secrets/values.json"], {
      encoding: "utf8",
    });
    expect(ignored.trim().split("\n")).toHaveLength(2);
  });

  test("a generated password has the length that was asked for and reaches all who need it", () => {
    const values = JSON.parse(readFileSync(join(out, "secrets", "values.json"), "utf8")) as Record<
      string,
      { value: string }
    >;
    const password = Object.entries(values).find(([urn]) => urn.endsWith("::db-orders_user-password"))?.[1].value ?? "";
    expect(password).toMatch(/^[A-Za-z0-9]{40}$/);
    expect(first["secrets/shop/db-orders_user-password"]).toBe(`600 ${password}`);
  });

  test("the compose file has the stack's names, so data is the same as under Pulumi", () => {
    expect(compose.name).toBe("site-dev");
    expect(compose.volumes["db-data"]).toEqual({ name: "site-dev-db-data" });
    expect(compose.networks["db"]).toEqual({ name: "site-dev-db", driver: "bridge", internal: true });
    expect(compose.services["db"]).toMatchObject({ container_name: "site-dev-db" });
  });

  test("a service says everything that the container said", () => {
    expect(compose.services["shop-2"]).toMatchObject({
      container_name: "site-dev-shop-2",
      image: "registry.example.com/shop:1.0.0",
      environment: expect.objectContaining({ DB_HOST: "db", API_TOKEN_FILE: "/run/secrets/api-token" }),
      user: "10001:10001",
      read_only: true,
      init: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      tmpfs: ["/tmp:rw,noexec,nosuid,nodev,size=64m,mode=1777"],
      volumes: expect.arrayContaining([
        { type: "volume", source: "shop-secrets", target: "/run/secrets", read_only: true },
      ]),
      networks: { db: {}, "network-edge": { aliases: ["shop-2"] } },
      ipc: "private",
      mem_limit: "512m",
      memswap_limit: "512m",
      cpus: 0.5,
      shm_size: "64m",
      logging: { driver: "json-file", options: { "max-file": "5", "max-size": "10m" } },
      stop_signal: "SIGTERM",
      stop_grace_period: "20s",
      healthcheck: expect.objectContaining({ test: expect.arrayContaining(["CMD-SHELL"]), interval: "5s", retries: 3 }),
      restart: "unless-stopped",
      labels: { "io.bulwark.files": expect.stringMatching(/^[0-9a-f]{12}$/) },
      depends_on: {
        "db-provision": { condition: "service_completed_successfully" },
        "shop-1": { condition: "service_healthy" },
        "shop-files": { condition: "service_completed_successfully" },
        "shop-migration": { condition: "service_completed_successfully" },
      },
    });
    expect(compose.services["db-files"]?.["depends_on"]).toEqual({
      "db-certificate": { condition: "service_started" },
    });
    expect(compose.services["network-proxy"]?.["ports"]).toContainEqual({
      target: 443,
      published: "28543",
      host_ip: "127.0.0.1",
      protocol: "tcp",
    });
    expect(compose.services["shop-files"]).toMatchObject({ network_mode: "none", restart: "no", read_only: true });
  });

  test("a carrier finds its files where the upload would have been", () => {
    expect(compose.services["shop-files"]?.["volumes"]).toContainEqual({
      type: "bind",
      source: "./secrets/shop/db-orders_user-password",
      target: "/carry/0",
      read_only: true,
      bind: { create_host_path: false },
    });
    expect(Object.keys(first)).toEqual(
      expect.arrayContaining(["config/db/postgresql.conf", "config/db/pg_hba.conf", "config/network-proxy/Caddyfile"]),
    );
  });

  test("a dollar sign stays one, and words that YAML takes for something else stay words", () => {
    expect(compose.services["shop-1"]?.["environment"]).toMatchObject({
      PRICE: "$$5 and $$HOME",
      FLAG: "no",
      HASH: "12345678e123",
    });
    expect(compose.services["shop-migration"]?.["command"]).toEqual(["migrate", "$$HOME"]);
    expect(text).toContain('HASH: "12345678e123"');
    expect(text).toContain('FLAG: "no"');
  });

  test("each image that the host builds is built by one service, from a copy of its context", () => {
    const builders = Object.values(compose.services).filter((each) => "build" in each);
    expect(builders.map((each) => each["build"])).toEqual(
      expect.arrayContaining([
        { context: "./images/tools" },
        { context: "./images/postgres" },
        { context: "./images/edge" },
      ]),
    );
    expect(builders).toHaveLength(3);
    expect(first["images/tools/bulwark-certificate"]?.slice(4)).toBe(
      readFileSync(join(ROOT, "images", "tools", "bulwark-certificate"), "utf8"),
    );
    for (const each of Object.values(compose.services))
      expect(each["pull_policy"]).toBe(String(each["image"]).includes("bulwark/") ? "never" : undefined);
  });

  test("another rotation makes another password; the others stay", () => {
    const before = readFileSync(join(out, "secrets", "values.json"), "utf8");
    expect(render({ SITE_ROTATION: "2" }).code).toBe(0);
    const after = readFileSync(join(out, "secrets", "values.json"), "utf8");
    expect(after).not.toBe(before);
    expect(after).toContain("canary-token");
    const changed = parse(readFileSync(join(out, "compose.yaml"), "utf8")) as Compose;
    const label = (from: Compose, service: string, name: string) =>
      ((from.services[service]?.["labels"] ?? {}) as Record<string, string>)[name];
    expect(label(changed, "shop-files", "io.bulwark.run")).not.toBe(label(compose, "shop-files", "io.bulwark.run"));
    expect(label(changed, "shop-1", "io.bulwark.files")).not.toBe(label(compose, "shop-1", "io.bulwark.files"));
    expect(label(changed, "db-files", "io.bulwark.run")).toBe(label(compose, "db-files", "io.bulwark.run"));
  });

  test("a file that is no longer needed is removed", () => {
    writeFileSync(join(out, "secrets", "shop", "stale"), "old");
    writeFileSync(join(out, "config", "stale"), "old");
    expect(render().code).toBe(0);
    expect(existsSync(join(out, "secrets", "shop", "stale"))).toBe(false);
    expect(existsSync(join(out, "config", "stale"))).toBe(false);
  });

  test("a secret that lost its mark stops the render before anything is written", () => {
    const fresh = join(folder(), "fresh");
    const file = join(folder(), "values.json");
    writeFileSync(file, JSON.stringify({ ...given(site), "db-orders_user-password": "canary-password" }));
    const { code, err } = bulwark(["render", "dev", "--out", fresh, "--secrets", file], {
      cwd: site,
      env: { SITE_LEAK: "1" },
    });
    expect(code).toBe(2);
    expect(err).toContain("would stand in clear in compose.yaml");
    expect(err).not.toContain("canary-password");
    expect(existsSync(fresh)).toBe(false);
  });
});

describeWith(["compose"], "compose reads the rendered project", () => {
  const { out, render } = rendered();
  beforeAll(() => expect(render().code).toBe(0));

  test("without a word of complaint, and gives every value back as it was", () => {
    const config = (...args: string[]) =>
      execFileSync("docker", ["compose", "config", ...args], {
        cwd: out,
        env: environmentOf(["compose"]),
        encoding: "utf8",
        stdio: "pipe",
      });
    config("-q");
    const read = JSON.parse(config("--format", "json")) as Compose;
    expect(read.services["shop-1"]?.["environment"]).toMatchObject({ PRICE: "$$5 and $$HOME", FLAG: "no" });
    expect(read.services["legacy-1"]?.["environment"]).toMatchObject({ OLD_PASSWORD: "canary-it's $$HOME" });
    expect(read.volumes["db-data"]).toEqual({ name: "site-dev-db-data" });
  });
});

describe("bulwark render without, or with given, secrets", () => {
  test("without: no secret file, and what to do", () => {
    const out = join(folder(), "out");
    const { code, out: said } = bulwark(["render", "dev", "--out", out], { cwd: project("site") });
    expect(code).toBe(0);
    expect(said).toContain("No secret was written; the project needs 5 files of them");
    expect(existsSync(join(out, "secrets"))).toBe(false);
    expect(JSON.stringify(tree(out))).not.toMatch(/canary|standin/);
    expect(readFileSync(join(out, "compose.yaml"), "utf8")).toContain("./secrets/shop/fixed");
  });

  test("from a file: all that is missing is listed; then they are where they belong", () => {
    const site = project("site");
    const out = join(folder(), "out");
    const file = join(folder(), "mine.json");
    writeFileSync(file, "{}");
    const refused = bulwark(["render", "dev", "--out", out, "--secrets", file], { cwd: site });
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/mine\.json(?:.|\n)*\n {2}db-orders_user-password\n {2}site:token\n$/);
    expect(existsSync(out)).toBe(false);
    writeFileSync(file, JSON.stringify({ ...given(site), "site:token": "one", "db-orders_user-password": "two" }));
    expect(bulwark(["render", "dev", "--out", out, "--secrets", file], { cwd: site }).code).toBe(0);
    expect(readFileSync(join(out, "secrets/shop/api-token"), "utf8")).toBe("one");
    expect(readFileSync(join(out, "secrets/shop/db-orders_user-password"), "utf8")).toBe("two");
    expect(existsSync(join(out, "secrets", "values.json"))).toBe(false);
  });

  test.each([
    ["no such file", undefined, "there is no file"],
    ["not JSON", "canary {", "is not JSON"],
    ["a list", "[]", "must be an object"],
    ["a number as a value", '{"site:token": 1}', "the value of site:token must be text"],
  ])("a secrets file that is wrong: %s", (_, content, message) => {
    const file = join(folder(), "mine.json");
    if (content !== undefined) writeFileSync(file, content);
    const { code, err } = bulwark(["render", "dev", "--out", join(folder(), "out"), "--secrets", file], {
      cwd: project("site"),
    });
    expect(code).toBe(2);
    expect(err).toContain(message);
    expect(err).not.toContain("canary");
  });

  test("a folder with other files is left alone", () => {
    const out = folder();
    writeFileSync(join(out, "notes.txt"), "mine");
    const { code, err } = bulwark(["render", "dev", "--out", out], { cwd: project("site") });
    expect(code).toBe(2);
    expect(err).toContain("holds other files");
    expect(Object.keys(tree(out))).toEqual(["notes.txt"]);
  });

  test("a stack that is not on compose is refused", () => {
    const { code, err } = bulwark(["render", "dev", "--out", join(folder(), "out")], { cwd: project("broken") });
    expect(code).toBe(2);
    expect(err).toContain("the stack dev is on none");
  });
});
