import { PROTECTION } from "../../images/backup/src/keys";
import type { Restored, RestorePlan } from "../../images/backup/src/restore";
import type { Replaced, Swapped } from "../../images/backup/src/swap";
import { ageText, sizeText } from "../backup/listing";
import { type Progress, progressOn } from "../backup/progress";
import { ask, keyFrom, type Lane, laneOf, reach, type StackOptions } from "../backup/runner";
import { CommandError, EXIT } from "../exit";
import { confirmed } from "./confirm";
import { copiedOf, restoreCopy } from "./copies";

/** Options of `bulwark restore`. */
export interface RestoreOptions extends StackOptions {
  readonly source?: string;
  readonly database?: string;
  /** Archive to restore. Default: the newest. */
  readonly id?: string;
  /** Moment to restore, from the physical backups and the log. */
  readonly at?: string;
  readonly dryRun?: boolean;
  /** Leave the restored database beside, under its own name. */
  readonly keepBeside?: boolean;
  /** Give the name of the database to one that was left beside. */
  readonly swap?: string;
  readonly undo?: boolean;
  /** File with the recovery key, where it is not on the host: an exported one, an age identity, or a GPG private key. */
  readonly identity?: string;
  /** File with the passphrase that protects a GPG private key. */
  readonly identityPassphrase?: string;
  /** Folder that a copy of a cache, a bucket, a volume or the configuration is written to. */
  readonly to?: string;
  /** Brings such a copy back to where it came from. */
  readonly inPlace?: boolean;
  /** Does not copy first what a restore in place replaces. */
  readonly withoutCopy?: boolean;
  /** The typed confirmation, for where nobody can be asked. */
  readonly confirm?: string;
}

/** `bulwark restore`: restores a database beside the present one, checks it, and swaps the names; or a copy of another source. Gives the exit code. */
export async function restore(stack: string, options: RestoreOptions): Promise<number> {
  const ways = [options.id, options.at, options.swap, options.undo === true ? "undo" : undefined];
  if (ways.filter((each) => each !== undefined).length > 1)
    throw new CommandError("--id, --at, --swap and --undo exclude each other.");
  const at = options.at === undefined ? undefined : momentOf(options.at);
  const key = options.identity === undefined ? undefined : identityOf(options.identity, options.identityPassphrase);
  const lanes = await reach(stack, options);
  const copied = copiedOf(lanes, options.source);
  if (copied !== undefined) return await restoreCopy(stack, copied, options);
  if (options.to !== undefined || options.inPlace === true)
    throw new CommandError(
      `--to and --in-place take a --source: ${lanes.flatMap((each) => each.about.copied.map(({ source }) => source)).join(", ") || "there is none"}.`,
    );
  const { lane, args: which } = laneOf(lanes, options);
  const progress = progressOn(process.stderr);
  if (options.undo === true) return await undo(lane, which, progress, options);
  if (options.swap !== undefined) return await swap(lane, [...which, "--beside", options.swap], progress, options);
  const origin = at !== undefined ? ["--at", at] : options.id !== undefined ? ["--id", options.id] : [];
  const plan = await ask<RestorePlan>(lane, ["restore", ...which, ...origin, "--plan"], progress, key);
  if (options.dryRun === true) {
    process.stdout.write(options.json === true ? `${JSON.stringify({ plan }, null, 2)}\n` : planText(plan));
    return EXIT.ok;
  }
  process.stderr.write(planText(plan));
  if (options.keepBeside !== true) await confirmed(plan.environment, plan.database, options);
  // What was shown is what is done, also when a newer archive has arrived in between.
  const shown = plan.origin.kind === "archive" ? ["--id", plan.origin.id] : origin;
  const beside = options.keepBeside === true ? ["--keep-beside"] : [];
  const restored = await ask<Restored>(lane, ["restore", ...which, ...shown, ...beside], progress, key);
  process.stdout.write(
    options.json === true ? `${JSON.stringify({ restored }, null, 2)}\n` : restoredText(restored, stack),
  );
  return EXIT.ok;
}

