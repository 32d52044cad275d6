// `npm run build`: TypeScript to JavaScript, file by file, without a look at types: `npm run check` does that, and `npm pack` builds with tsc.
import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { transformFile } from "@swc/core";

const options = {
  swcrc: false,
  jsc: { target: "es2022", parser: { syntax: "typescript" } },
  // Dynamic imports stay as they are: some packages are ES modules only.
  module: { type: "commonjs", ignoreDynamic: true, exportInteropAnnotation: true },
};

async function compile(folder) {
  const files = (await readdir(folder, { recursive: true })).filter(
    (file) => file.endsWith(".ts") && !file.endsWith(".d.ts"),
  );
  await Promise.all(
    files.map(async (file) => {
      const out = join("dist", folder, file.replace(/\.ts$/, ".js"));
      const { code } = await transformFile(join(folder, file), options);
      await mkdir(dirname(out), { recursive: true });
      await writeFile(out, code);
    }),
  );
}

await rm("dist", { recursive: true, force: true });
await Promise.all(["components", "examples", "images", "ops", "policies", "stacks"].map(compile));
await chmod("dist/ops/main.js", 0o755);
