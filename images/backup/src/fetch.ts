import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { readBack } from "./archive";
import {
  type CatalogueEntry,
  catalogue,
  checkedManifest,
  folderOf,
  manifestTexts,
  mark,
  type Subject,
} from "./catalogue";
import { checkDigest, checkRoom, inMebibytes } from "./files";
import { FILES, type Manifest, toolOf } from "./manifest";
import type { Work } from "./work";

/** An archive that lies in the scratch folder, checked and decrypted. */
export interface Fetched {
  readonly manifest: Manifest;
  /** The dump in clear. Remove {@link folder} when done. */
  readonly dump: string;
  readonly folder: string;
}

/** Downloads an archive, compares each file with its manifest before and after decryption, and reads the dump back whole. */
export async function fetch(work: Work, subject: Subject, id: string): Promise<Fetched> {
  const { database } = subject;
  const manifest = await manifestOf(work, subject, id);
  if (!canRead(work, manifest))
    throw new Error(
      `${database}/${id} is for ${manifest.recipients.join(", ")}, whose key is not on this host: give the recovery key with --identity`,
    );
  const { encrypted, plain } = manifest.files.dump;
  const folder = join(work.scratch, `fetched-${database}-${id}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await checkRoom(folder, encrypted.bytes + plain.bytes, `the archive ${database}/${id}`);
    work.say({ step: "download", detail: `${database}/${id}: downloading ${inMebibytes(encrypted.bytes)}` });
    const arrived = await download(work, manifest, folder);
    work.say({ step: "decrypt", detail: `${database}/${id}: decrypting and checking` });
    const file = join(folder, "dump");
    await decrypt(work, manifest, arrived, file);
    await rm(arrived);
    await sound(subject, id, checkDigest(file, plain, "the decrypted dump"));
    await sound(subject, id, readBack(file));
    return { manifest, dump: file, folder };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** A manifest that is not what was stored is as bad as a broken dump; that the store does not answer is not. */
async function manifestOf(work: Work, subject: Subject, id: string): Promise<Manifest> {
  const texts = await manifestTexts(work.store, subject, id);
  const reading = Promise.resolve().then(() => checkedManifest(texts, subject, id));
  return await sound(subject, id, reading);
}

async function download(work: Work, manifest: Manifest, folder: string): Promise<string> {
  const { id, files } = manifest;
  const name = `${FILES.dump}.${toolOf(manifest)}`;
  const file = join(folder, name);
  await work.store.get(`${folderOf(manifest, id)}/${name}`, file);
  await sound(manifest, id, checkDigest(file, files.dump.encrypted, name));
  return file;
}

async function decrypt(work: Work, manifest: Manifest, from: string, to: string): Promise<void> {
  await sound(manifest, manifest.id, work.opener.decrypt(toolOf(manifest), manifest.recipients, from, to));
}

/** An archive that cannot be restored: what it holds is not what was stored. */
export class BrokenArchive extends Error {
  constructor(subject: Subject, id: string, why: string) {
    super(`the archive ${subject.database}/${id} is broken: ${why}`);
    this.name = "BrokenArchive";
  }
}

/** Whether a key that can decrypt an archive is at hand. */
export function canRead(work: Work, manifest: Manifest): boolean {
  return manifest.recipients.some((each) => work.opener.recipients.has(each));
}

/** Turns a failure of a check into the verdict that the archive is broken. */
async function sound<T>(subject: Subject, id: string, check: Promise<T>): Promise<T> {
  try {
    return await check;
  } catch (error) {
    throw new BrokenArchive(subject, id, error instanceof Error ? error.message : String(error));
  }
}

/** What a check of an archive found. */
export interface Verified {
  readonly database: string;
  readonly id: string;
  readonly bytes: number;
  /** `whole`: decrypted and read back. `checksum`: only compared, because the identity is not on this host. */
  readonly depth: "whole" | "checksum";
}

/** Downloads an archive again and reads it back. The result is marked in the store, so that the planner never counts on a broken one. */
export async function verifyArchive(work: Work, entry: CatalogueEntry): Promise<Verified> {
  const { database, id } = entry;
  try {
    const manifest = await manifestOf(work, entry, id);
    const whole = canRead(work, manifest);
    if (whole) {
      const fetched = await fetch(work, entry, id);
      await rm(fetched.folder, { recursive: true, force: true });
    } else {
      await compareOnly(work, manifest);
    }
    await mark(work.store, entry, id, "verified", work.now());
    return { database, id, bytes: manifest.files.dump.encrypted.bytes, depth: whole ? "whole" : "checksum" };
  } catch (error) {
    // Only a broken archive is marked: no room or no network says nothing about it.
    if (error instanceof BrokenArchive) await mark(work.store, entry, id, "failed", work.now());
    throw error;
  }
}

async function compareOnly(work: Work, manifest: Manifest): Promise<void> {
  const folder = join(work.scratch, `verify-${manifest.database}-${manifest.id}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    await checkRoom(folder, manifest.files.dump.encrypted.bytes, `the archive ${manifest.database}/${manifest.id}`);
    await download(work, manifest, folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Checks the newest archive of a database and one older one, another each time. Returns what was checked. */
export async function verifyDatabase(
  work: Work,
  subject: Subject,
  pick: (of: number) => number = random,
): Promise<Verified[]> {
  const complete = (await catalogue(work.store, subject)).filter((each) => each.complete);
  const [newest, ...older] = complete;
  if (newest === undefined) throw new Error(`there is no archive of ${subject.database}`);
  const chosen = older.length === 0 ? undefined : older[pick(older.length)];
  const verified: Verified[] = [];
  for (const entry of chosen === undefined ? [newest] : [newest, chosen]) {
    verified.push(await verifyArchive(work, entry));
  }
  return verified;
}

function random(of: number): number {
  return Math.floor(Math.random() * of);
}
