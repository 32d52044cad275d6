import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceConfig } from "./config";
import type { JobContext, JobResult } from "./context";
import { archiveId } from "./manifest";
import { run } from "./process";
import { bucketRemote, RCLONE } from "./remotes";
import { backupFolder, verifyFolder } from "./restic";

type Of<K extends SourceConfig["kind"]> = Extract<SourceConfig, { kind: K }>;

/** Copies a cache, a bucket, a volume or the configuration. */
export function copy(context: JobContext, source: SourceConfig): Promise<JobResult> {
  switch (source.kind) {
    case "redis":
      return copyRedis(context, source);
    case "bucket":
      context.log({ step: "copy", bucket: source.name });
      return copyBucket(source);
    case "volume":
    case "configuration":
      return backupFolder(context, source.path);
    case "postgres":
      throw new Error(`${source.name} is a database: it is backed up by base backups and dumps`);
  }
}

/** Reads copies back whole. */
export function verifyCopy(context: JobContext, source: SourceConfig): Promise<JobResult> {
  return source.kind === "bucket" ? verifyBucket(context, source) : verifyFolder(context);
}

async function copyRedis(context: JobContext, source: Of<"redis">): Promise<JobResult> {
  context.log({ step: "dump", host: source.host });
  await dumpRedis(source, context.scratch);
  return backupFolder(context, context.scratch);
}

/** The server sends its whole content as to a replica; what came is read by the tool for such files before it counts. */
export async function dumpRedis(source: Of<"redis">, folder: string): Promise<void> {
  const file = join(folder, "dump.rdb");
  await run(
    "valkey-cli",
    [
      ...["-h", source.host, "-p", String(source.port), "--tls", "--cacert", source.caFile],
      ...["--user", source.username, "--no-auth-warning", "--rdb", file],
    ],
    { env: { REDISCLI_AUTH: readFileSync(source.passwordFile, "utf8").trim() } },
  );
  await run("valkey-check-rdb", [file]);
}

/** Where the encrypted copy of a bucket lies, for rclone. */
export const sealedOf = (bucket: string): string => `sealed:${bucket}`;

/** Where the objects lie that a run of the copy at this moment found replaced; without a moment, all of them. */
export const replacedOf = (bucket: string, id = ""): string => `sealed:${bucket}.replaced/${id}`;

/**
 * Copies what is new in a bucket, encrypted. What was replaced since is kept beside it under the moment of the run, which is the id of the result;
 * what was deleted in the source stays: a deletion, by mistake or by an intruder, never reaches the copy.
 */
export async function copyBucket(source: Of<"bucket">): Promise<JobResult> {
  const id = archiveId(new Date());
  const to = sealedOf(source.name);
  await run("rclone", [
    "copy",
    ...RCLONE,
    `--backup-dir=${replacedOf(source.name, id)}`,
    `${bucketRemote(source.name)}:`,
    to,
  ]);
  return { bytes: await sizeOf(to), id };
}

/** Compares every object of the source with its copy by the hash of its content. Objects of the last minutes may not have been copied yet. */
async function verifyBucket(context: JobContext, source: Of<"bucket">): Promise<JobResult> {
  await copyBucket(source);
  const to = sealedOf(source.name);
  context.log({ step: "compare", bucket: source.name });
  await context.run("rclone", [
    "cryptcheck",
    ...RCLONE,
    "--one-way",
    "--min-age=5m",
    `${bucketRemote(source.name)}:`,
    to,
  ]);
  return { bytes: await sizeOf(to), id: new Date().toISOString() };
}

async function sizeOf(remote: string): Promise<number> {
  const said = await run("rclone", ["size", ...RCLONE, "--json", remote]);
  return (JSON.parse(said) as { bytes: number }).bytes;
}
