import type { RunnerConfig, SourceConfig } from "./config";
import type { Opener, Sealer } from "./sealing";
import type { Store } from "./store";

/** A PostgreSQL server that is backed up. */
export type PostgresSource = Extract<SourceConfig, { kind: "postgres" }>;

/** What every piece of work on archives is given. */
export interface Work {
  readonly config: RunnerConfig;
  readonly store: Store;
  /** An empty folder on disk, mode 0700, that is removed afterwards. */
  readonly scratch: string;
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly now: () => Date;
  /** Tells how far the work is. */
  readonly say: (event: Progress) => void;
}

/** A line of progress. */
export interface Progress {
  readonly step: string;
  /** In words, for people. */
  readonly detail?: string;
  /** From 0 to 1. */
  readonly share?: number;
}

/** Every PostgreSQL server of a schedule. */
export function postgresSources(config: RunnerConfig): PostgresSource[] {
  return config.sources.filter((each): each is PostgresSource => each.kind === "postgres");
}

/** The server and database of a name; without a name the only one. Throws when it cannot be told. */
export function databaseOf(
  config: RunnerConfig,
  database?: string,
  server?: string,
): { readonly source: PostgresSource; readonly database: string } {
  const all = config.sources
    .filter(
      (each): each is PostgresSource => each.kind === "postgres" && (server === undefined || each.name === server),
    )
    .flatMap((source) => source.databases.map((each) => ({ source, database: each })));
  const fitting = database === undefined ? all : all.filter((each) => each.database === database);
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) return only;
  const names = all.map((each) => `${each.database} (on ${each.source.name})`).join(", ");
  if (fitting.length === 0 && database !== undefined)
    throw new Error(`no database is called ${database}; there are: ${names}`);
  throw new Error(all.length === 0 ? "no database is backed up here" : `say which database: ${names}`);
}
