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
import { stringify } from "yaml";
import { CommandError } from "../exit";
import type { RenderedProject } from "./compose";
import type { RenderedFile } from "./files";
import { contextFiles } from "./images";
import { updateScript } from "./update";

const MARK = "# Rendered by bulwark.";

/** Folders that belong to the renderer: what is in them and no longer in the project is removed. */
const OWNED = ["config", "images", "secrets"];

/** File with generated values, kept between renders. */
export const VALUES = join("secrets", "values.json");

/** Throws a {@link CommandError} when a folder holds something that was not rendered. */
export function checkFolder(folder: string): void {
  if (!existsSync(folder)) return;
  const files = readdirSync(folder).filter((file) => file !== "secrets" && file !== ".gitignore");
  const compose = join(folder, "compose.yaml");
  if (files.length === 0 || (existsSync(compose) && readFileSync(compose, "utf8").startsWith(MARK))) return;
  throw new CommandError("The folder given with --out holds other files. Give an empty or a new one.");
}

/** All files of a project but the secret ones and those of the images. */
export function openFiles(project: RenderedProject, stack: string): RenderedFile[] {
  const head = `${MARK} Stack: ${stack}. Change the stack and render again; edits are lost.\n`;
  const compose = stringify(project.compose, { lineWidth: 0, version: "1.1", aliasDuplicateObjects: false });
  return [
    { path: "compose.yaml", content: `${head}${compose}`, secret: false },
    { path: "update.sh", content: updateScript(project), secret: false, executable: true },
    { path: ".gitignore", content: "/secrets/\n", secret: false },
    ...project.files.filter((file) => !file.secret),
  ];
}

/** Writes a project. Secret files are written, and stale ones removed, only when asked for. Unchanged files are not touched. */
export function writeProject(
  folder: string,
  project: RenderedProject,
  stack: string,
  secrets: { readonly write: boolean; readonly values?: string },
): void {
  const files: RenderedFile[] = [
    ...openFiles(project, stack),
    ...contextFiles(project.builds),
    ...(secrets.write ? project.files.filter((file) => file.secret) : []),
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
