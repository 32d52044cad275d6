import type { ResourceGraph } from "../graph";
import { graphOf, listOf, mapOf, resourceOf } from "./document";

/** Reads what `bulwark plan --json` printed. */
export function fromPlan(document: unknown): ResourceGraph {
  const resources = listOf(mapOf(document, "the plan")["resources"], "resources");
  return graphOf(resources.map((each, index) => resourceOf(each, `resources[${index}]`)));
}
