import * as pulumi from "@pulumi/pulumi";
import { ArgumentError } from "./errors";
import { programAccepted } from "./tick";

/**
 * A list that other components add to while the program runs, read as one output afterwards. It is for the *content* of a resource that
 * exists in any case (the routes of an edge, the keys of a bucket), never for whether a resource exists.
 */
export class LateList<T> {
  readonly #items: T[] = [];
  #closed = false;
  /** Everything that was added, once the program's synchronous part has ended. */
  readonly items: pulumi.Output<pulumi.Unwrap<T>[]>;

  constructor(private readonly subject: string) {
    this.items = pulumi.output(
      programAccepted().then(() => {
        this.#closed = true;
        return this.#items.map((item) => pulumi.output(item));
      }),
    ) as pulumi.Output<pulumi.Unwrap<T>[]>;
  }

  /** Adds an item. Throws an {@link ArgumentError} when the list has been read already. */
  add(item: T): void {
    if (this.#closed) {
      throw new ArgumentError(
        this.subject,
        [
          {
            path: "",
            given: "a component made after an `await`",
            allowed: "components made in the same run of the program as the one they attach to",
            fix: "do the awaiting first, then make all components",
          },
        ],
        "LATE_ADDITION",
      );
    }
    this.#items.push(item);
  }
}
