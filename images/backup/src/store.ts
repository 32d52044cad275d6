import { randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ProgramFailed, run } from "./process";
import { RCLONE } from "./remotes";

/** An object of the store. */
export interface StoredObject {
  /** Its path below the listed prefix. */
  readonly path: string;
  readonly bytes: number;
}

/** The bucket of the repository. */
export interface Store {
  /** Every object below a prefix, however many there are. */
  list(prefix: string): Promise<StoredObject[]>;
  /** Uploads a file; the transfer is checked. */
  put(file: string, path: string): Promise<void>;
  /** Downloads an object into a file. */
  get(path: string, file: string): Promise<void>;
  read(path: string): Promise<string>;
  write(path: string, content: string): Promise<void>;
  /** Removes everything below a prefix. */
  remove(prefix: string): Promise<void>;
  /** Removes one object; that it is not there is no failure. */
  removeObject(path: string): Promise<void>;
}

/** Object that is written, and removed, to see whether objects can be. */
const PROBE = "store:probe";
/** Exit codes of rclone. */
export const NO_FOLDER = 3;
const NO_FILE = 4;

/** The store through rclone. `remote` is a configured remote, with or without a bucket: `store:`, `s3:backups`. */
export function rcloneStore(remote = "store:"): Store {
  const rclone = (args: readonly string[], stdin = ""): Promise<string> =>
    run("rclone", [...RCLONE, ...args], { stdin });
  const at = (path: string): string => (remote.endsWith(":") ? `${remote}${path}` : `${remote}/${path}`);
  return {
    async list(prefix) {
      // `--fast-list`: one request for a thousand objects, instead of one for each folder. A file: the list may be long.
      const args = [
        "lsjson",
        "--recursive",
        "--files-only",
        "--no-modtime",
        "--no-mimetype",
        "--fast-list",
        at(prefix),
      ];
      const file = join(tmpdir(), `list-${randomUUID()}.json`);
      try {
        await run("rclone", [...RCLONE, ...args], { stdout: file });
        const found = JSON.parse(await readFile(file, "utf8")) as { Path: string; Size: number }[];
        return found.map((each) => ({ path: each.Path, bytes: each.Size }));
      } catch (error) {
        if (isCode(error, NO_FOLDER)) return [];
        throw error;
      } finally {
        await rm(file, { force: true });
      }
    },
    put: async (file, path) => void (await rclone(["copyto", file, at(path)])),
    // The manifest's SHA-256 is the judge: a store that says another MD5 must look like a broken archive, not like a broken network.
    get: async (path, file) => void (await rclone(["copyto", "--ignore-checksum", at(path), file])),
    read: async (path) => await rclone(["cat", at(path)]),
    write: async (path, content) => void (await rclone(["rcat", at(path)], content)),
    remove: async (prefix) => void (await rclone(["delete", "--fast-list", at(prefix)])),
    async removeObject(path) {
      try {
        await rclone(["deletefile", at(path)]);
      } catch (error) {
        if (!isCode(error, NO_FOLDER) && !isCode(error, NO_FILE)) throw error;
      }
    },
  };
}

/** Why the store takes no object now, in its own words; `undefined` when it does. It is asked once, without a second attempt. */
export async function refusal(): Promise<string | undefined> {
  const once = [...RCLONE, "--retries=1", "--low-level-retries=1"];
  try {
    await run("rclone", [...once, "rcat", PROBE], { stdin: "probe" });
    await run("rclone", [...once, "deletefile", PROBE]);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProgramFailed)) throw error;
    const [, words] = /Failed to \w+: (.+)/.exec(error.output) ?? [];
    return words?.trim() ?? error.message;
  }
}

function isCode(error: unknown, code: number): boolean {
  return error instanceof ProgramFailed && error.code === code;
}
