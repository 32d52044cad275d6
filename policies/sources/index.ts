import { parseAllDocuments } from "yaml";
import type { ResourceGraph } from "../graph";
import { fromCompose } from "./compose";
import { graphOf, mapOf } from "./document";
import { InputError } from "./input-error";
import { fromManifests } from "./manifests";
import { fromPlan } from "./plan";
import { fromPreview } from "./preview";
import { fromState } from "./state";

/** Kinds of file that can be checked. */
export type SourceKind = "plan" | "state" | "preview" | "compose" | "manifests";

/** A file, understood. */
export interface Source {
  readonly kind: SourceKind;
  readonly graph: ResourceGraph;
}

/**
 * Reads a Bulwark plan, a `pulumi stack export`, a `pulumi preview --json`, a compose file or Kubernetes manifests, told apart by what is in it.
 *
 * @throws InputError when the text is none of them.
 */
export function readSource(text: string): Source {
  const json = parsed(text);
  const documents = json === undefined ? yaml(text) : [json];
  const present = documents.filter((each) => each !== null);
  if (present.length === 0) throw new InputError("it is empty");
  const document = mapOf(present[0], "the file");
  if (document["apiVersion"] !== undefined) return { kind: "manifests", graph: fromManifests(present) };
  if (document["deployment"] !== undefined) return { kind: "state", graph: fromState(document) };
  if (document["steps"] !== undefined) return { kind: "preview", graph: fromPreview(document) };
  if (document["resources"] !== undefined) return { kind: "plan", graph: fromPlan(document) };
  if (document["services"] !== undefined) return { kind: "compose", graph: fromCompose(document) };
  throw new InputError(
    "it is neither a Bulwark plan, nor a `pulumi stack export`, nor a `pulumi preview --json`, nor a compose file, nor a Kubernetes manifest",
  );
}

/** Several files as one: objects in different manifests belong together, programs do not. */
export function joined(sources: readonly Source[]): readonly ResourceGraph[] {
  const manifests = sources.filter((source) => source.kind === "manifests").flatMap(({ graph }) => graph.resources);
  const others = sources.filter((source) => source.kind !== "manifests").map(({ graph }) => graph);
  return manifests.length === 0 ? others : [...others, graphOf(manifests)];
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
  return undefined;
}

function yaml(text: string): readonly unknown[] {
  if (/^\s*\{\{/m.test(text)) throw new InputError("it is a template: check the output of `helm template` instead");
  const documents = parseAllDocuments(text, { merge: true });
  const list = Array.isArray(documents) ? documents : [];
  const [wrong] = list.flatMap((each) => each.errors);
  // The message of the parser quotes the line, which may hold a secret.
  if (wrong !== undefined) throw new InputError(`it is neither JSON nor YAML (${wrong.code})`);
  return list.map((each) => each.toJS() as unknown);
}
