import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SourceConfig } from "./config";
import type { JobContext, JobResult } from "./context";
import { bucketRemote, RCLONE } from "./remotes";
import { backupFolder, verifyFolder } from "./restic";

type Of<K extends SourceConfig["kind"]> = Extract<SourceConfig, { kind: K }>;

/** Copies a cache, a bucket, a volume or the configuration. */
export function copy(context: JobContext, source: SourceConfig): Promise<JobResult> {
  switch (source.kind) {
    case "redis":
      return copyRedis(context, source);
    case "bucket":
      return copyBucket(context, source);
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

/** The server sends its whole content as to a replica; what came is read by the tool for such files before it counts. */
async function copyRedis(context: JobContext, source: Of<"redis">): Promise<JobResult> {
  const folder = context.scratch;
  const file = join(folder, "dump.rdb");
  context.log({ step: "dump", host: source.host });
  await context.run(
    "valkey-cli",
    [
      ...["-h", source.host, "-p", String(source.port), "--tls", "--cacert", source.caFile],
      ...["--user", source.username, "--no-auth-warning", "--rdb", file],
    ],
    { env: { REDISCLI_AUTH: readFileSync(source.passwordFile, "utf8").trim() } },
  );
  context.log({ step: "check" });
  await context.run("valkey-check-rdb", [file]);
  return backupFolder(context, folder);
}

/**
 * Copies what is new in a bucket, encrypted. What was replaced since is kept beside it under the day's date; what was deleted in the source stays:
 * a deletion, by mistake or by an intruder, never reaches the copy.
 */
async function copyBucket(context: JobContext, source: Of<"bucket">): Promise<JobResult> {
  const day = new Date().toISOString().slice(0, 10);
  const to = `sealed:${source.name}`;
  context.log({ step: "copy", bucket: source.name });
  await context.run("rclone", [
    "copy",
    ...RCLONE,
    `--backup-dir=sealed:${source.name}.replaced/${day}`,
    `${bucketRemote(source.name)}:`,
    to,
  ]);
  return { bytes: await sizeOf(context, to), id: new Date().toISOString() };
}

/** Compares every object of the source with its copy by the hash of its content. Objects of the last minutes may not have been copied yet. */
async function verifyBucket(context: JobContext, source: Of<"bucket">): Promise<JobResult> {
  await copyBucket(context, source);
  const to = `sealed:${source.name}`;
  context.log({ step: "compare", bucket: source.name });
  await context.run("rclone", [
    "cryptcheck",
    ...RCLONE,
    "--one-way",
    "--min-age=5m",
    `${bucketRemote(source.name)}:`,
    to,
  ]);
  return { bytes: await sizeOf(context, to), id: new Date().toISOString() };
}

async function sizeOf(context: JobContext, remote: string): Promise<number> {
  const said = await context.run("rclone", ["size", ...RCLONE, "--json", remote]);
  return (JSON.parse(said) as { bytes: number }).bytes;
}
