import type { Graph, Subject } from "../join";

/** A tag, label or default tag of the provider, whatever the kind of resource calls it. */
export function tagOf(resource: Subject, key: string, graph: Graph): string | undefined {
  if (resource.type.startsWith("docker:")) {
    const label = resource
      .at("labels")
      .list()
      .find((each) => each.at("label").text() === key);
    return label?.at("value").text();
  }
  if (resource.type.startsWith("kubernetes:")) return resource.at("metadata", "labels", key).text();
  const own = resource.at("tags", key).text() ?? resource.at("tagsAll", key).text();
  if (own !== undefined) return own;
  const [provider] = (resource.node.provider ?? "").split(/::(?=[^:]*$)/);
  return graph.get(provider)?.at("defaultTags").json().at("tags", key).text();
}

/** Classes of data that need a key of their own and a stated retention. */
export const RESTRICTED: readonly string[] = ["identity", "footage", "restricted", "biometric"];
