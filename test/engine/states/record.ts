// Records the state that stack staging of another version leaves behind, as the next version finds it:
//   node -r ./test/engine/load-typescript.cjs test/engine/states/record.ts <git ref> <name>
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RecordedState, Session, well } from "../session";

/** What differs from run to run and tells nothing: places on the machine that recorded, and times. */
const NOISE = new Set(["sourcePosition", "stackTrace", "created", "modified", "time"]);

const ROOT = join(__dirname, "..", "..", "..");

async function main([ref = "HEAD", name = ref]: readonly string[]): Promise<void> {
  const checkout = join(mkdtempSync(join(tmpdir(), "bulwark-version-")), "checkout");
  const git = (...words: string[]) => execFileSync("git", words, { cwd: ROOT, stdio: "inherit" });
  git("worktree", "add", "--detach", checkout, ref);
  try {
    symlinkSync(join(ROOT, "node_modules"), join(checkout, "node_modules"));
    execFileSync("npm", ["run", "-s", "build"], { cwd: checkout, stdio: "inherit" });
    const session = new Session(join(checkout, "dist", "stacks", "index.js"), "staging", checkout);
    try {
      await session.start();
      await well(session.up());
      const { output } = await session.pulumi("stack", "export");
      const state = JSON.parse(output, (key, value) => (NOISE.has(key) ? undefined : value)) as RecordedState;
      writeFileSync(join(__dirname, `staging-${name}.json`), written(state));
    } finally {
      await session.close();
    }
  } finally {
    git("worktree", "remove", "--force", checkout);
    rmSync(join(checkout, ".."), { recursive: true, force: true });
  }
}

/** A line for each resource. What the stand-in gives back of an object is what it was given, so that is left out. */
function written({ version, deployment: { resources, ...rest } }: RecordedState): string {
  const lines = resources.map((each) => {
    const { outputs, ...kept } = each;
    return JSON.stringify(each.type.startsWith("kubernetes:") ? kept : { ...kept, outputs });
  });
  const head = JSON.stringify({ version, deployment: rest }).slice(0, -2);
  return `${head},"resources":[\n${lines.join(",\n")}\n]}}\n`;
}

void main(process.argv.slice(2));
