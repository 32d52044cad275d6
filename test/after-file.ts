interface PulumiGlobal {
  /** Where the SDK keeps which program runs; its first use makes it. */
  readonly asyncLocalStorage?: { disable(): void };
}

// Node asks every storage that was ever used, for each promise: without this, the late files of a worker take twice as long.
afterAll(() => (globalThis as PulumiGlobal).asyncLocalStorage?.disable());
