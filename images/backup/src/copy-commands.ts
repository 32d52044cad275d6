import { randomUUID } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { RunnerConfig } from "./config";
import { type CopiedSource, copiedSource, exportCopy, keepPresent, placeCopy, planCopy } from "./copies";
import { withLock } from "./lock";
import { PATHS } from "./paths";
import { writeRemotes } from "./remotes";

/** What `bulwark restore` asks about copies of caches, buckets, volumes and configuration. */
export const COPY_COMMANDS: ReadonlySet<string> = new Set(["copy-plan", "copy-export", "copy-keep", "copy-place"]);

/**
 * Runs a command about one copy. `copy-export` writes a tar archive to standard output; the others print lines of JSON, the last one
 * `{"ok":true,"result":…}`. A failure is thrown.
 */
export async function copyCommand(config: RunnerConfig, argv: readonly string[]): Promise<void> {
  const { positionals, values } = parseArgs({
    args: [...argv],
    options: { id: { type: "string" }, source: { type: "string" } },
    allowPositionals: true,
  });
  const source = copiedSource(config, values.source);
  process.env["RCLONE_CONFIG"] = await writeRemotes(config);
  const scratch = join(PATHS.scratch, `command-${randomUUID()}`);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  try {
    if (positionals[0] === "copy-export") {
      await exportCopy(config, source, values.id ?? "latest", scratch);
      return;
    }
    const result = await answer(config, positionals[0], source, values.id ?? "latest", scratch);
    console.log(JSON.stringify({ ok: true, result }));
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function answer(
  config: RunnerConfig,
  name: string | undefined,
  source: CopiedSource,
  id: string,
  scratch: string,
): Promise<unknown> {
  switch (name) {
    case "copy-plan":
      return await planCopy(config, source, id);
    case "copy-keep":
      return await withLock(source.name, "a restore", async () => ({ id: await keepPresent(config, source, scratch) }));
    case "copy-place": {
      const plan = await planCopy(config, source, id);
      const say = (event: object): void => console.log(JSON.stringify(event));
      return await withLock(source.name, "a restore", () => placeCopy(config, source, plan, scratch, say));
    }
    default:
      throw new Error(`no such command: ${name ?? ""}`);
  }
}
