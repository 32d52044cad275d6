// Programs that exist as Go modules. Each is built in a small module of its own: `go install` refuses modules with
// replace directives, and a module of our own takes exactly the version that is named here.
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { bin, dockerConfig, work } from "./paths.mjs";
import { isExecutable } from "./sh.mjs";

/**
 * A program of a Go module as a part of the lab. `requirements` hands back further lines for its go.mod, for a module that cannot be
 * required without them.
 */
export function program({ name, file, module, version, main, flags = [], env = {}, fact, requirements, ...rest }) {
  const stamp = join(work, `${name}.version`);
  const target = `${main}@${version} ${flags.join(" ")}`.trim();
  return {
    name,
    lane: "go",
    needs: [],
    ...rest,
    async find() {
      if (!(await isExecutable(file))) return undefined;
      const built = await readFile(stamp, "utf8").catch(() => "");
      return built.trim() === target ? fact : undefined;
    },
    async make(sh) {
      const folder = join(work, `go-${name}`);
      await mkdir(folder, { recursive: true });
      await mkdir(dirname(file), { recursive: true });
      await rm(join(folder, "go.sum"), { force: true });
      const more = requirements === undefined ? "" : await requirements(sh);
      await writeFile(join(folder, "go.mod"), `module lab\n\ngo 1.24\n\nrequire ${module} ${version}\n${more}`);
      const run = (args) =>
        sh("nice", ["-n", "10", "go", ...args], { cwd: folder, env: { GOFLAGS: "-mod=mod", ...env } });
      await run(["build", ...flags, "-o", `${file}.new`, main]);
      await rename(`${file}.new`, file);
      await writeFile(stamp, `${target}\n`);
      return fact;
    },
  };
}

export const versitygw = program({
  name: "versitygw",
  file: join(bin, "versitygw"),
  module: "github.com/versity/versitygw",
  version: "v1.8.0",
  main: "github.com/versity/versitygw/cmd/versitygw",
  flags: ["-ldflags=-s -w -X=main.Version=v1.8.0"],
  env: { CGO_ENABLED: "0" },
  fact: { bin: join(bin, "versitygw") },
});

export const compose = program({
  name: "compose",
  file: join(dockerConfig, "cli-plugins", "docker-compose"),
  module: "github.com/docker/compose/v2",
  version: "v2.40.3",
  main: "github.com/docker/compose/v2/cmd",
  flags: ["-ldflags=-s -w -X=github.com/docker/compose/v2/internal.Version=v2.40.3"],
  fact: { bin: join(dockerConfig, "cli-plugins", "docker-compose"), env: { DOCKER_CONFIG: dockerConfig } },
});

export const pulumi = program({
  name: "pulumi",
  file: join(bin, "pulumi"),
  module: "github.com/pulumi/pulumi/pkg/v3",
  version: "v3.256.0",
  main: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  flags: ["-ldflags=-X=github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v3.256.0"],
  fact: { bin: join(bin, "pulumi"), path: bin },
});
