import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { CommandError } from "../exit";
import type { RenderedFile } from "./files";
import { contextFiles } from "./images";
import { MARK, type Rendering } from "./rendering";

/** Folders that belong to the renderer: what is in them and no longer in the project is removed. */
const OWNED = ["config", "images", "manifests", "secrets"];

/** File with generated values, kept between renders. */
export const VALUES = join("secrets", "values.json");

/** Throws a {@link CommandError} when a folder holds something that was not rendered. */
export function checkFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).filter((file) => file !== "secrets" && file !== ".gitignore");
  const rendered = ["compose.yaml", "kustomization.yaml"]
    .map((file) => join(folder, file))
    .some((file) => existsSync(file) && readFileSync(file, "utf8").startsWith(MARK));
  if (files.length === 0 || rendered) return;
  throw new CommandError("The folder given with --out holds other files. Give an empty or a new one.");
}

/** Writes a project. Secret files are written, and stale ones removed, only when asked for. Unchanged files are not touched. */
export function writeProject(
  folder: string,
  project: Rendering,
  secrets: { readonly write: boolean; readonly values?: string },
): void {
  const files: RenderedFile[] = [
    { path: ".gitignore", content: "/secrets/\n", secret: false },
    ...project.open,
    ...contextFiles(project.contexts),
    ...(secrets.write ? project.secret : []),
    ...(secrets.values === undefined ? [] : [{ path: VALUES, content: secrets.values, secret: true }]),
  ];
  mkdirSync(folder, { recursive: true });
  if (secrets.write) {
    mkdirSync(join(folder, "secrets"), { recursive: true, mode: 0o700 });
    chmodSync(join(folder, "secrets"), 0o700);
  }
  // The file that keeps secrets out of git comes before the first secret.
  for (const file of [...files].sort((a, b) => Number(a.secret) - Number(b.secret))) write(folder, file);
  const keep = new Set([...files.map((file) => file.path), VALUES]);
  for (const owned of OWNED) if (owned !== "secrets" || secrets.write) removeStale(folder, owned, keep);
}

function write(folder: string, file: RenderedFile): void {
  const path = join(folder, file.path);
  const mode = file.secret ? 0o600 : file.executable === true ? 0o755 : 0o644;
  mkdirSync(dirname(path), { recursive: true, mode: file.secret ? 0o700 : 0o755 });
  const content = typeof file.content === "string" ? Buffer.from(file.content) : file.content;
  if (existsSync(path) && readFileSync(path).equals(content)) {
    if ((statSync(path).mode & 0o777) !== mode) chmodSync(path, mode);
    return;
  }
  const part = `${path}.part`;
  rmSync(part, { force: true });
  writeFileSync(part, content, { mode, flag: "wx" });
  chmodSync(part, mode);
  renameSync(part, path);
}

function removeStale(folder: string, below: string, keep: ReadonlySet<string>): void {
  const here = join(folder, below);
  if (!existsSync(here)) return;
  for (const entry of readdirSync(here, { withFileTypes: true })) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) removeStale(folder, path, keep);
    else if (!keep.has(path)) rmSync(join(folder, path));
  }
  if (readdirSync(here).length === 0) rmdirSync(here);
}
