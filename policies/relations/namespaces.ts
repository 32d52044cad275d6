import type { Graph, Subject } from "../join";
import { kubernetes } from "../tokens";
import { Undetermined } from "../view";

/** Namespaces. */
export const NAMESPACE: readonly string[] = kubernetes("Namespace");

/** A key for the namespace that an object lives in: the same for the objects of one namespace and for the namespace itself. */
export function namespaceOf(resource: Subject, graph: Graph): string | undefined {
  if (NAMESPACE.includes(resource.type)) return keyOf(resource);
  const { dependencies, propertyDependencies } = resource.node;
  const edges = [...(propertyDependencies["metadata"] ?? []), ...dependencies];
  const owner = edges.flatMap((urn) => graph.get(urn) ?? []).find((each) => NAMESPACE.includes(each.type));
  const named = resource.at("metadata", "namespace");
  try {
    return named.text() ?? (owner === undefined ? undefined : keyOf(owner));
  } catch (error) {
    if (error instanceof Undetermined && owner !== undefined) return keyOf(owner);
    throw error;
  }
}

function keyOf(namespace: Subject): string {
  try {
    return namespace.at("metadata", "name").text() ?? namespace.urn;
  } catch (error) {
    if (error instanceof Undetermined) return namespace.urn;
    throw error;
  }
}
