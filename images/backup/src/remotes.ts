import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { RunnerConfig, StoreConfig } from "./config";
import { PATHS } from "./paths";
import { run } from "./process";
import { replaceFile } from "./state";

/** Arguments that every call of rclone gets: nothing may hang, and nobody is asked to create a bucket. */
export const RCLONE = [
  "--contimeout=10s",
  "--timeout=60s",
  "--retries=3",
  "--low-level-retries=3",
  "--s3-no-check-bucket",
  "--use-json-log=false",
] as const;

/** The name under which rclone knows the bucket of a source. */
export const bucketRemote = (source: string): string => `source-${source}`;

/**
 * Writes rclone's configuration, which holds keys, to memory: `store:` and `offsite:` are the roots of the buckets, `sealed:` encrypts what is
 * written below `copies/` of the store, and each bucket that is backed up has a remote of its own. Returns the path.
 */
export async function writeRemotes(config: RunnerConfig): Promise<string> {
  const sealed = await obscured(readFileSync(config.passphraseFile, "utf8").trim());
  const buckets = config.sources.flatMap((each) => (each.kind === "bucket" ? [each] : []));
  const text = [
    ...remote("store", config.store),
    ...(config.offsite === undefined ? [] : remote("offsite", config.offsite)),
    ...buckets.flatMap((each) => remote(bucketRemote(each.name), each.store)),
    "[sealed]",
    "type = crypt",
    `remote = store:copies`,
    "filename_encryption = standard",
    "directory_name_encryption = true",
    `password = ${sealed}`,
    "",
  ].join("\n");
  const path = join(PATHS.memory, "rclone.conf");
  replaceFile(path, text, 0o600);
  // rclone trusts one file of certificates; the stack's own CA is in it, and the system's.
  const own = [config.store, config.offsite, ...buckets.map((each) => each.store)].flatMap((each) =>
    each?.caFile === undefined ? [] : [each.caFile],
  );
  if (own.length > 0) process.env["RCLONE_CA_CERT"] = bundle([...new Set(own)]);
  return path;
}

function bundle(files: readonly string[]): string {
  const path = join(PATHS.memory, "ca.crt");
  replaceFile(
    path,
    ["/etc/ssl/certs/ca-certificates.crt", ...files].map((file) => readFileSync(file, "utf8")).join("\n"),
  );
  return path;
}

function remote(name: string, store: StoreConfig): string[] {
  return [
    `[${name}-service]`,
    "type = s3",
    "provider = Other",
    `endpoint = ${store.endpoint}`,
    `region = ${store.region}`,
    `access_key_id = ${readFileSync(store.accessKeyFile, "utf8").trim()}`,
    `secret_access_key = ${readFileSync(store.secretKeyFile, "utf8").trim()}`,
    "force_path_style = true",
    // The look at what was just written names its version, which a key that cannot delete versions may not read.
    "no_head = true",
    "",
    `[${name}]`,
    "type = alias",
    `remote = ${name}-service:${store.bucket}`,
    "",
  ];
}

/**
 * Adds the bucket of a source as `target:`, with a key that may write to it: two files of a folder, mounted for a restore alone.
 */
export function addTarget(store: StoreConfig, folder: string): void {
  const path = join(PATHS.memory, "rclone.conf");
  const keys = { accessKeyFile: join(folder, "root-access-key"), secretKeyFile: join(folder, "root-secret-key") };
  replaceFile(path, [readFileSync(path, "utf8"), ...remote("target", { ...store, ...keys })].join("\n"), 0o600);
}

/** The form in which rclone's configuration holds a password. */
async function obscured(secret: string): Promise<string> {
  return (await run("rclone", ["obscure", "-"], { stdin: secret })).trim();
}
