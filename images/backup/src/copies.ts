import { spawn } from "node:child_process";
import { mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RunnerConfig, SourceConfig } from "./config";
import { copyBucket, dumpRedis, replacedOf, sealedOf } from "./copy";
import { checkRoom } from "./files";
import { timeOf } from "./manifest";
import { PATHS } from "./paths";
import { ProgramFailed, run } from "./process";
import { addTarget, RCLONE } from "./remotes";
import { BEFORE_RESTORE, copyFolder, restic, resticEnvironment, snapshots } from "./restic";
import { readStates } from "./state";
import { NO_FOLDER, rcloneStore } from "./store";
import type { Progress } from "./work";

/** A source that is copied, not dumped. */
export type CopiedSource = Exclude<SourceConfig, { kind: "postgres" }>;

/** A copy of a cache, a bucket, a volume or the configuration. */
export interface Copy {
  readonly source: string;
  readonly kind: CopiedSource["kind"];
  /** Of a bucket `latest`, or the moment up to which objects are as they were; else the id of a snapshot. */
  readonly id: string;
  /** ISO 8601; `undefined` when it is not known. */
  readonly at: string | undefined;
  readonly files?: number;
  readonly bytes?: number;
  /** Whether it was made by a restore, of what it replaced. */
  readonly replaced?: true;
}

/** Objects that are fetched at a time. */
const BATCH = 1000;

/** Every source that is copied. */
export function copiedSources(config: RunnerConfig): readonly CopiedSource[] {
  return config.sources.filter((each): each is CopiedSource => each.kind !== "postgres");
}

/** A copied source by its name. Throws when there is none. */
export function copiedSource(config: RunnerConfig, name: string | undefined): CopiedSource {
  const all = copiedSources(config);
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  throw new Error(`no source is called ${name ?? ""}; there are ${all.map((each) => each.name).join(", ") || "none"}`);
}

/** The copies of a source, the newest first. */
export async function copiesOf(config: RunnerConfig, source: CopiedSource): Promise<readonly Copy[]> {
  const { name, kind } = source;
  if (kind === "bucket") {
    const last = readStates().get(`copy-${name}`)?.lastSuccess;
    const at = last === undefined ? undefined : new Date(last * 1000).toISOString();
    return [
      { source: name, kind, id: "latest", at },
      ...(await replacements(name)).map((id) => ({ source: name, kind, id, at: timeOf(id)?.toISOString() })),
    ];
  }
  return (await snapshots(config, name)).map((each) => ({
    source: name,
    kind,
    id: each.short_id,
    at: new Date(each.time).toISOString(),
    ...(each.summary === undefined
      ? {}
      : { files: each.summary.total_files_processed, bytes: each.summary.total_bytes_processed }),
    ...(each.tags?.includes(BEFORE_RESTORE) === true ? { replaced: true as const } : {}),
  }));
}

/** Moments at which a run of the copy found objects replaced, the newest first. */
async function replacements(bucket: string): Promise<readonly string[]> {
  const listed = await run("rclone", ["lsf", ...RCLONE, "--dirs-only", replacedOf(bucket)]).catch((error: unknown) => {
    if (error instanceof ProgramFailed && error.code === NO_FOLDER) return "";
    throw error;
  });
  return listed
    .split("\n")
    .map((each) => each.replace(/\/$/, ""))
    .filter((each) => timeOf(each) !== undefined)
    .sort()
    .reverse();
}

/** What a restore of a copy would bring, found out without changing anything. */
export interface CopyPlan extends Copy {
  readonly environment: string;
  readonly files: number;
  readonly bytes: number;
}

