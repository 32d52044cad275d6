import { createInterface } from "node:readline/promises";

/** What a command has around it; a test gives its own. */
export interface Surroundings {
  readonly now: () => Date;
  readonly environment: NodeJS.ProcessEnv;
  readonly write: (text: string) => void;
  /** Whether somebody can answer. */
  readonly interactive: boolean;
  /** Asks for yes or no. */
  readonly confirm: (question: string) => Promise<boolean>;
}

/** The surroundings of this process. */
export function processSurroundings(): Surroundings {
  return {
    now: () => new Date(),
    environment: process.env,
    write: (text) => void process.stdout.write(text),
    interactive: process.stdin.isTTY === true && process.stdout.isTTY === true,
    confirm: async (question) => {
      const reader = createInterface({ input: process.stdin, output: process.stdout });
      try {
        return /^(y|yes)$/i.test((await reader.question(`${question} [y/N] `)).trim());
      } finally {
        reader.close();
      }
    },
  };
}
