interface PulumiGlobal {
  /** Where the SDK keeps which program runs; its first use makes it. */
  readonly asyncLocalStorage?: { disable(): void };
}

// Node asks every storage that was ever used, for each promise: without this, the fiftieth file of a worker runs at a third of the speed.
afterAll(() => (globalThis as PulumiGlobal).asyncLocalStorage?.disable());
