import type { ResourceGraph } from "../graph";
import { mapOf } from "./document";
import { InputError } from "./input-error";
import { fromPlan } from "./plan";
import { fromPreview } from "./preview";
import { fromState } from "./state";

/** Kinds of file that can be checked. */
export type SourceKind = "plan" | "state" | "preview";

/** A file, understood. */
export interface Source {
  readonly kind: SourceKind;
  readonly graph: ResourceGraph;
}

/**
 * Reads a Bulwark plan, a `pulumi stack export` or a `pulumi preview --json`, told apart by what is in it.
 *
 * @throws InputError when the text is none of them.
 */
export function readSource(text: string): Source {
  const document = mapOf(parsed(text), "the file");
  if (document["deployment"] !== undefined) return { kind: "state", graph: fromState(document) };
  if (document["steps"] !== undefined) return { kind: "preview", graph: fromPreview(document) };
  if (document["resources"] !== undefined) return { kind: "plan", graph: fromPlan(document) };
  throw new InputError("it is neither a Bulwark plan, nor a `pulumi stack export`, nor a `pulumi preview --json`");
}

/** Old versions of Pulumi print notes before the JSON. */
function parsed(text: string): unknown {
  for (const from of [0, text.search(/^\{/m)]) {
    if (from < 0) continue;
    try {
      return JSON.parse(text.slice(from)) as unknown;
    } catch {
      // The next try starts at the first line that opens an object.
    }
  }
  throw new InputError("it is not JSON");
}
