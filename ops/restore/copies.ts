import { mkdirSync, readdirSync } from "node:fs";
import { resolve } from "node:path";
import type { CopyPlan, Placed } from "../../images/backup/src/copies";
import type { Place, Placing } from "../backup/executor";
import { sizeText } from "../backup/listing";
import { type Progress, progressOn } from "../backup/progress";
import { ask, type CopiedKind, type Lane, resultOf } from "../backup/runner";
import { CommandError, EXIT } from "../exit";
import type { RestoreOptions } from "./command";
import { confirmed } from "./confirm";

/** A copied source and the runner that has its copies. */
export interface Copied {
  readonly lane: Lane;
  readonly source: string;
  readonly kind: CopiedKind;
}

/** The source that `--source` names, when it is one that is copied: a cache, a bucket, a volume or the configuration. */
export function copiedOf(lanes: readonly Lane[], source: string | undefined): Copied | undefined {
  return lanes
    .flatMap((lane) => lane.about.copied.map((each) => ({ lane, ...each })))
    .find((each) => each.source === source);
}

/** `bulwark restore --source NAME --id ID --to FOLDER | --in-place`. Gives the exit code. */
export async function restoreCopy(stack: string, copied: Copied, options: RestoreOptions): Promise<number> {
  const { lane, source, kind } = copied;
  const progress = progressOn(process.stderr);
  for (const [name, given] of Object.entries({
    "--at": options.at,
    "--swap": options.swap,
    "--undo": options.undo,
    "--keep-beside": options.keepBeside,
    "--database": options.database,
    "--identity": options.identity,
  }))
    if (given !== undefined) throw new CommandError(`${source} is a ${kind}: ${name} is for databases.`);
  if ((options.to === undefined) === (options.inPlace !== true))
    throw new CommandError(`Say where ${source} goes: --to FOLDER, or --in-place.`);
  if (options.id === undefined)
    throw new CommandError(
      `Say which copy with --id: bulwark backup list ${stack} --source ${source} shows them. The newest, \`latest\`, may be of what is lost already.`,
    );
  const which = ["--source", source, "--id", options.id];
  const plan = await ask<CopyPlan>(lane, ["copy-plan", ...which], progress);
  // What was shown is what is done, also when a newer copy has arrived in between.
  const shown = ["--source", source, "--id", plan.id];
  return options.to === undefined
    ? await inPlace(stack, copied, plan, shown, progress, options)
    : await toFolder(lane, plan, shown, resolve(options.to), options);
}

async function toFolder(
  lane: Lane,
  plan: CopyPlan,
  which: readonly string[],
  folder: string,
  options: RestoreOptions,
): Promise<number> {
  process.stderr.write(`${planText(plan)}  into ${folder}, which has to be empty\n`);
  if (options.dryRun === true) return done({ plan, folder }, "", options);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length > 0) throw new CommandError(`${folder} is not empty: nothing was written.`);
  // As root the owners are those of the copy; anyone else becomes the owner.
  const reader = ["tar", "--extract", "--ignore-zeros", "--preserve-permissions", "--numeric-owner"] as const;
  const { code, error } = await lane.executor.pipe(
    lane.runner,
    ["copy-export", ...which],
    [...reader, "--directory", folder, "--file=-"],
  );
  if (code !== 0) throw new CommandError(`${error}: what is in ${folder} is not whole.`, EXIT.failed);
  return done({ plan, folder }, `${plan.source}: ${sizes(plan)} of ${plan.at ?? plan.id} in ${folder}\n`, options);
}

async function inPlace(
  stack: string,
  { lane, source, kind }: Copied,
  plan: CopyPlan,
  which: readonly string[],
  progress: Progress,
  options: RestoreOptions,
): Promise<number> {
  const { placing, place: where } = lane.executor;
  if (placing === undefined) throw new CommandError(`On ${where} copies are restored with --to FOLDER so far.`);
  const place = await placing.find(lane.runner, { source, kind });
  process.stderr.write(`${planText(plan)}${stepsText(plan, place, options).join("\n")}\n`);
  if (options.dryRun === true) return done({ plan, place }, "", options);
  await confirmed(plan.environment, place.what, options);
  const keep = async (): Promise<{ id: string }> =>
    await ask<{ id: string }>(lane, ["copy-keep", "--source", source], progress).catch((error: Error) => {
      throw new CommandError(
        `${error.message}: nothing was changed. Where what is there cannot be read any more, add --without-copy.`,
        EXIT.failed,
      );
    });
  // A cache sends its content itself; files are still only when nobody writes to them.
  const early = kind === "volume" || options.withoutCopy === true ? undefined : await keep();
  const work = async (): Promise<{ placed: Placed; kept: string | undefined }> => {
    const kept = early ?? (options.withoutCopy === true ? undefined : await keep());
    const placed = await resultOf<Placed>(progress, undefined, (exec) =>
      placing.exec(lane.runner, { source, kind }, ["copy-place", ...which], exec),
    );
    // Objects that were put back are found replaced by the run after it, so that is where the way back begins.
    return { placed, kept: kind === "bucket" && kept !== undefined ? (await keep()).id : kept?.id };
  };
  const { placed, kept } = await whileStopped(placing, place, work);
  const back =
    kept === undefined || kept === "empty"
      ? ""
      : `To go back, within 72 hours: bulwark restore ${stack} --source ${source} --id ${kept} --in-place\n`;
  return done(
    { placed, kept, place },
    `${source}: ${sizes(placed)} of ${plan.at ?? plan.id} in ${place.what}\n${back}`,
    options,
  );
}

/** Whatever happens meanwhile, what was stopped is started again. */
async function whileStopped<T>(placing: Placing, place: Place, work: () => Promise<T>): Promise<T> {
  const { holders } = place;
  if (holders.length > 0) process.stderr.write(`Stopping ${holders.join(", ")}\n`);
  await placing.stop(place);
  let result: T;
  try {
    result = await work();
  } catch (error) {
    await placing.start(place);
    throw error;
  }
  if (holders.length > 0) process.stderr.write(`Starting ${holders.join(", ")}\n`);
  const ill = await placing.start(place);
  if (ill.length > 0)
    throw new CommandError(
      `The copy is in place, but ${ill.join(", ")} is not healthy with it: look at its log.`,
      EXIT.failed,
    );
  return result;
}

function done(result: object, text: string, options: RestoreOptions): number {
  process.stdout.write(options.json === true ? `${JSON.stringify(result, null, 2)}\n` : text);
  return EXIT.ok;
}

function planText(plan: CopyPlan): string {
  return `${plan.source}, a ${plan.kind} (${plan.environment}), from copy ${plan.id} of ${plan.at ?? "an unknown time"}: ${sizes(plan)}\n`;
}

function sizes({ files, bytes }: { readonly files: number; readonly bytes: number }): string {
  return `${files} files, ${sizeText(bytes)}`;
}

function stepsText(plan: CopyPlan, place: Place, options: RestoreOptions): string[] {
  const stop = place.holders.length === 0 ? [] : [`stop ${place.holders.join(", ")}`];
  const keep = options.withoutCopy === true ? [] : ["copy what is there now, which is the way back for 72 hours"];
  const bring =
    plan.kind === "bucket"
      ? `upload the objects to ${place.what}; objects that the copy does not have stay`
      : `restore into ${place.what} beside what is there, and take its place when all has arrived`;
  const start = place.holders.length === 0 ? [] : ["start them again, and wait until they are healthy"];
  const order = plan.kind === "redis" ? [...keep, ...stop] : [...stop, ...keep];
  return [...order, bring, ...start].map((step, index) => `  ${index + 1}. ${step}`);
}
