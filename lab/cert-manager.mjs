// The kinds that cert-manager adds to a cluster: its CustomResourceDefinitions, as its Go module carries them.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, work } from "./paths.mjs";

const module = "github.com/cert-manager/cert-manager";
const version = "v1.18.2";
const folder = join(cache, "cert-manager");
const stamp = join(work, "cert-manager.version");

export const certManager = {
  name: "cert-manager",
  lane: "go",
  needs: [],
  async find() {
    const kept = await readFile(stamp, "utf8").catch(() => "");
    const files = await readdir(folder).catch(() => []);
    return kept.trim() === version && files.length > 0 ? { path: folder, version } : undefined;
  },
  async make(sh) {
    await mkdir(work, { recursive: true });
    const told = await sh("go", ["mod", "download", "-json", `${module}@${version}`], { cwd: work, quiet: true });
    await rm(folder, { recursive: true, force: true });
    await cp(join(JSON.parse(told).Dir, "deploy", "crds"), folder, { recursive: true });
    await writeFile(stamp, `${version}\n`);
    return { path: folder, version };
  },
};
