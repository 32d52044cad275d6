import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Folder of this package, where its package.json is. */
export function packageRoot(): string {
  let folder = __dirname;
  while (!isOurs(join(folder, "package.json"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package bulwark is incomplete: its package.json is missing");
    folder = parent;
  }
  return folder;
}

function isOurs(file: string): boolean {
  return existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "bulwark";
}
