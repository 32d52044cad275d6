import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { asStored, catalogue } from "./catalogue";
import type { RunnerConfig } from "./config";
import { copiedSources, copiesOf } from "./copies";
import { REPORTS, type SignedReport } from "./drill";
import { verifyArchive, verifyDatabase } from "./fetch";
import { confirmKey, isSignedBy, keyStatus, recoveryKey } from "./keys";
import { withLock } from "./lock";
import { withWork } from "./open";
import { PATHS } from "./paths";
import { physicalBackups } from "./pitr";
import { type Origin, planRestore, restore } from "./restore";
import { planRetention } from "./retention";
import { readStates } from "./state";
import { replacedDatabases, swap, undo } from "./swap";
import { databaseOf, postgresSources, type Work } from "./work";

/** What `bulwark` asks of the runner besides its jobs. */
export const COMMANDS: ReadonlySet<string> = new Set([
  "about",
  "list",
  "restore",
  "swap",
  "undo",
  "verify-archive",
  "key",
  "drill-report",
]);

const OPTIONS = {
  at: { type: "string" },
  beside: { type: "string" },
  by: { type: "string" },
  database: { type: "string" },
  id: { type: "string" },
  "keep-beside": { type: "boolean" },
  plan: { type: "boolean" },
  source: { type: "string" },
  stdin: { type: "boolean" },
  where: { type: "string" },
} as const;

type Given = ReturnType<typeof parsed>["values"];

/**
 * Runs a command. It prints one line of JSON for each step and a last one `{"ok":true,"result":…}`; a failure is thrown. With `--stdin` a recovery
 * key is read from standard input.
 */
