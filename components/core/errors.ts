import { RunError } from "@pulumi/pulumi/errors";

/** One thing that is wrong with what the user gave. */
export interface Problem {
  /** Where it is, as the user would write it: `databases.orders.owner`. Empty for the whole value. */
  readonly path: string;
  /** What was given, already made safe to print: never the value of a secret. */
  readonly given: string;
  /** What would have been accepted. */
  readonly allowed: string;
  /** What to do about it. */
  readonly fix: string;
}

/** Codes of the errors that Bulwark raises on purpose. */
export type ErrorCode = "ARGUMENT" | "CONFIGURATION" | "ONE_SHOT_FAILED" | "LATE_ADDITION";

/**
 * Base of every error that Bulwark raises on purpose. Pulumi prints its message without a stack trace.
 */
export class BulwarkError extends RunError {
  constructor(
    /** A stable code that programs can compare. */
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
    this.name = "BulwarkError";
    // Pulumi wraps an error that was thrown in an output and prints its stack: it would hide what the user has to do.
    this.stack = message;
  }
}

/**
 * Arguments or configuration that cannot be used. It lists every problem at once and is thrown before any resource of the program
 * is registered.
 */
export class ArgumentError extends BulwarkError {
  constructor(
    /** What was being made: `ManagedPostgres "db"`, or `configuration of stack dev`. */
    readonly subject: string,
    /** All that is wrong, in the order of the arguments. */
    readonly problems: readonly Problem[],
    code: "ARGUMENT" | "CONFIGURATION" | "LATE_ADDITION" = "ARGUMENT",
  ) {
    super(code, describe(subject, problems));
    this.name = "ArgumentError";
  }
}

function describe(subject: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  const lines = problems.map(
    (problem) =>
      `  ${problem.path || "(whole value)"}: given ${problem.given}; allowed: ${problem.allowed}.\n    Fix: ${problem.fix}`,
  );
  return [`${subject}: ${count}`, ...lines].join("\n");
}
