// Files that a Go module carries, kept in a folder of their own beside the lab's other parts.
import { cp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cache, work } from "./paths.mjs";

/** A part that is the folder `from` of a module, or those of its files that are named. */
export function moduleFiles({ name, module, version, from, files }) {
  const folder = join(cache, name);
  const stamp = join(work, `${name}.version`);
  return {
    name,
    lane: "go",
    needs: [],
    async find() {
      const kept = await readFile(stamp, "utf8").catch(() => "");
      const present = await readdir(folder).catch(() => []);
      return kept.trim() === version && present.length > 0 ? { path: folder, version } : undefined;
    },
    async make(sh) {
      await mkdir(work, { recursive: true });
      const told = await sh("go", ["mod", "download", "-json", `${module}@${version}`], { cwd: work, quiet: true });
      await rm(folder, { recursive: true, force: true });
      const source = join(JSON.parse(told).Dir, ...from);
      for (const file of files ?? ["."]) await cp(join(source, file), join(folder, file), { recursive: true });
      await writeFile(stamp, `${version}\n`);
      return { path: folder, version };
    },
  };
}
