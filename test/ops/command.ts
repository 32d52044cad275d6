import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The repository. */
export const ROOT = join(__dirname, "..", "..");

const MAIN = join(ROOT, "dist", "ops", "main.js");

/** What the command said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the built `bulwark` command as a user does. */
export function bulwark(args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Ended {
  checkBuild();
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, ...options.env },
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  return { code: status, out: stdout, err: stderr };
}

const made: string[] = [];

/** An empty folder that {@link removeFolders} removes. */
export function folder(): string {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "bulwark-ops-")));
  made.push(path);
  return path;
}

/** A copy of a project of `fixtures/`, with what it needs to run. */
export function project(name: "site" | "refused" | "broken"): string {
  const path = folder();
  cpSync(join(__dirname, "fixtures", name), path, { recursive: true });
  for (const link of ["dist", "node_modules"]) symlinkSync(join(ROOT, link), join(path, link));
  return path;
}

/** Removes all folders that were made. */
export function removeFolders(): void {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
}

/** Every file below a folder: path, mode and content. */
export function tree(path: string): Record<string, string> {
  const files = readdirSync(path, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(path, file)).isFile())
    .sort();
  return Object.fromEntries(
    files.map((file) => [file, `${mode(join(path, file))} ${readFileSync(join(path, file), "utf8")}`]),
  );
}

/** Octal mode of a file. */
export function mode(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

/** A test against yesterday's build shows nothing. */
function checkBuild(): void {
  const sources = readdirSync(join(ROOT, "ops"), { recursive: true, encoding: "utf8" }).filter((file) =>
    /^((plan|render|doctor|up)\/)?[\w-]+\.ts$/.test(file),
  );
  const newest = Math.max(...sources.map((file) => statSync(join(ROOT, "ops", file)).mtimeMs));
  const built = statSync(MAIN, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < newest) throw new Error("dist/ is older than ops/: run `npm run build` first");
}
