import type { Severity } from "./graph";
import { Undetermined, type View } from "./view";

/** A violation that differs from what its rule says in general. */
export interface Violation {
  readonly message: string;
  /** Instead of the rule's severity. */
  readonly severity?: Severity;
  /** Whether it only advises, whatever the rule's level. */
  readonly advisory?: boolean;
}

/** What one check says: nothing when all is well. */
export type Verdict = string | Violation | false | undefined;

/**
 * Runs the checks of one rule on one resource, each for itself: what one of them cannot know is noted and hides nothing that another one finds.
 */
export class Guard {
  // Made when there is something to keep: most rules find nothing on most resources.
  #violations: Violation[] | undefined;
  #undetermined: Map<string, string> | undefined;

  /** What was found to be wrong. */
  get violations(): readonly Violation[] {
    return this.#violations ?? [];
  }

  /** What could not be decided, by path. */
  get undetermined(): ReadonlyMap<string, string> {
    return this.#undetermined ?? new Map();
  }

  /** Whether nothing is wrong and nothing open. */
  get silent(): boolean {
    return this.#violations === undefined && this.#undetermined === undefined;
  }

  /** Runs one check. */
  check(test: () => Verdict): void {
    this.attempt(() => {
      const verdict = test();
      if (verdict === undefined || verdict === false) return;
      const violation = typeof verdict === "string" ? { message: verdict } : verdict;
      this.#violations ??= [];
      if (!this.#violations.some((each) => each.message === violation.message)) this.#violations.push(violation);
    });
  }

  /** Runs one check for each element of a list. */
  each(list: View, test: (element: View) => Verdict): void {
    this.attempt(() => {
      for (const element of list.list()) this.check(() => test(element));
    });
  }

  /** Runs one check for each entry of a map. */
  eachEntry(map: View, test: (key: string, value: View) => Verdict): void {
    this.attempt(() => {
      for (const [key, value] of map.entries()) this.check(() => test(key, value));
    });
  }

  /** Runs a part of a rule that has several checks of its own. */
  attempt(part: () => void): void {
    try {
      part();
    } catch (error) {
      this.#undetermined ??= new Map();
      if (error instanceof Undetermined) this.#undetermined.set(error.path, error.why);
      else this.#undetermined.set("the rule", `could not be run (${error instanceof Error ? error.name : "error"})`);
    }
  }
}
