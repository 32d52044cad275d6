import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** What processes show to everybody who may list them: their arguments and their variables. */
export interface Shown {
  /** Each line of arguments and each set of variables that was seen, once. */
  readonly seen: ReadonlySet<string>;
  stop(): Promise<void>;
}

/** Looks again and again at all processes of some containers, on the containers' own machine, by the process that each was started with. */
export function watchProcesses(containers: readonly number[]): Shown {
  const spaces = new Set(containers.map((pid) => readlinkSync(`/proc/${pid}/ns/pid`)));
  const seen = new Set<string>();
  let stopped = false;
  const round = (): void => {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      try {
        if (!spaces.has(readlinkSync(`/proc/${pid}/ns/pid`))) continue;
        for (const file of ["cmdline", "environ"])
          seen.add(readFileSync(`/proc/${pid}/${file}`, "utf8").replaceAll("\0", "\n"));
      } catch {
        // It ended meanwhile.
      }
    }
  };
  const watching = (async () => {
    while (!stopped) {
      round();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  return {
    seen,
    stop: async () => {
      stopped = true;
      await watching;
    },
  };
}
