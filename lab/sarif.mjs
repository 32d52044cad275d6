// The validator of SARIF by the makers of the format: it knows the schema and the rules beyond it. A program for Linux in an npm package.
import { chmod, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cache, work } from "./paths.mjs";
import { isExecutable } from "./sh.mjs";

const version = "5.7.0";
const folder = join(cache, `sarif-multitool-${version}`);
const file = join(folder, "Sarif.Multitool");

export const sarif = {
  name: "sarif",
  lane: "host",
  needs: [],
  async find() {
    return (await isExecutable(file)) ? { bin: file, version } : undefined;
  },
  async make(sh) {
    const unpacked = join(work, "sarif");
    await rm(unpacked, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
    await mkdir(unpacked, { recursive: true });
    await sh("npm", ["pack", "--silent", `@microsoft/sarif-multitool-linux@${version}`], { cwd: unpacked });
    const archive = (await readdir(unpacked)).find((name) => name.endsWith(".tgz"));
    await sh("tar", ["-xzf", archive], { cwd: unpacked });
    await chmod(join(unpacked, "package", "Sarif.Multitool"), 0o755);
    await rename(join(unpacked, "package"), folder);
    return { bin: file, version };
  },
};