/** The recovery key, with what protects it in a line of its own. */
function identityOf(file: string, passphraseFile: string | undefined): string {
  const key = keyFrom(file);
  return passphraseFile === undefined ? key : `${key}\n${PROTECTION}${keyFrom(passphraseFile).split(/\r?\n/)[0]}\n`;
}

async function undo(
  lane: Lane,
  which: readonly string[],
  progress: Progress,
  options: RestoreOptions,
): Promise<number> {
  const args = ["undo", ...which];
  const plan = await ask<{ environment: string; database: string; last?: Replaced }>(
    lane,
    [...args, "--plan"],
    progress,
  );
  if (plan.last === undefined)
    throw new CommandError(`Nothing to undo: no replaced copy of ${plan.database} is kept.`, EXIT.failed);
  process.stderr.write(
    `Puts back ${plan.database} as it was until ${plan.last.at} (${plan.last.name}, replaced by ${plan.last.by}). What was written since stands aside for 72 hours.\n`,
  );
  if (options.dryRun === true) return EXIT.ok;
  await confirmed(plan.environment, plan.database, options);
  const swapped = await ask<Swapped>(lane, args, progress);
  process.stdout.write(options.json === true ? `${JSON.stringify({ swapped }, null, 2)}\n` : swappedText(swapped));
  return EXIT.ok;
}

async function swap(
  lane: Lane,
  which: readonly string[],
  progress: Progress,
  options: RestoreOptions,
): Promise<number> {
  const args = ["swap", ...which];
  const plan = await ask<{ environment: string; database: string }>(lane, [...args, "--plan"], progress);
  if (options.dryRun === true) return EXIT.ok;
  await confirmed(plan.environment, plan.database, options);
  const swapped = await ask<Swapped>(lane, args, progress);
  process.stdout.write(options.json === true ? `${JSON.stringify({ swapped }, null, 2)}\n` : swappedText(swapped));
  return EXIT.ok;
}

/** A moment with its offset: which hour is meant is never guessed. */
export function momentOf(text: string): string {
  const at = new Date(text.replace(" ", "T"));
  if (!/(Z|[+-]\d\d:?\d\d)$/i.test(text) || Number.isNaN(at.getTime()))
    throw new CommandError(
      `--at is "${text}"; write a time with its offset: 2026-11-21T14:30:00Z or 2026-11-21T15:30:00+01:00.`,
    );
  return at.toISOString();
}

/** What would be done, for people. */
export function planText(plan: RestorePlan): string {
  return [
    `${plan.database} on ${plan.source} (${plan.environment}) from ${plan.from}, data of ${plan.dataOf}, ${sizeText(plan.bytes)}`,
    ...plan.steps.map((step, index) => `  ${index + 1}. ${step}`),
    ...(plan.missingRoles.length > 0
      ? [`  Roles that are gone and come back without a login: ${plan.missingRoles.join(", ")}`]
      : []),
    ...(plan.connections > 0 ? [`  ${plan.connections} connections will be ended at the swap`] : []),
    "",
  ].join("\n");
}

function restoredText(restored: Restored, stack: string): string {
  const head = `${restored.database}: ${restored.rows} rows from ${restored.from} in ${ageText(restored.seconds)}, every table compared`;
  if (restored.swapped === undefined)
    return `${head}\nIt stands beside as ${restored.beside}. To use it: bulwark restore ${stack} --database ${restored.database} --swap ${restored.beside}\n`;
  return `${head}\n${swappedText(restored.swapped)}`;
}

function swappedText({ database, replaced }: Swapped): string {
  return replaced === undefined
    ? `${database} is in use.\n`
    : `${database} is in use; the one before is kept as ${replaced.name} until ${replaced.keepUntil}. To go back: bulwark restore --undo --database ${database}\n`;
}
