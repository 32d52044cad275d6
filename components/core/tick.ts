let open: Promise<never[]> | undefined;
let refused = false;

/**
 * Resolves when the part of the program that runs now has ended without an error. Components wait for it before they are registered, so a
 * mistake in the last line of a program leaves nothing half-created by its first.
 */
export function programAccepted(): Promise<never[]> {
  open ??= new Promise((resolve) => {
    setImmediate(() => {
      open = undefined;
      if (!refused) resolve([]);
    });
  });
  return open;
}

/** Forgets an earlier refusal: for a process that plans several programs, one after another. */
export function resetProgram(): void {
  refused = false;
  open = undefined;
}

/** Runs a check; when it throws, nothing of the program is registered. */
export function accept<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    refused = true;
    throw error;
  }
}
