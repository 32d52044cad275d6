import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix } from "node:path";
import { satisfies } from "semver";
import { consumer, type Packed, pack, ROOT, sources } from "./packing";

const PROVIDERS = ["@pulumi/aws", "@pulumi/docker", "@pulumi/kubernetes", "@pulumi/random"];
const OTHER_TARGETS = ["@pulumi/aws", "@pulumi/kubernetes"];
const TARGETS = ["./compose", "./microk8s", "./aws"];
/** What `pulumi preview --policy-pack node_modules/bulwark/policies` looks for. */
const POLICY_PACK = ["policies/PulumiPolicy.yaml", "policies/package.json"];
const SLOW = 120_000;

let packed: Packed;

beforeAll(() => {
  packed = pack();
}, SLOW);

afterAll(() => packed?.remove());

function entries(): { readonly subpath: string; readonly types: string; readonly code: string }[] {
  return Object.entries(packed.manifest.exports).flatMap(([subpath, target]) =>
    typeof target === "string"
      ? []
      : [{ subpath, types: posix.normalize(target["types"] ?? ""), code: posix.normalize(target["default"] ?? "") }],
  );
}

function read(path: string): string {
  return readFileSync(join(packed.folder, path), "utf8");
}

/** Module names that a file imports or requires. */
function imports(path: string): string[] {
  const code = read(path).replace(/\/\*[\s\S]*?\*\//g, "");
  const patterns = [/\brequire\("([^"]+)"\)/g, /\bfrom "([^"]+)"/g, /\bimport\("([^"]+)"\)/g, /^import "([^"]+)"/gm];
  return patterns.flatMap((pattern) => [...code.matchAll(pattern)].flatMap((match) => match[1] ?? []));
}

/** The file that a relative import means, or nothing when it is not in the tarball. */
function resolved(from: string, name: string, extension: ".js" | ".d.ts"): string | undefined {
  const base = posix.join(posix.dirname(from), name.replace(/\.js$/, ""));
  return [`${base}${extension}`, posix.join(base, `index${extension}`), base].find((each) =>
    packed.files.includes(each),
  );
}

/** Names of all packages that the declarations of an entry point import, over all files they lead to. */
function packagesInTypes(entry: string): string[] {
  const found = new Set<string>();
  const seen = new Set<string>();
  const visit = (path: string): void => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const name of imports(path)) {
      const file = name.startsWith(".") ? resolved(path, name, ".d.ts") : undefined;
      if (file !== undefined) visit(file);
      else found.add(name.startsWith(".") ? `missing ${name} of ${path}` : packageOf(name));
    }
  };
  visit(entry);
  return [...found].sort();
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

describe("the tarball", () => {
  it("holds the licence, the README and nothing but built files and images", () => {
    expect(packed.files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const other = packed.files.filter(
      (path) =>
        !/^dist\/(components|images|ops|policies)\/.+\.(js|d\.ts|yaml)$/.test(path) &&
        !path.startsWith("images/") &&
        !["LICENSE", "README.md", "package.json", ...POLICY_PACK].includes(path),
    );
    expect(other).toEqual([]);
  });

  it("holds no test, lab or source file", () => {
    const own = packed.files.filter((path) => !path.startsWith("images/"));
    expect(own.filter((path) => /(^|\/)(test|lab|bench|stacks)\/|\.test\.|(?<!\.d)\.ts$/.test(path))).toEqual([]);
  });

  it("holds every image as it is in the checkout, so that the hashes in their tags agree", () => {
    const images = sources("images");
    expect(images.filter((path) => path.endsWith("/Dockerfile")).length).toBeGreaterThanOrEqual(8);
    expect(packed.files.filter((path) => path.startsWith("images/"))).toEqual(images);
    for (const path of images) expect(read(path)).toBe(readFileSync(join(ROOT, path), "utf8"));
  });

  it("has a command that can be run", () => {
    const path = posix.normalize(packed.manifest.bin["bulwark"] ?? "");
    expect(packed.files).toContain(path);
    expect(read(path)).toMatch(/^#!\/usr\/bin\/env node\n/);
  });

  it("is a policy pack of its own version, without the exemptions of this checkout", () => {
    const { version, main } = JSON.parse(read("policies/package.json"));
    expect(version).toBe(JSON.parse(read("package.json")).version);
    expect(packed.files).toContain(posix.join("policies", main));
    expect(packed.files.filter((path) => path.startsWith("policies/"))).toEqual(POLICY_PACK);
  });

  it("names types first in each entry point, and files that are there", () => {
    for (const { subpath, types, code } of entries()) {
      expect(Object.keys(packed.manifest.exports[subpath] ?? {})[0]).toBe("types");
      expect(packed.files).toEqual(expect.arrayContaining([types, code]));
    }
  });

  it("has an entry point for each component and each target, and no others", () => {
    const expected = [".", ...components().map((name) => `./${name}`), ...TARGETS, "./policies"];
    expect(entries().map((each) => each.subpath)).toEqual(expected);
  });

  it("requires only what it holds or declares", () => {
    const declared = Object.keys({ ...packed.manifest.dependencies, ...packed.manifest.peerDependencies });
    const missing = packed.files
      .filter((path) => path.endsWith(".js"))
      .flatMap((path) =>
        imports(path)
          .filter((name) =>
            name.startsWith(".")
              ? resolved(path, name, ".js") === undefined
              : !name.startsWith("node:") &&
                !builtinModules.includes(name) &&
                !declared.includes(packageOf(name)) &&
                // Code for a function of AWS, whose runtime brings these.
                !name.startsWith("@aws-sdk/client-"),
          )
          .map((name) => `${path}: ${name}`),
      );
    expect(missing).toEqual([]);
  });

  it("tests with versions of its peers that it admits", () => {
    for (const [name, range] of Object.entries(packed.manifest.peerDependencies))
      expect([name, satisfies(packed.manifest.devDependencies[name] ?? "", range)]).toEqual([name, true]);
  });

  it("makes the SDK of each target optional, and the SDK of Pulumi not", () => {
    const optional = Object.entries(packed.manifest.peerDependenciesMeta).flatMap(([name, meta]) =>
      meta.optional === true ? [name] : [],
    );
    expect(optional.sort()).toEqual(["@pulumi/aws", "@pulumi/docker", "@pulumi/kubernetes", "@pulumi/policy"]);
    expect(Object.keys(packed.manifest.dependencies).filter((name) => name.startsWith("@pulumi/"))).toEqual([]);
  });
});

describe("the declarations", () => {
  it("of the core and of each component name no provider SDK", () => {
    const core = entries().filter((each) => !TARGETS.includes(each.subpath));
    for (const { subpath, types } of core) {
      const named = packagesInTypes(types);
      expect(named.filter((name) => PROVIDERS.includes(name) || name.startsWith("missing"))).toEqual([]);
      if (subpath === ".") expect(named).toContain("@pulumi/pulumi");
    }
  });

  it.each([
    ["./compose", "@pulumi/docker"],
    ["./microk8s", "@pulumi/kubernetes"],
    ["./aws", "@pulumi/aws"],
  ])("of %s name no provider SDK but %s", (subpath, own) => {
    const types = entries().find((each) => each.subpath === subpath)?.types ?? "";
    const named = packagesInTypes(types);
    expect(named.filter((name) => (PROVIDERS.includes(name) && name !== own) || name.startsWith("missing"))).toEqual(
      [],
    );
  });
});

describe("a fresh strict project on compose", () => {
  let project: string;
  let diagnostics: string;

  beforeAll(() => {
    project = consumer(packed, OTHER_TARGETS);
    cpSync(join(__dirname, "consumer"), project, { recursive: true });
    writeFileSync(join(project, "examples.ts"), examples());
    writeFileSync(join(project, "package.json"), JSON.stringify({ name: "consumer", private: true }));
    writeFileSync(
      join(project, "tsconfig.json"),
      JSON.stringify({
        compilerOptions: {
          module: "node16",
          target: "es2022",
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          skipLibCheck: true,
          types: ["node"],
          outDir: "out",
        },
        files: ["program.ts", "mistakes.ts", "examples.ts"],
      }),
    );
    const compiler = join(ROOT, "node_modules", "typescript", "bin", "tsc");
    diagnostics = spawnSync(process.execPath, [compiler, "-p", project, "--pretty", "false"], {
      cwd: project,
      encoding: "utf8",
    }).stdout;
  }, SLOW);

  afterAll(() => {
    if (project !== undefined) rmSync(project, { recursive: true, force: true });
  });

  function of(file: string): string[] {
    return diagnostics.split("\n").filter((line) => line.startsWith(`${file}(`));
  }

  it("compiles a program with all components", () => expect(of("program.ts")).toEqual([]));

  it("refuses mistakes while typing", () => expect(of("mistakes.ts")).toEqual([]));

  it("compiles every example of the documentation", () => expect(of("examples.ts")).toEqual([]));

  it("has nothing else to complain about", () => expect(diagnostics).toBe(""));

  it("registers the program without the SDKs of other targets, and loads none of them", () => {
    const run = spawnSync(process.execPath, ["run.cjs"], { cwd: project, encoding: "utf8", timeout: SLOW });
    expect(run.stderr).toBe("");
    const seen: { readonly types: Record<string, number>; readonly loaded: string[]; readonly sameClass: boolean } =
      JSON.parse(run.stdout);
    expect(seen.types).toMatchObject({
      "bulwark:index:SurveillanceVpc": 1,
      "bulwark:index:ManagedPostgres": 1,
      "bulwark:index:RedisCache": 1,
      "bulwark:index:StorageBucket": 1,
      "bulwark:index:ServiceDeployment": 2,
      "random:index/randomPassword:RandomPassword": expect.any(Number),
      "docker:index/container:Container": expect.any(Number),
    });
    expect(seen.loaded).toEqual(["docker", "pulumi", "random"]);
    expect(seen.sameClass).toBe(true);
  });

  it("cannot reach those SDKs at all", () => {
    for (const name of OTHER_TARGETS) {
      const script = `require("node:module").createRequire(${JSON.stringify(join(project, "node_modules/bulwark/package.json"))}).resolve("${name}")`;
      expect(spawnSync(process.execPath, ["-e", script], { encoding: "utf8" }).stderr).toContain("MODULE_NOT_FOUND");
    }
  });

  it("imports the entry points as ES modules too, by name", () => {
    const script = [
      'import { ManagedPostgres, ArgumentError, ENVIRONMENTS } from "bulwark";',
      'import { ComposeHost } from "bulwark/compose";',
      "console.log([ManagedPostgres, ArgumentError, ComposeHost].map((each) => each.name).join(), ENVIRONMENTS.length);",
    ].join("\n");
    writeFileSync(join(project, "import.mjs"), script);
    const shown = execFileSync(process.execPath, ["import.mjs"], { cwd: project, encoding: "utf8" });
    expect(shown).toBe("ManagedPostgres,ArgumentError,ComposeHost 3\n");
  });

  it("cannot import what is not an entry point", () => {
    const run = spawnSync(process.execPath, ["-e", 'require("bulwark/dist/components/core/capacity")'], {
      cwd: project,
      encoding: "utf8",
    });
    expect(run.stderr).toContain("ERR_PACKAGE_PATH_NOT_EXPORTED");
  });
});

describe("a project with every SDK", () => {
  it("loads every entry point", () => {
    const project = consumer(packed, []);
    try {
      const script = `for (const each of ${JSON.stringify(entries().map((each) => posix.join("bulwark", each.subpath)))}) require(each)`;
      const run = spawnSync(process.execPath, ["-e", script], { cwd: project, encoding: "utf8" });
      expect([run.status, run.stderr]).toEqual([0, ""]);
    } finally {
      rmSync(project, { recursive: true, force: true });
    }
  }, 60_000);
});

/** Folders of the components that can be made. */
function components(): string[] {
  return readdirSync(join(ROOT, "components")).filter((name) => existsSync(join(ROOT, "components", name, "index.ts")));
}

/** Every `@example` of the components, each in a function of its own, after the names that examples take for granted. */
function examples(): string {
  const files = [...components().map((name) => join(name, "index.ts")), join("core", "overrides.ts")];
  const found = files.flatMap((file) => {
    const code = readFileSync(join(ROOT, "components", file), "utf8");
    const blocks = [...code.matchAll(/@example\s*\n\s*\* ```ts\n([\s\S]*?)\s*\* ```/g)];
    if (blocks.length === 0) throw new Error(`components/${file} has no @example`);
    return blocks.map((block) => (block[1] ?? "").replace(/^\s*\* ?/gm, ""));
  });
  return [
    'import * as pulumi from "@pulumi/pulumi";',
    'import * as bulwark from "bulwark";',
    'import { ComposeHost } from "bulwark/compose";',
    'import { MicroK8s } from "bulwark/microk8s";',
    'import { AwsRegion } from "bulwark/aws";',
    'import { Container } from "@pulumi/docker/container";',
    `const { ${components().map(className).join(", ")}, override } = bulwark;`,
    "declare const config: pulumi.Config;",
    "declare const vpc: bulwark.SurveillanceVpc;",
    "declare const db: bulwark.ManagedPostgres;",
    "declare const cache: bulwark.RedisCache;",
    "declare const recordings: bulwark.StorageBucket;",
    "declare const auth: bulwark.ServiceDeployment;",
    "declare const routing: bulwark.AlertRouting;",
    "export const targets = [ComposeHost, MicroK8s, AwsRegion, config, vpc, db, cache, recordings, auth, routing, Container];",
    ...found.map((code, index) => `export function example${index}() {\n${code}\n}`),
  ].join("\n");
}

/** `managed-postgres` is `ManagedPostgres`. */
function className(folder: string): string {
  return folder.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
}
