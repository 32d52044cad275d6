import type { GraphResource, ResourceGraph } from "../graph";
import { graphOf, listOf, mapOf, resourceOf } from "./document";

const GONE = ["delete", "delete-replaced", "discard", "discard-replaced", "remove-pending-replace"];

/** Reads what `pulumi preview --json` printed: what there will be after the update. */
export function fromPreview(document: unknown): ResourceGraph {
  const steps = listOf(mapOf(document, "the preview")["steps"], "steps");
  const resources = steps.flatMap((given, index): GraphResource[] => {
    const step = mapOf(given, `steps[${index}]`);
    if (GONE.includes(String(step["op"]))) return [];
    const state = step["newState"] ?? step["oldState"];
    return state === undefined || state === null ? [] : [resourceOf(state, `steps[${index}]`)];
  });
  return graphOf(resources);
}
