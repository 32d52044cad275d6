/** Exit codes of the `bulwark` command. */
export const EXIT = {
  /** All went well. */
  ok: 0,
  /** Something that was checked or run failed. */
  failed: 1,
  /** The command, the configuration or the arguments of a component cannot be used. */
  badInput: 2,
  /** A mandatory policy was violated. */
  policy: 22,
  /** A file is not what the command reads, or of another version. */
  notUnderstood: 25,
} as const;

/** An end that is the user's to mend: printed as its message, never with a stack trace. */
export class CommandError extends Error {
  constructor(
    message: string,
    /** What the process ends with. */
    readonly exitCode: number = EXIT.badInput,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

/** The text and code that an error ends the process with. A defect keeps one place in the code, for the report; a user's mistake has none. */
export function ending(error: unknown): { readonly message: string; readonly exitCode: number } {
  if (error instanceof CommandError) return { message: error.message, exitCode: error.exitCode };
  if (isRunError(error)) return { message: error.message, exitCode: EXIT.badInput };
  return { message: `bulwark failed: ${brief(error)}`, exitCode: EXIT.failed };
}

/** Whether Pulumi itself would print only the message. By its mark: several copies of the SDK may be loaded. */
export function isRunError(error: unknown): error is Error {
  return error instanceof Object && "__pulumiRunError" in error && error.__pulumiRunError === true;
}

/** An unexpected error in one or two lines: its message, and the first place outside of installed packages that it passed. */
export function brief(error: unknown, relativeTo: string = process.cwd()): string {
  if (!(error instanceof Error)) return String(error);
  const frame = (error.stack ?? "")
    .split("\n")
    .map((line) => /\(?([^\s()]+:\d+:\d+)\)?$/.exec(line)?.[1])
    .find((place) => place !== undefined && !/node_modules|^node:/.test(place));
  const place = frame?.replace(/^file:\/\//, "").replace(`${relativeTo}/`, "");
  return `${error.name}: ${error.message}${place === undefined ? "" : `\n  in ${place}`}`;
}
