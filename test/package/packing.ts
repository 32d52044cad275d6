import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

/** The checkout. */
export const ROOT = join(__dirname, "..", "..");

/** Parts of a package.json that the tests read. */
export interface Manifest {
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** What `npm pack` made, unpacked. */
export interface Packed {
  /** Folder with the package's files. */
  readonly folder: string;
  /** Paths of all files, sorted. */
  readonly files: readonly string[];
  readonly manifest: Manifest;
  /** Removes everything that was made. */
  remove(): void;
}

/**
 * Packs the checkout as a release would, in a copy of it: prepack empties `dist/`, which other tests are reading. Throws with the output of
 * the build when that fails.
 */
export function pack(): Packed {
  const base = mkdtempSync(join(tmpdir(), "bulwark-pack-"));
  const copy = join(base, "checkout");
  for (const path of sources()) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(ROOT, path), join(copy, path));
  }
  symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
  const packing = spawnSync("npm", ["pack", "--pack-destination", base], { cwd: copy, encoding: "utf8" });
  const tarball = readdirSync(base).find((name) => name.endsWith(".tgz"));
  if (packing.status !== 0 || tarball === undefined) {
    rmSync(base, { recursive: true, force: true });
    throw new Error(`npm pack failed:\n${packing.stdout}\n${packing.stderr}`);
  }
  execFileSync("tar", ["-xzf", join(base, tarball), "-C", base]);
  const folder = join(base, "package");
  return {
    folder,
    files: filesBelow(folder),
    manifest: JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
    remove: () => rmSync(base, { recursive: true, force: true }),
  };
}

/** All files of the checkout that are not ignored, as they are on disk. */
export function sources(...under: readonly string[]): string[] {
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...under], {
    cwd: ROOT,
    encoding: "utf8",
  });
  return [...new Set(listed.split("\n"))]
    .filter((path) => path !== "" && path !== "node_modules" && existsSync(join(ROOT, path)))
    .sort();
}

/**
 * A fresh project that has the package and its dependencies, without what is named in `without`. Only what the packed manifest declares is
 * there, so an undeclared import fails.
 */
export function consumer(packed: Packed, without: readonly string[]): string {
  const project = mkdtempSync(join(tmpdir(), "bulwark-consumer-"));
  const modules = join(project, "node_modules");
  cpSync(packed.folder, join(modules, "bulwark"), { recursive: true });
  const declared = Object.keys({ ...packed.manifest.dependencies, ...packed.manifest.peerDependencies });
  for (const name of [...declared, "@types/node"].filter((each) => !without.includes(each))) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, "node_modules", name), join(modules, name));
  }
  return project;
}

function filesBelow(root: string, folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(root, join(folder, entry.name)) : [relative(root, join(folder, entry.name))],
    )
    .sort();
}
