import { mkdir } from "node:fs/promises";
import type { RunnerConfig } from "./config";
import { writeRemotes } from "./remotes";
import { withKeys } from "./sealing";
import { rcloneStore } from "./store";
import type { Progress, Work } from "./work";

/** Opens the store and gathers the keys, does the work, and removes what was written for it. `given`: keys that were handed over. */
export async function withWork<T>(
  config: RunnerConfig,
  scratch: string,
  say: (event: Progress) => void,
  use: (work: Work) => Promise<T>,
  given?: string,
): Promise<T> {
  process.env["RCLONE_CONFIG"] = await writeRemotes(config);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  return await withKeys(config, given, (sealer, opener) =>
    use({ config, store: rcloneStore(), scratch, sealer, opener, now: () => new Date(), say: throttled(say) }),
  );
}

/** Lets each new step through, and one line a second of a step that goes on. */
function throttled(say: (event: Progress) => void): (event: Progress) => void {
  let step = "";
  let last = 0;
  return (event) => {
    if (event.step === step && Date.now() - last < 1000) return;
    step = event.step;
    last = Date.now();
    say(event);
  };
}
