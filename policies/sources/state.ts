import type { ResourceGraph } from "../graph";
import { graphOf, listOf, mapOf, resourceOf } from "./document";

/** Reads what `pulumi stack export` printed. Resources that are waiting to be deleted are left out. */
export function fromState(document: unknown): ResourceGraph {
  const deployment = mapOf(mapOf(document, "the export")["deployment"], "deployment");
  const resources = listOf(deployment["resources"] ?? [], "deployment.resources");
  const kept = resources.filter((each, index) => mapOf(each, `deployment.resources[${index}]`)["delete"] !== true);
  return graphOf(kept.map((each, index) => resourceOf(each, `deployment.resources[${index}]`)));
}
