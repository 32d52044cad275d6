import type { GraphResource, ResourceGraph } from "../graph";
import { graphOf, mapOf } from "./document";
import { InputError } from "./input-error";

type Json = Readonly<Record<string, unknown>>;

/**
 * Reads Kubernetes manifests as the objects that they make. A manifest has no word for protection: `xs-stateful-protected` says nothing here.
 *
 * @throws InputError for an object without `apiVersion` or `kind`.
 */
export function fromManifests(documents: readonly unknown[]): ResourceGraph {
  return graphOf(documents.flatMap((document, index) => objectsOf(document, `document ${index + 1}`)));
}

function objectsOf(given: unknown, where: string): GraphResource[] {
  if (given === null || given === undefined) return [];
  const { apiVersion, kind, ...props } = mapOf(given, where);
  if (typeof apiVersion !== "string" || typeof kind !== "string") {
    throw new InputError(`${where} has no apiVersion or no kind`);
  }
  // What kustomize reads is no object of the cluster.
  if (apiVersion.startsWith("kustomize.config.k8s.io/")) return [];
  if (kind === "List" && Array.isArray(props["items"])) {
    return props["items"].flatMap((each, index) => objectsOf(each, `${where}, items[${index}]`));
  }
  const metadata = mapOf(props["metadata"] ?? {}, `${where}, metadata`);
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${kind}`;
  const name = [metadata["namespace"], metadata["name"]].filter((each) => typeof each === "string").join("/");
  return [
    {
      urn: `urn:pulumi:manifests::cluster::${type}::${name}`,
      type,
      name,
      custom: true,
      protect: true,
      props: props as Json,
      dependencies: [],
      propertyDependencies: {},
    },
  ];
}
