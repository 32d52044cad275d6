import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ChangeSet, RawChange } from "../change/model";
import { isFields } from "../change/not-understood";

/** SHA-256 of a text or of bytes, in hexadecimal. */
export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A value as JSON that does not depend on the order of keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    isFields(each)
      ? Object.fromEntries(Object.entries(each).sort(([first], [second]) => (first < second ? -1 : 1)))
      : each,
  );
}

/** Digest of all files below a folder, installed packages aside. Nothing when there is no such folder. */
export function folderDigest(folder: string): string | undefined {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) return fileDigest(folder);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !path.split(/[\\/]/).includes("node_modules"))
    .sort();
  return sha256(files.map((path) => `${path}\0${sha256(readFileSync(join(folder, path)))}`).join("\n"));
}

/** Digest of a file; nothing when there is none. */
export function fileDigest(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true ? sha256(readFileSync(file)) : undefined;
}

/**
 * Digest of what a preview changes, whatever the order in which the engine came to it. Secrets are not part of it: previews do not show them, and
 * the update plan and the stack's configuration bind them.
 */
export function changesDigest(set: Pick<ChangeSet, "changes">): string {
  const all = set.changes.map(told).sort((a, b) => (a.urn < b.urn ? -1 : a.urn > b.urn ? 1 : 0));
  return sha256(canonical(all));
}

/** Digests by URN, for saying which change differs. */
export function changeDigests(set: Pick<ChangeSet, "changes">): Record<string, string> {
  return Object.fromEntries(set.changes.map((change) => [change.urn, sha256(canonical(told(change)))]));
}

function told(change: RawChange) {
  const { urn, operation, before, after, unknown, protect, provider, parent, movedFrom, deleteBeforeReplace } = change;
  const dependencies = [...change.dependencies].sort();
  const properties = change.properties.map(({ path, replaces }) => ({ path, replaces })).sort(byPath);
  return {
    ...{ urn, operation, before, after, unknown: [...unknown].sort(), protect, parent, movedFrom },
    // The engine makes up a part of a provider's reference anew until it exists.
    provider: provider?.slice(0, provider.lastIndexOf("::")),
    ...{ deleteBeforeReplace, dependencies, properties },
  };
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
