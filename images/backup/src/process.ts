import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";

/** How a program is run. */
export interface RunOptions {
  /** Variables besides this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** What it reads. Secrets go this way or by a file, never by an argument. */
  readonly stdin?: string;
  /** File that its output goes to; without one the output is returned. */
  readonly stdout?: string;
  readonly cwd?: string;
  /** Told each line that the program says on standard error. The reason that it gives back ends the program, and is how it failed. */
  readonly giveUp?: (line: string) => string | undefined;
}

/** A program ended badly. */
export class ProgramFailed extends Error {
  constructor(
    readonly program: string,
    readonly code: number,
    readonly output: string,
  ) {
    super(`${program} ended with ${code}: ${lastLines(output)}`);
    this.name = "ProgramFailed";
  }
}

const MOST_OUTPUT = 8 * 1024 * 1024;
/** Time that a program that is given up has for tidying up, in milliseconds. */
const LAST_WORDS = 10_000;

/** Runs one program to its end, never a pipe of several, so that no exit status is lost. Returns what it printed. */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const file = options.stdout === undefined ? undefined : openSync(options.stdout, "w", 0o600);
  return new Promise<string>((resolve, reject) => {
    const child = spawn(program, args, {
      env: { ...process.env, ...options.env },
      stdio: ["pipe", file ?? "pipe", "pipe"],
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    let out = "";
    let err = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out = tail(out + text, MOST_OUTPUT);
    });
    let gaveUp: string | undefined;
    let killing: NodeJS.Timeout | undefined;
    let line = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      err = tail(err + text, 64 * 1024);
      if (options.giveUp === undefined || gaveUp !== undefined) return;
      const lines = (line + text).split("\n");
      line = lines.pop() ?? "";
      gaveUp = lines.map(options.giveUp).find((reason) => reason !== undefined);
      if (gaveUp === undefined) return;
      child.kill("SIGTERM");
      killing = setTimeout(() => child.kill("SIGKILL"), LAST_WORDS);
    });
    child.once("error", (error) => reject(new ProgramFailed(program, 127, error.message)));
    child.once("close", (code, signal) => {
      clearTimeout(killing);
      if (gaveUp !== undefined) reject(new ProgramFailed(program, code ?? 128, gaveUp));
      else if (code === 0) resolve(out);
      else reject(new ProgramFailed(program, code ?? 128, signal === null ? err || out : `${signal} ${err}`));
    });
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(options.stdin ?? "");
  }).finally(() => {
    if (file !== undefined) closeSync(file);
  });
}

function tail(text: string, most: number): string {
  return text.length > most ? text.slice(-most) : text;
}

function lastLines(text: string): string {
  return text
    .trim()
    .split("\n")
    .slice(-4)
    .map((line) => line.trim())
    .join(" · ")
    .slice(0, 800);
}
