import type { Copy } from "../../images/backup/src/copies";
import { columns } from "../terminal";

/** Copies of one source that a listing for people shows. */
const SHOWN = 10;

/** What the runner says of everything that can be restored from. */
export interface Listing {
  readonly archives: readonly ListedArchive[];
  readonly physical: readonly {
    readonly source: string;
    readonly label: string;
    readonly kind: string;
    readonly endedAt: string;
    readonly bytes: number;
    readonly stored: number;
    /** 1: the store. 2: the disk of the host. */
    readonly repository: number;
    readonly failed: boolean;
  }[];
  readonly replaced: readonly {
    readonly source: string;
    readonly name: string;
    readonly database: string;
    readonly at: string;
    readonly keepUntil: string;
    readonly by: string;
  }[];
  readonly copies: readonly Copy[];
}

/** A job and how it went last. Times in seconds since 1970. */
export interface ListedJob {
  readonly name: string;
  readonly kind: string;
  readonly source: string;
  readonly maxAge: number;
  readonly lastSuccess?: number;
  readonly lastError?: string;
}

/** An archive and why it is kept. */
export interface ListedArchive {
  readonly source: string;
  readonly database: string;
  readonly id: string;
  readonly at: string;
  readonly bytes: number;
  readonly complete: boolean;
  readonly state: string;
  readonly keptFor: readonly string[];
}

/** Everything of a schedule's runners. */
export interface Everything extends Listing {
  readonly schedule: string;
  readonly environment: string;
  readonly jobs: readonly ListedJob[];
}

/** A listing for people. */
export function listingText(listing: Everything, now: Date): string {
  const sections = [
    section(
      `Jobs of ${listing.schedule} (${listing.environment})`,
      listing.jobs.map((job) => [job.name, job.kind, jobWords(job, now)]),
    ),
    section(
      "Archives",
      listing.archives.map((each) => [
        each.id,
        `${each.source}/${each.database}`,
        sizeText(each.bytes),
        each.complete ? each.state : "cut off",
        each.keptFor.join(", ") || "not kept",
      ]),
    ),
    section(
      "Physical backups",
      listing.physical.map((each) => [
        each.label,
        each.source,
        each.kind,
        each.repository === 1 ? "store" : "local",
        each.endedAt.slice(0, 16).replace("T", " "),
        `${sizeText(each.bytes)}, ${sizeText(each.stored)} stored${each.failed ? ", FAILED" : ""}`,
      ]),
    ),
    section("Copies", newestCopies(listing.copies)),
    section(
      "Replaced by a restore, kept for undo",
      listing.replaced.map((each) => [
        each.name,
        `by ${each.by}`,
        `until ${each.keepUntil.slice(0, 16).replace("T", " ")}`,
      ]),
    ),
  ];
  return `${sections.filter((each) => each !== "").join("\n\n")}\n`;
}

/** The newest copies of each source, and how many older ones there are. */
function newestCopies(copies: readonly Copy[]): (readonly string[])[] {
  return [...new Set(copies.map((each) => each.source))].flatMap((source) => {
    const own = copies.filter((each) => each.source === source);
    const shown = own
      .slice(0, SHOWN)
      .map((each) => [
        each.id,
        `${each.source} (${each.kind})`,
        each.at?.slice(0, 16).replace("T", " ") ?? "",
        each.bytes === undefined ? "" : `${each.files ?? 0} files, ${sizeText(each.bytes)}`,
        each.replaced === true ? "before a restore" : "",
      ]);
    return own.length > SHOWN ? [...shown, ["…", `${source}: ${own.length - SHOWN} older ones, in --json`]] : shown;
  });
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  return rows.length === 0 ? "" : [title, ...columns(rows).map((line) => `  ${line}`)].join("\n");
}

function jobWords(job: ListedJob, now: Date): string {
  if (job.lastSuccess === undefined) return `never succeeded${job.lastError ? `: ${job.lastError}` : ""}`;
  const age = now.getTime() / 1000 - job.lastSuccess;
  const late = age > job.maxAge ? ", TOO OLD" : "";
  return `${ageText(age)} ago${late}${job.lastError ? `, last failure: ${job.lastError}` : ""}`;
}

/** Seconds in the unit that says most. */
export function ageText(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}

/** Bytes in the unit that says most. */
export function sizeText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
