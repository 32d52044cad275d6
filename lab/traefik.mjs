// The kind of Traefik that routes use: the CustomResourceDefinition of its middlewares, as its Go module carries it.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, work } from "./paths.mjs";

const module = "github.com/traefik/traefik/v3";
const version = "v3.5.0";
const file = "traefik.io_middlewares.yaml";
const folder = join(cache, "traefik");
const stamp = join(work, "traefik.version");

export const traefik = {
  name: "traefik",
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
    await mkdir(folder, { recursive: true });
    const published = join(JSON.parse(told).Dir, "docs", "content", "reference", "dynamic-configuration");
    await cp(join(published, file), join(folder, file));
    await writeFile(stamp, `${version}\n`);
    return { path: folder, version };
  },
};