export async function command(config: RunnerConfig, argv: readonly string[]): Promise<void> {
  const { positionals, values } = parsed(argv);
  if (positionals[0] === "about") {
    print({ ok: true, result: about(config) });
    return;
  }
  const stdin = values.stdin === true ? await readAll(process.stdin) : undefined;
  const scratch = join(PATHS.scratch, `command-${randomUUID()}`);
  try {
    const result = await withWork(
      config,
      scratch,
      print,
      (work) => answer(work, positionals, values, stdin),
      given(positionals, stdin),
    );
    print({ ok: true, result });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function parsed(argv: readonly string[]) {
  return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
}

/** The key on standard input is an identity to decrypt with, unless it is the copy that is to be confirmed. */
function given(positionals: readonly string[], stdin: string | undefined): string | undefined {
  return positionals[0] === "key" ? undefined : stdin;
}

async function answer(
  work: Work,
  positionals: readonly string[],
  values: Given,
  stdin: string | undefined,
): Promise<unknown> {
  const [name, verb] = positionals;
  switch (name) {
    case "list":
      return await list(work, values);
    case "restore": {
      const { source, database } = databaseOf(work.config, values.database, values.source);
      const plan = await planRestore(work, source, database, originOf(values));
      if (values.plan === true) return plan;
      return await withLock(source.name, `a restore of ${database}`, () =>
        restore(work, source, plan, values["keep-beside"] !== true),
      );
    }
    case "swap": {
      const { source, database } = databaseOf(work.config, values.database, values.source);
      if (values.beside === undefined) throw new Error("say which database takes the place: --beside NAME");
      if (values.plan === true) return { environment: work.config.environment, database };
      const { beside } = values;
      return await withLock(source.name, `a swap of ${database}`, () =>
        swap(source, database, beside, `restored copy ${beside}`, work.now()),
      );
    }
    case "undo": {
      const { source, database } = databaseOf(work.config, values.database, values.source);
      if (values.plan === true) {
        const last = (await replacedDatabases(source)).find((each) => each.database === database);
        return { environment: work.config.environment, database, last };
      }
      return await withLock(source.name, `an undo of ${database}`, () => undo(source, database, work.now()));
    }
    case "verify-archive":
      return await verify(work, values);
    case "key":
      return await key(work, verb, values, stdin);
    case "drill-report":
      return await report(work, values);
    default:
      throw new Error(`no such command: ${name ?? ""}`);
  }
}

/** What this runner is for and how its jobs went. Nothing is asked of the store. */
function about(config: RunnerConfig): unknown {
  const states = readStates();
  return {
    schedule: config.schedule,
    environment: config.environment,
    databases: postgresSources(config).flatMap(({ name, databases }) =>
      databases.map((database) => ({ source: name, database })),
    ),
    copied: copiedSources(config).map(({ name, kind }) => ({ source: name, kind })),
    jobs: config.jobs.map(({ name, kind, source, maxAge }) => {
      const { lastSuccess, lastError } = states.get(name) ?? {};
      return { name, kind, source, maxAge, lastSuccess, lastError: lastError || undefined };
    }),
  };
}

/** Everything that can be restored from, and what the retention says of each archive. */
async function list(work: Work, values: Given): Promise<unknown> {
  const all = await catalogue(work.store);
  const servers = postgresSources(work.config).filter(
    (each) => values.source === undefined || each.name === values.source,
  );
  const archives = servers.flatMap((source) =>
    [
      ...new Set([
        ...source.databases,
        ...all.filter((each) => each.source === source.name).map((each) => each.database),
      ]),
    ]
      .filter((database) => values.database === undefined || database === values.database)
      .flatMap((database) => {
        const own = all.filter((each) => each.source === source.name && each.database === database);
        const plan = planRetention(
          work.now(),
          own.filter((each) => each.complete).map(asStored),
          work.config.retention,
        );
        const reasons = new Map(plan.keep.map((each) => [each.id, each.reasons]));
        return own.map((entry) => ({
          source: entry.source,
          database,
          id: entry.id,
          at: entry.at.toISOString(),
          bytes: entry.bytes,
          complete: entry.complete,
          state: asStored(entry).state,
          keptFor: reasons.get(entry.id) ?? [],
        }));
      }),
  );
  const physical = [];
  for (const source of servers.filter((each) => each.wal)) {
    for (const each of await physicalBackups(work, source)) physical.push({ source: source.name, ...each });
  }
  const replaced = [];
  for (const source of servers)
    for (const each of await replacedDatabases(source)) replaced.push({ source: source.name, ...each });
  const copies = [];
  for (const source of values.database === undefined ? copiedSources(work.config) : [])
    if (values.source === undefined || source.name === values.source)
      copies.push(...(await copiesOf(work.config, source)));
  return { archives, physical, replaced, copies };
}

function originOf(values: Given): Origin {
  if (values.at !== undefined && values.id !== undefined) throw new Error("--at and --id exclude each other");
  if (values.id !== undefined) return { kind: "archive", id: values.id };
  if (values.at === undefined) return { kind: "latest" };
  const at = new Date(values.at);
  if (Number.isNaN(at.getTime())) throw new Error(`not a time: ${values.at}`);
  return { kind: "time", at };
}

async function verify(work: Work, values: Given): Promise<unknown> {
  const { source, database } = databaseOf(work.config, values.database, values.source);
  const subject = { source: source.name, database };
  if (values.id === undefined) return await verifyDatabase(work, subject);
  const entry = (await catalogue(work.store, subject)).find((each) => each.id === values.id && each.complete);
  if (entry === undefined) throw new Error(`there is no archive ${values.id} of ${database}`);
  return [await verifyArchive(work, entry)];
}

async function key(work: Work, verb: string | undefined, values: Given, stdin: string | undefined): Promise<unknown> {
  switch (verb) {
    case "status":
      return await keyStatus(work.config, work.store, work.sealer.recipients);
    case "export":
      return { text: recoveryKey(work.config, work.sealer.recipients) };
    case "confirm":
      if (stdin === undefined || values.by === undefined || values.where === undefined)
        throw new Error("confirming takes the copy on standard input, --by and --where");
      return await confirmKey(work.config, work.store, stdin, { by: values.by, where: values.where, now: work.now() });
    default:
      throw new Error("say key status, export or confirm");
  }
}

/** The newest report, or one by its id, and whether this schedule's key signed it. */
async function report(work: Work, values: Given): Promise<unknown> {
  const names = (await work.store.list(`${REPORTS}/`)).map((each) => each.path);
  const fitting = names
    .filter((each) => values.source === undefined || each.startsWith(`${values.source}/`))
    .filter((each) => values.id === undefined || each.endsWith(`/${values.id}.json`))
    .sort((a, b) => (a.slice(a.indexOf("/")) < b.slice(b.indexOf("/")) ? 1 : -1));
  const [newest] = fitting;
  if (newest === undefined) throw new Error("there is no such drill report");
  const found = JSON.parse(await work.store.read(`${REPORTS}/${newest}`)) as SignedReport;
  const { signingKey } = await keyStatus(work.config, work.store, work.sealer.recipients);
  return { ...found, genuine: isSignedBy(JSON.stringify(found.report), found.signature, signingKey) };
}

function print(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function readAll(stream: NodeJS.ReadableStream): Promise<string> {
  let text = "";
  for await (const chunk of stream) text += String(chunk);
  return text;
}
