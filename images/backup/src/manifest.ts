import type { SealingTool } from "./config";

/** A file of an archive, before and after encryption. */
export interface ArchivedFile {
  readonly plain: FileDigest;
  readonly encrypted: FileDigest;
}

/** Size in bytes and SHA-256 in hexadecimal. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** What belongs to a database and stands in no table of it: taken over by a restored copy. */
export interface DatabaseFacts {
  readonly owner: string;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** `c` libc, `i` ICU, `b` built in. */
  readonly provider: "c" | "i" | "b";
  /** Locale of the ICU or built-in provider. */
  readonly locale: string | null;
  readonly connectionLimit: number;
  /** Who may do what with the database itself; `null` when nobody ever changed it. */
  readonly grants: readonly DatabaseGrant[] | null;
  /** Settings of the database, for all roles or for one. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string; readonly value: string }[];
}

/** One grant on a database. An empty grantee is PUBLIC. */
export interface DatabaseGrant {
  readonly grantee: string;
  readonly privilege: string;
  readonly grantable: boolean;
}

/** What an archive holds. It is written last: a set without it is not an archive. */
export interface Manifest {
  readonly version: 1;
  readonly id: string;
  /** When the snapshot was taken, as ISO 8601 in UTC. */
  readonly takenAt: string;
  readonly environment: string;
  /** Name of the server. */
  readonly source: string;
  readonly database: string;
  readonly server: {
    /** `17.6`. */
    readonly version: string;
    /** Libraries that must be loaded at start. */
    readonly preload: readonly string[];
  };
  readonly facts: DatabaseFacts;
  /** Extensions and their versions. */
  readonly extensions: Readonly<Record<string, string>>;
  /** Roles that own something in the database or hold a right in it. */
  readonly roles: readonly string[];
  /** Rows of each table within the snapshot of the dump, by quoted name: `public."Orders"`. */
  readonly rows: Readonly<Record<string, number>>;
  /** Size of the database on the server, in bytes. */
  readonly databaseBytes: number;
  readonly files: { readonly dump: ArchivedFile; readonly globals: ArchivedFile };
  /** What the files are encrypted with. Default: age, as before there was another one. */
  readonly tool?: SealingTool;
  /** Who can read the files: age recipients, fingerprints of GPG keys, or `passphrase:` and its fingerprint. */
  readonly recipients: readonly string[];
}

/** Names of an archive's objects; of what is encrypted, without the ending that says with what. */
export const FILES = {
  dump: "dump",
  globals: "globals",
  manifest: "manifest.json",
  checksum: "manifest.json.sha256",
} as const;

/** What an archive is encrypted with. */
export function toolOf(manifest: Pick<Manifest, "tool">): SealingTool {
  return manifest.tool ?? "age";
}

/** The id of an archive taken at a moment: `20261121T020000Z`. */
export function archiveId(at: Date): string {
  return at.toISOString().replace(/[-:]|\.\d+/g, "");
}

/** When an archive was taken; `undefined` for a text that is no id. */
export function timeOf(id: string): Date | undefined {
  const found = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(id);
  if (found === null) return undefined;
  const [, year, month, day, hour, minute, second] = found;
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at;
}

/** Reads a manifest. Throws when it is not one, or of a version that this program does not know. */
export function parseManifest(text: string): Manifest {
  const value = JSON.parse(text) as Partial<Manifest>;
  if (value.version !== 1) throw new Error(`the manifest is of version ${String(value.version)}, not 1`);
  const { id, database, takenAt, files, rows, facts } = value;
  if (
    typeof id !== "string" ||
    typeof database !== "string" ||
    typeof takenAt !== "string" ||
    typeof rows !== "object" ||
    typeof facts !== "object" ||
    typeof files?.dump?.encrypted?.sha256 !== "string" ||
    typeof files.dump.plain?.sha256 !== "string"
  )
    throw new Error("the manifest is not whole");
  return value as Manifest;
}

/** A difference between what a manifest says and what a database holds. */
export interface RowDifference {
  readonly table: string;
  readonly expected: number | undefined;
  readonly found: number | undefined;
}

/** Tables whose rows are not as many as the manifest says, missing and additional tables too. */
export function rowDifferences(
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
): RowDifference[] {
  return [...new Set([...Object.keys(expected), ...Object.keys(found)])]
    .sort()
    .filter((table) => expected[table] !== found[table])
    .map((table) => ({ table, expected: expected[table], found: found[table] }));
}

/** Differences in words, for an error or a report. */
export function inWords(differences: readonly RowDifference[]): string {
  const shown = differences.slice(0, 5).map(({ table, expected, found }) => {
    if (found === undefined) return `${table} is missing (${expected} rows)`;
    if (expected === undefined) return `${table} is not in the manifest (${found} rows)`;
    return `${table} has ${found} rows instead of ${expected}`;
  });
  const more = differences.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more tables`] : [])].join("; ");
}