/** Looks a copy up. Throws when there is none of that id. */
export async function planCopy(config: RunnerConfig, source: CopiedSource, id: string): Promise<CopyPlan> {
  const { environment } = config;
  const all = await copiesOf(config, source);
  const found = id === "latest" ? all.find((each) => each.replaced !== true) : all.find((each) => each.id === id);
  if (found === undefined) {
    const newest = all.slice(0, 5).map((each) => `${each.id} of ${each.at ?? "an unknown time"}`);
    throw new Error(
      all.length === 0
        ? `there is no copy of ${source.name}`
        : `there is no copy ${id} of ${source.name}; the newest are ${newest.join(", ")}`,
    );
  }
  if (source.kind === "bucket") {
    const objects = (await versionsOf(source.name, found.id)).flatMap((each) => each.objects);
    const bytes = objects.reduce((sum, each) => sum + each.bytes, 0);
    return { ...found, environment, files: objects.length, bytes };
  }
  const said = await restic(config, source.name, ["stats", "--mode=restore-size", "--no-lock", found.id]);
  const size = JSON.parse(said.trim().split("\n").at(-1) ?? "{}") as { total_size?: number; total_file_count?: number };
  return { ...found, environment, files: found.files ?? size.total_file_count ?? 0, bytes: size.total_size ?? 0 };
}

interface Versions {
  /** Where in the store they lie. */
  readonly remote: string;
  readonly objects: readonly { readonly path: string; readonly bytes: number }[];
}

/** The objects of a bucket: as they are now in the copy, or with what was replaced at that moment and later put back. */
async function versionsOf(bucket: string, id: string): Promise<readonly Versions[]> {
  const since = id === "latest" ? [] : (await replacements(bucket)).filter((each) => each >= id);
  const chosen = new Map<string, { remote: string; bytes: number }>();
  for (const remote of [sealedOf(bucket), ...since.map((each) => replacedOf(bucket, each))])
    for (const { path, bytes } of await rcloneStore(remote).list("")) chosen.set(path, { remote, bytes });
  const groups = new Map<string, { path: string; bytes: number }[]>();
  for (const [path, { remote, bytes }] of chosen) {
    const group = groups.get(remote) ?? [];
    groups.set(remote, group);
    group.push({ path, bytes });
  }
  return [...groups].map(([remote, objects]) => ({ remote, objects }));
}

/** Writes a copy to standard output as a tar archive, with owners and modes. What is written is whole only when this ends well. */
export async function exportCopy(
  config: RunnerConfig,
  source: CopiedSource,
  id: string,
  scratch: string,
): Promise<void> {
  if (source.kind !== "bucket") {
    const env = resticEnvironment(config, source.name);
    const ca = config.store.caFile === undefined ? [] : [`--cacert=${config.store.caFile}`];
    await toOutput("restic", ["dump", id, "/", "--archive=tar", "--no-cache", "--no-lock", ...ca], env);
    return;
  }
  for (const { remote, objects } of await versionsOf(source.name, id)) {
    for (let first = 0; first < objects.length; first += BATCH) {
      const batch = objects.slice(first, first + BATCH);
      const folder = join(scratch, "objects");
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await checkRoom(
        folder,
        batch.reduce((sum, each) => sum + each.bytes, 0),
        `a part of the copy of ${source.name}`,
      );
      await copyObjects(remote, folder, batch, scratch);
      // One archive after the other: who reads them ignores the end of each.
      await toOutput("tar", ["--create", "--directory", folder, "--file=-", "."], {});
      await rm(folder, { recursive: true, force: true });
    }
  }
}

async function copyObjects(
  from: string,
  to: string,
  objects: readonly { readonly path: string }[],
  scratch: string,
): Promise<void> {
  const list = join(scratch, "files-from");
  await writeFile(list, objects.map((each) => `${each.path}\n`).join(""), { mode: 0o600 });
  await run("rclone", ["copy", ...RCLONE, "--no-traverse", `--files-from-raw=${list}`, from, to]);
}

function toOutput(program: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "pipe"], env: { ...process.env, ...env } });
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said = (said + text).slice(-2000);
    });
    child.once("error", reject);
    child.once("close", (code) =>
      code === 0
        ? resolve()
        : reject(new Error(`${program} ended with ${code}: ${said.trim().split("\n").slice(-3).join(" · ")}`)),
    );
  });
}

/** What a restore in place did. */
export interface Placed {
  readonly files: number;
  readonly bytes: number;
}

