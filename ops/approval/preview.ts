import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChangeSet } from "../change/model";
import { readPreview } from "../change/read";
import type { Engine } from "./engine";

/** A fresh preview, read, with the plan that the engine saved of it. */
export interface Previewed {
  readonly set: ChangeSet;
  /** Nothing when none was asked for, or the engine saved none. */
  readonly plan?: string;
}

/** Previews a stack. */
export async function previewed(
  engine: Engine,
  { savePlan, policyPack }: { readonly savePlan: boolean; readonly policyPack?: string | undefined },
): Promise<Previewed> {
  if (!savePlan) return { set: readPreview(await engine.preview({ policyPack })) };
  const folder = mkdtempSync(join(tmpdir(), "bulwark-plan-"));
  try {
    const file = join(folder, "plan.json");
    const set = readPreview(await engine.preview({ savePlan: file, policyPack }));
    const plan = contents(file);
    return { set, ...(plan === undefined ? {} : { plan }) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function contents(file: string): string | undefined {
  try {
    const text = readFileSync(file, "utf8");
    return text.trim() === "" ? undefined : text;
  } catch {
    return undefined;
  }
}
