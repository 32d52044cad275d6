import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { ageKey } from "./age";
import type { RunnerConfig } from "./config";
import { identitiesIn, passphraseOf, recipientsOf } from "./keys";
import { PATHS } from "./paths";
import { run } from "./process";
import { writeRemotes } from "./remotes";
import { replaceFile } from "./state";
import { rcloneStore } from "./store";
import type { Progress, Work } from "./work";

/** Where an identity lies that is not the one of the passphrase. */
const IDENTITY_FILE = "/run/secrets/age-identity";

/** Opens the store and gathers the keys, does the work, and removes what was written for it. */
export async function withWork<T>(
  config: RunnerConfig,
  scratch: string,
  say: (event: Progress) => void,
  use: (work: Work) => Promise<T>,
  given?: string,
): Promise<T> {
  process.env["RCLONE_CONFIG"] = await writeRemotes(config);
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const file = join(PATHS.memory, `identities-${process.pid}`);
  try {
    const identities = [
      ageKey(passphraseOf(config)).identity,
      ...(existsSync(IDENTITY_FILE) ? identitiesIn(readFileSync(IDENTITY_FILE, "utf8")) : []),
      ...(given === undefined ? [] : identitiesIn(given)),
    ];
    replaceFile(file, `${[...new Set(identities)].join("\n")}\n`, 0o600);
    const recipients = (await run("age-keygen", ["-y", file])).split("\n").filter((line) => line !== "");
    return await use({
      config,
      store: rcloneStore(),
      scratch,
      recipients: recipientsOf(config),
      identities: { file, recipients: new Set(recipients) },
      now: () => new Date(),
      say: throttled(say),
    });
  } finally {
    await rm(file, { force: true });
  }
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
