import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { packageRoot } from "../package-root";
import type { StackFiles } from "../project";
import { git } from "../worktree";
import { fileDigest, folderDigest, sha256 } from "./digest";

/** What an approval binds besides the changes and the state, and how a reader calls it. */
export const FACTS = {
  commit: "the commit",
  uncommitted: "files that are not committed",
  program: "the built program",
  lockfile: "the lockfile",
  packages: "the installed packages",
  configuration: "the stack's configuration",
  policies: "the policy pack",
  exemptions: "the exemptions",
  engine: "Pulumi",
  node: "Node.js",
  bulwark: "bulwark",
} as const;

/** Facts by name: versions as they are, files by their digest, `"none"` for what is not there. */
export type Facts = Readonly<Record<keyof typeof FACTS, string>>;

/** Where facts are gathered. */
export interface FactsOf {
  readonly files: StackFiles;
  /** Version of the engine. */
  readonly engine: string;
  /** Folder of a pack that the engine runs besides the rules of this package, relative to the project. */
  readonly policyPack?: string | undefined;
  readonly exemptions?: string | undefined;
  /** Files that may be there without being committed: the bundle itself. */
  readonly except?: readonly string[];
}

/** Gathers the facts of this moment. */
export function gatherFacts({ files, engine, policyPack, exemptions, except = [] }: FactsOf): Facts {
  const { root } = files;
  const repository = git(root, ["rev-parse", "--show-toplevel"]).trim();
  const pack = [
    folderDigest(join(__dirname, "..", "..", "policies")),
    policyPack && folderDigest(resolve(root, policyPack)),
  ];
  return {
    commit: git(root, ["rev-parse", "HEAD"]).trim(),
    uncommitted: uncommitted(repository, except),
    program: built(files.program, repository),
    lockfile: nearest(root, repository, [
      ...["package-lock.json", "npm-shrinkwrap.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"],
    ]),
    packages: nearest(root, repository, [
      join("node_modules", ".package-lock.json"),
      join("node_modules", ".modules.yaml"),
    ]),
    configuration: sha256(
      ["Pulumi.yaml", `Pulumi.${files.stack}.yaml`].map((name) => fileDigest(join(root, name)) ?? "").join("\n"),
    ),
    policies: sha256(pack.join("\n")),
    exemptions: (exemptions === undefined ? undefined : fileDigest(exemptions)) ?? "none",
    engine,
    // A patch of Node.js changes no resource; another major version may.
    node: process.version.replace(/\..*/, ""),
    bulwark: (require(join(packageRoot(), "package.json")) as { version: string }).version,
  };
}

/** What differs, one sentence each. */
export function factDifferences(approved: Facts, now: Facts): string[] {
  const names = Object.keys(FACTS) as (keyof Facts)[];
  return names
    .filter((name) => approved[name] !== now[name])
    .map((name) =>
      name === "uncommitted"
        ? `there are files that are not committed: ${now.uncommitted}`
        : `${FACTS[name]} is another one: approved ${short(approved[name])}, now ${short(now[name])}`,
    );
}

function short(text: string): string {
  return /^[0-9a-f]{40,64}$/.test(text) ? text.slice(0, 12) : text;
}

function uncommitted(repository: string, except: readonly string[]): string {
  const allowed = new Set(except.map((file) => relative(repository, resolve(file))));
  const entries = git(repository, ["status", "--porcelain", "-z", "--untracked-files=all", "--no-renames"])
    .split("\0")
    .filter((entry) => entry !== "")
    .map((entry) => entry.slice(3))
    .filter((path) => !allowed.has(path));
  if (entries.length === 0) return "none";
  return entries.length > 3 ? `${entries.slice(0, 3).join(", ")} and ${entries.length - 3} more` : entries.join(", ");
}

/** What is built is mostly not in git, so the commit says nothing about it: the outermost folder that git ignores is taken as a whole. */
function built(program: string, repository: string): string {
  const steps = relative(repository, entryOf(program)).split("/");
  if (steps[0] === "..") return folderDigest(dirname(entryOf(program))) ?? "none";
  for (let length = 1; length <= steps.length; length++) {
    const path = steps.slice(0, length).join("/");
    if (path !== "" && spawnSync("git", ["check-ignore", "-q", path], { cwd: repository }).status === 0)
      return folderDigest(join(repository, path)) ?? "none";
  }
  return "in git";
}

/** The file that Node.js loads for a program. */
function entryOf(program: string): string {
  try {
    return createRequire(join(program, "package.json")).resolve(program);
  } catch {
    return program;
  }
}

/** Digest of the first of these files in a folder or above it, inside of the repository. */
function nearest(from: string, repository: string, names: readonly string[]): string {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    const found = names.map((name) => join(folder, name)).find((file) => existsSync(file));
    if (found !== undefined) return fileDigest(found) ?? "none";
    if (folder === repository || folder === dirname(folder)) return "none";
  }
}
