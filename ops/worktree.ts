import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { NotUnderstood } from "./change/not-understood";

/**
 * Does something with a project as it is at a git ref: in a worktree of its own, built, with the packages of the user's work tree, and removed
 * afterwards. The work tree of the user stays as it is.
 */
export async function inWorktree<T>(
  ref: string,
  project: string,
  work: (folder: string) => T | Promise<T>,
): Promise<T> {
  const root = git(project, ["rev-parse", "--show-toplevel"]).trim();
  const commit = commitOf(ref, project);
  const folder = mkdtempSync(join(tmpdir(), "bulwark-worktree-"));
  const worktree = join(folder, "tree");
  try {
    git(root, ["worktree", "add", "--detach", "--quiet", worktree, commit]);
    const inside = join(worktree, relative(root, resolve(project)));
    link(root, worktree);
    if (inside !== worktree) link(resolve(project), inside);
    build(inside, ref);
    return await work(inside);
  } finally {
    spawnSync("git", ["worktree", "remove", "--force", worktree], { cwd: root });
    rmSync(folder, { recursive: true, force: true });
    spawnSync("git", ["worktree", "prune"], { cwd: root });
  }
}

/** Whether a text names a commit of the project's repository. */
export function isRef(text: string, project: string): boolean {
  if (text.startsWith("-")) return false;
  return spawnSync("git", ["rev-parse", "--verify", "--quiet", `${text}^{commit}`], { cwd: project }).status === 0;
}

/** The whole hash of the commit that a ref names. */
export function commitOf(ref: string, project: string): string {
  if (!isRef(ref, project)) throw new NotUnderstood(`${ref} is neither a file nor a git ref`);
  return git(project, ["rev-parse", "--verify", `${ref}^{commit}`]).trim();
}

/** Runs git and gives what it prints. */
export function git(folder: string, words: readonly string[]): string {
  try {
    return execFileSync("git", words, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 28,
    });
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new NotUnderstood(`git ${words[0]} failed: ${said}`);
  }
}

/** Installed packages are not in git; those of the work tree serve both sides. */
function link(from: string, to: string): void {
  const modules = join(from, "node_modules");
  const target = join(to, "node_modules");
  if (existsSync(modules) && !existsSync(target)) symlinkSync(modules, target, "dir");
}

function build(folder: string, ref: string): void {
  const file = join(folder, "package.json");
  if (!existsSync(file)) return;
  const { scripts } = JSON.parse(readFileSync(file, "utf8")) as { scripts?: Record<string, string> };
  if (scripts?.["build"] === undefined) return;
  const built = spawnSync("npm", ["run", "-s", "build"], {
    cwd: folder,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (built.status !== 0)
    throw new NotUnderstood(`the program at ${ref} cannot be built:\n${`${built.stdout}${built.stderr}`.trim()}`);
}
