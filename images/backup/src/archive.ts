import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { folderOf, mark } from "./catalogue";
import { countRows, factsOf, ROLES } from "./facts";
import { checkRoom, digest, inMebibytes } from "./files";
import { type ArchivedFile, archiveId, FILES, type Manifest, toolOf } from "./manifest";
import { run } from "./process";
import { connection, type Server, Session } from "./psql";
import type { PostgresSource, Work } from "./work";

/** An archive that was made. */
export interface Archived {
  readonly id: string;
  /** Bytes in the store. */
  readonly bytes: number;
  readonly manifest: Manifest;
}

/**
 * Dumps one database into the archive tier: a file first, which is read back whole before anything is uploaded; the manifest last, so that an
 * archive is either complete or none.
 */
export async function archive(work: Work, source: PostgresSource, database: string): Promise<Archived> {
  const takenAt = work.now();
  const id = archiveId(takenAt);
  const folder = join(work.scratch, `${database}-${id}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const seen = await dumpTo(work, source, database, folder);
    work.say({ step: "read-back", detail: `${database}: reading the dump back` });
    await readBack(join(folder, "dump"));
    const dumpFile = await encrypt(work, folder, FILES.dump);
    const globalsFile = await encrypt(work, folder, FILES.globals);
    const manifest: Manifest = {
      version: 1,
      id,
      takenAt: takenAt.toISOString(),
      environment: work.config.environment,
      source: source.name,
      database,
      ...seen,
      files: { dump: dumpFile, globals: globalsFile },
      tool: work.sealer.tool,
      recipients: work.sealer.recipients,
    };
    await upload(work, folder, manifest);
    await mark(work.store, manifest, id, "verified", work.now());
    return { id, bytes: dumpFile.encrypted.bytes + globalsFile.encrypted.bytes, manifest };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a dump's snapshot shows besides its rows. */
export type Seen = Pick<Manifest, "server" | "facts" | "extensions" | "roles" | "rows" | "databaseBytes">;

/** Writes `dump` and `globals`. Rows are counted in the dump's own snapshot, so that the figures are exact under load. */
export async function dumpTo(work: Work, server: Server, database: string, folder: string): Promise<Seen> {
  const session = new Session(server, database);
  try {
    await session.run("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    const ask = <Row>(sql: string): Promise<Row[]> => session.query<Row>(sql);
    const [about] = await ask<{ snapshot: string; version: string; preload: string; bytes: number }>(
      "SELECT pg_export_snapshot() AS snapshot, current_setting('server_version') AS version, current_setting('shared_preload_libraries') AS preload, pg_database_size(current_database()) AS bytes",
    );
    if (about === undefined) throw new Error("the server gave no snapshot");
    // A dump is compressed; the plain and the encrypted file lie side by side for a while.
    await checkRoom(folder, about.bytes, `the dump of ${database}`);
    work.say({ step: "dump", detail: `${database}: dumping ${inMebibytes(about.bytes)}` });
    const args = ["-Fc", "--compress=zstd:3", `--snapshot=${about.snapshot}`, "-f", join(folder, "dump")];
    await run("pg_dump", [...args, ...connection(server, database)]);
    await run("pg_dumpall", ["--globals-only", "-f", join(folder, "globals"), "-l", "postgres", ...connection(server)]);
    const facts = await factsOf(ask, database);
    if (facts === undefined) throw new Error(`the database ${database} has gone`);
    const extensions = await ask<{ name: string; version: string }>(
      "SELECT extname AS name, extversion AS version FROM pg_extension",
    );
    const roles = await ask<{ name: string }>(ROLES);
    const rows = await countRows(ask, (done, of) =>
      work.say({ step: "count", detail: `${database}: counting rows, table ${done} of ${of}`, share: done / of }),
    );
    return {
      server: { version: about.version.split(" ")[0] ?? about.version, preload: listed(about.preload) },
      facts,
      extensions: Object.fromEntries(extensions.map(({ name, version }) => [name, version])),
      roles: roles.map((each) => each.name),
      rows,
      databaseBytes: about.bytes,
    };
  } finally {
    await session.close();
  }
}

function listed(setting: string): string[] {
  return setting
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== "");
}

/** Reads a dump whole. Its table of contents alone (`--list`) would not show that the end is missing. */
export async function readBack(file: string): Promise<void> {
  await run("pg_restore", ["-f", "/dev/null", file]);
}

async function encrypt(work: Work, folder: string, name: string): Promise<ArchivedFile> {
  const plain = join(folder, name);
  const before = await digest(plain);
  if (before.bytes === 0) throw new Error(`${name} is empty`);
  const encrypted = `${plain}.${work.sealer.tool}`;
  await work.sealer.encrypt(plain, encrypted);
  await rm(plain);
  return { plain: before, encrypted: await digest(encrypted) };
}

async function upload(work: Work, folder: string, manifest: Manifest): Promise<void> {
  const to = folderOf(manifest, manifest.id);
  const ending = toolOf(manifest);
  const files = [
    [`${FILES.dump}.${ending}`, manifest.files.dump],
    [`${FILES.globals}.${ending}`, manifest.files.globals],
  ] as const;
  for (const [name, { encrypted }] of files) {
    work.say({ step: "upload", detail: `${manifest.database}: uploading ${name}, ${inMebibytes(encrypted.bytes)}` });
    await work.store.put(join(folder, name), `${to}/${name}`);
  }
  const listedNow = await work.store.list(to);
  for (const [name, { encrypted }] of files) {
    const there = listedNow.find((each) => each.path === name)?.bytes;
    if (there !== encrypted.bytes)
      throw new Error(`the store has ${there ?? "no"} bytes of ${to}/${name} instead of ${encrypted.bytes}`);
  }
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(folder, FILES.manifest), text);
  await writeFile(
    join(folder, FILES.checksum),
    `${createHash("sha256").update(text).digest("hex")}  ${FILES.manifest}\n`,
  );
  await work.store.put(join(folder, FILES.checksum), `${to}/${FILES.checksum}`);
  await work.store.put(join(folder, FILES.manifest), `${to}/${FILES.manifest}`);
}
