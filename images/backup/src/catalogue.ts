import { createHash } from "node:crypto";
import { archiveId, FILES, type Manifest, parseManifest, timeOf } from "./manifest";
import type { StoredBackup } from "./retention";
import type { Store, StoredObject } from "./store";

/** Folder of the archives in the bucket. */
export const ROOT = "archive";

/** Objects beside an archive that say what was found out about it. Their names hold the moment. */
export type Mark = "verified" | "failed" | "delete";

/** Which database an archive is of. */
export interface Subject {
  /** Name of the server. */
  readonly source: string;
  readonly database: string;
}

/** An archive as the store lists it. */
export interface CatalogueEntry extends Subject {
  readonly id: string;
  readonly at: Date;
  /** Bytes of all its objects. */
  readonly bytes: number;
  /** Whether its manifest is there: without it, the upload was cut off. */
  readonly complete: boolean;
  /** The newest mark of each kind. */
  readonly marks: Readonly<Partial<Record<Mark, Date>>>;
}

/** Folder of an archive in the bucket. */
export function folderOf({ source, database }: Subject, id: string): string {
  return `${ROOT}/${source}/${database}/${id}`;
}

/** All archives of one database, or of all, the newest first. */
export async function catalogue(store: Store, subject?: Subject): Promise<CatalogueEntry[]> {
  const below = subject === undefined ? "" : `${subject.source}/${subject.database}/`;
  const objects = await store.list(`${ROOT}/${below}`);
  return entries(objects.map((each) => ({ ...each, path: `${below}${each.path}` })));
}

/** Objects, by paths `<source>/<database>/<id>/<name>`, as archives. Anything else is left out. */
export function entries(objects: readonly StoredObject[]): CatalogueEntry[] {
  const groups = new Map<string, Omit<CatalogueEntry, "complete" | "marks"> & { names: string[]; bytes: number }>();
  for (const { path, bytes } of objects) {
    const [source, database, id, name, ...deeper] = path.split("/");
    const at = id === undefined ? undefined : timeOf(id);
    if (source === undefined || database === undefined || id === undefined || at === undefined) continue;
    if (name === undefined || deeper.length > 0) continue;
    const key = `${source}/${database}/${id}`;
    const group = groups.get(key) ?? { source, database, id, at, names: [], bytes: 0 };
    group.names.push(name);
    group.bytes += bytes;
    groups.set(key, group);
  }
  return [...groups.values()]
    .map(({ names, ...group }) => ({ ...group, complete: names.includes(FILES.manifest), marks: marksOf(names) }))
    .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.database < b.database ? -1 : 1));
}

function marksOf(names: readonly string[]): Partial<Record<Mark, Date>> {
  const marks: Partial<Record<Mark, Date>> = {};
  for (const name of names) {
    const [, mark, moment] = /^(verified|failed|delete)-(\d{8}T\d{6}Z)$/.exec(name) ?? [];
    const at = moment === undefined ? undefined : timeOf(moment);
    if (at === undefined) continue;
    const before = marks[mark as Mark];
    if (before === undefined || before < at) marks[mark as Mark] = at;
  }
  return marks;
}

/** What the planner needs to know of an archive. One that failed is good again when it was read back later; within one second it is not. */
export function asStored({ id, at, marks }: CatalogueEntry): StoredBackup {
  const { verified, failed } = marks;
  const state =
    failed !== undefined && (verified === undefined || verified <= failed)
      ? "failed"
      : verified === undefined
        ? "unverified"
        : "verified";
  return { id, at, state, ...(marks.delete === undefined ? {} : { markedAt: marks.delete }) };
}

/** Sets a mark on an archive. */
export async function mark(store: Store, subject: Subject, id: string, kind: Mark, now: Date): Promise<void> {
  await store.write(`${folderOf(subject, id)}/${kind}-${archiveId(now)}`, `${now.toISOString()}\n`);
}

/** Takes the mark for deletion away. */
export async function unmark(store: Store, entry: CatalogueEntry): Promise<void> {
  if (entry.marks.delete === undefined) return;
  await store.removeObject(`${folderOf(entry, entry.id)}/delete-${archiveId(entry.marks.delete)}`);
}

/** A manifest and its checksum, as stored. */
export interface ManifestTexts {
  readonly text: string;
  readonly sum: string;
}

/** Downloads a manifest and its checksum. */
export async function manifestTexts(store: Store, subject: Subject, id: string): Promise<ManifestTexts> {
  const folder = folderOf(subject, id);
  const [text, sum] = await Promise.all([
    store.read(`${folder}/${FILES.manifest}`),
    store.read(`${folder}/${FILES.checksum}`),
  ]);
  return { text, sum };
}

/** The manifest, after its checksum was compared. Throws when it is not that of this archive. */
export function checkedManifest({ text, sum }: ManifestTexts, subject: Subject, id: string): Manifest {
  const found = createHash("sha256").update(text).digest("hex");
  if (sum.trim().split(/\s/)[0] !== found) throw new Error("the manifest does not match its checksum");
  const manifest = parseManifest(text);
  if (manifest.id !== id || manifest.database !== subject.database || manifest.source !== subject.source)
    throw new Error(`its manifest is that of ${manifest.source}/${manifest.database}/${manifest.id}`);
  return manifest;
}

/** The checked manifest of an archive. */
export async function readManifest(store: Store, subject: Subject, id: string): Promise<Manifest> {
  return checkedManifest(await manifestTexts(store, subject, id), subject, id);
}
