import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { statfs } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { FileDigest } from "./manifest";

/** Size and SHA-256 of a file. */
export async function digest(file: string): Promise<FileDigest> {
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      hash.update(chunk);
    }
  });
  return { bytes, sha256: hash.digest("hex") };
}

/** Compares a file with what it has to be. Throws with the words of `what` when it is something else. */
export async function checkDigest(file: string, expected: FileDigest, what: string): Promise<void> {
  const found = await digest(file);
  if (found.bytes !== expected.bytes) throw new Error(`${what} has ${found.bytes} bytes instead of ${expected.bytes}`);
  if (found.sha256 !== expected.sha256) throw new Error(`${what} does not match its checksum`);
}

/** Throws when a folder's file system has less room than is needed. */
export async function checkRoom(folder: string, bytes: number, forWhat: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  if (free < bytes)
    throw new Error(`${forWhat} needs ${inMebibytes(bytes)}, ${folder} has only ${inMebibytes(free)} free`);
}

/** Bytes for people. */
export function inMebibytes(bytes: number): string {
  const mebibytes = bytes / 1024 / 1024;
  return mebibytes < 10 ? `${mebibytes.toFixed(1)} MiB` : `${Math.round(mebibytes)} MiB`;
}
