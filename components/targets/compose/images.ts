import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { OwnImage } from "../target";

/** Folder with the build contexts of Bulwark's own images, in the package or in the checkout. */
export function imagesFolder(): string {
  let folder = __dirname;
  while (!existsSync(join(folder, "images", "tools", "Dockerfile"))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error("the package bulwark is incomplete: its folder images/ is missing");
    folder = parent;
  }
  return join(folder, "images");
}

/** Build context of an image. */
export function contextOf(name: OwnImage): string {
  return join(imagesFolder(), name);
}

/** Reference of an image: its tag is a hash of its build context, so the same sources always mean the same image. */
export function referenceOf(name: OwnImage): string {
  const root = contextOf(name);
  const hash = createHash("sha256");
  for (const path of filesBelow(root))
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update("\0");
  // The host part keeps Docker from asking a public registry for an image that only exists here.
  return `localhost/bulwark/${name}:${hash.digest("hex").slice(0, 12)}`;
}

function filesBelow(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(root, join(folder, entry.name)) : [relative(root, join(folder, entry.name))],
    )
    .sort();
}