/** Copies what a restore is about to replace. Gives the id by which it can be restored in turn. */
export async function keepPresent(config: RunnerConfig, source: CopiedSource, scratch: string): Promise<string> {
  switch (source.kind) {
    case "bucket":
      return (await copyBucket(source)).id;
    case "redis":
      await dumpRedis(source, scratch);
      return (await copyFolder(config, source.name, scratch, [BEFORE_RESTORE])).id;
    case "volume":
    case "configuration":
      return (await copyFolder(config, source.name, source.path, [BEFORE_RESTORE])).id;
  }
}

/** Folders of a restore that goes on, in the volume itself: a rename within one file system is all that the swap takes. */
const INCOMING = ".bulwark-restore";
const OUTGOING = ".bulwark-replaced";

/**
 * Brings a copy back to where it came from. Nothing but a restorer may do so: a container that is made for it, has the target mounted at
 * `PATHS.target`, and is removed afterwards. A volume is filled beside what is there; only when all of it has arrived does it take the place.
 */
export async function placeCopy(
  config: RunnerConfig,
  source: CopiedSource,
  plan: CopyPlan,
  scratch: string,
  say: (event: Progress) => void,
): Promise<Placed> {
  const { files, bytes } = plan;
  switch (source.kind) {
    case "bucket": {
      addTarget(source.store, PATHS.target);
      for (const { remote, objects } of await versionsOf(source.name, plan.id)) {
        say({ step: "upload", detail: `${source.name}: ${objects.length} objects` });
        await copyObjects(remote, "target:", objects, scratch);
      }
      return { files, bytes };
    }
    case "volume":
      await fill(config, source.name, plan, say);
      await takePlace();
      return { files, bytes };
    case "redis":
      await fill(config, source.name, plan, say);
      say({ step: "check", detail: `${source.name}: reading the snapshot` });
      await run("valkey-check-rdb", [join(PATHS.target, INCOMING, "dump.rdb")]).catch(undoing);
      await asAppendOnly(join(PATHS.target, INCOMING));
      await takePlace();
      return { files, bytes };
    case "configuration":
      throw new Error("the configuration comes from the program: restore it to a folder, and put it there");
  }
}

async function fill(
  config: RunnerConfig,
  source: string,
  plan: CopyPlan,
  say: (event: Progress) => void,
): Promise<void> {
  const incoming = join(PATHS.target, INCOMING);
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { mode: 0o700 });
  say({ step: "restore", detail: `${source}: restoring ${plan.files} files beside what is there` });
  try {
    await checkRoom(PATHS.target, plan.bytes, `the copy of ${source}`);
    await restic(config, source, ["restore", plan.id, "--no-lock", "--target", incoming]);
  } catch (error) {
    await undoing(error);
  }
}

async function undoing(error: unknown): Promise<never> {
  await rm(join(PATHS.target, INCOMING), { recursive: true, force: true });
  throw error;
}

/** The files of the snapshot become those of the volume. */
async function takePlace(): Promise<void> {
  const aside = join(PATHS.target, OUTGOING);
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { mode: 0o700 });
  for (const name of await readdir(PATHS.target))
    if (![INCOMING, OUTGOING, "lost+found"].includes(name)) await rename(join(PATHS.target, name), join(aside, name));
  for (const name of await readdir(join(PATHS.target, INCOMING)))
    await rename(join(PATHS.target, INCOMING, name), join(PATHS.target, name));
  await rm(join(PATHS.target, INCOMING), { recursive: true, force: true });
  await rm(aside, { recursive: true, force: true });
}

/**
 * A server that appends reads its base and what was appended to it, not the snapshot beside: the snapshot becomes a base to which nothing was
 * appended. Owner and mode are those of the volume.
 */
async function asAppendOnly(folder: string): Promise<void> {
  const { uid, gid } = await stat(PATHS.target);
  const log = join(folder, "appendonlydir");
  await mkdir(log, { mode: 0o700 });
  await run("cp", [join(folder, "dump.rdb"), join(log, "appendonly.aof.1.base.rdb")]);
  await writeFile(join(log, "appendonly.aof.1.incr.aof"), "");
  await writeFile(
    join(log, "appendonly.aof.manifest"),
    "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n",
  );
  await run("chown", ["-R", `${uid}:${gid}`, folder]);
}
