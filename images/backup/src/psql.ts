import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { run } from "./process";

/** A server that is reached as its superuser through its socket. */
export interface Server {
  /** Folder of the socket. */
  readonly socket: string;
}

const OPTIONS = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];

/** Connection options that every program of PostgreSQL takes. */
export function connection(server: Server, database?: string): string[] {
  return ["-h", server.socket, "-U", "postgres", ...(database === undefined ? [] : ["-d", database])];
}

/** Text as an SQL literal. */
export function literal(text: string): string {
  return `${text.includes("\\") ? " E" : ""}'${text.replace(/\\/g, "\\\\").replace(/'/g, "''")}'`;
}

/** A name as an SQL identifier. */
export function quoted(name: string): string {
  return `"${name.replace(/"/g, '""')}"`;
}

/** Rows of a query, as objects. */
export async function query<Row>(server: Server, database: string, sql: string): Promise<Row[]> {
  return JSON.parse(await run("psql", [...OPTIONS, ...connection(server, database)], { stdin: asJson(sql) })) as Row[];
}

/** Runs statements one by one; the first that fails ends it. Text, not an argument: nothing of it shows in the process list. */
export async function execute(server: Server, database: string, statements: readonly string[]): Promise<void> {
  await run("psql", [...OPTIONS, ...connection(server, database)], {
    stdin: statements.map((each) => `${each};\n`).join(""),
  });
}

/** One line of JSON, whatever the values are. */
function asJson(sql: string): string {
  return `SELECT coalesce(jsonb_agg(to_jsonb(t)), '[]') FROM (${sql}) t;\n`;
}

/** A connection that stays open, for what needs one transaction over several statements. */
export class Session {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting: { readonly resolve: (lines: string[]) => void; readonly reject: (error: Error) => void }[] = [];
  #lines: string[] = [];
  #errors = "";
  #ended: Error | undefined;

  constructor(server: Server, database: string) {
    this.#child = spawn("psql", [...OPTIONS, ...connection(server, database)], { stdio: ["pipe", "pipe", "pipe"] });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      if (line !== END) {
        this.#lines.push(line);
        return;
      }
      this.#waiting.shift()?.resolve(this.#lines);
      this.#lines = [];
    });
    this.#child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
      this.#errors = (this.#errors + chunk).slice(-2_000);
    });
    const end = (error: Error): void => {
      this.#ended ??= error;
      for (const each of this.#waiting.splice(0)) each.reject(this.#ended);
    };
    this.#child.stdin.on("error", () => undefined);
    this.#child.once("error", end);
    this.#child.once("close", (code) =>
      end(new Error(`psql ended with ${code}: ${this.#errors.trim().split("\n").join(" | ")}`)),
    );
  }

  /** Runs one statement and gives the lines that it printed. */
  run(statement: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#child.stdin.write(`${statement};\n\\echo ${END}\n`);
    });
  }

  /** Rows of a query, as objects. */
  async query<Row>(sql: string): Promise<Row[]> {
    const lines = await this.run(asJson(sql).trim().replace(/;$/, ""));
    return JSON.parse(lines.join("\n")) as Row[];
  }

  /** Ends the connection; an open transaction is rolled back. */
  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    await ended;
  }
}

const END = "-- end of answer --";
