import type { Graph } from "../join";
import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";

/** What holds other resources as text. Where the program itself takes the text apart, the parts are in the graph, below it. */
const CARRIERS: readonly string[] = [
  "kubernetes:yaml:ConfigFile",
  "kubernetes:yaml:ConfigGroup",
  "kubernetes:yaml/v2:ConfigFile",
  "kubernetes:yaml/v2:ConfigGroup",
  "kubernetes:kustomize:Directory",
  "kubernetes:kustomize/v2:Directory",
  "kubernetes:helm.sh/v3:Chart",
  "kubernetes:helm.sh/v4:Chart",
  "aws:cloudformation/stack:Stack",
  "aws:cloudformation/stackSet:StackSet",
  "pulumi-nodejs:dynamic:Resource",
  "pulumi-python:dynamic:Resource",
];

/** What is only text to the program is in no graph: no rule sees what it makes. */
export const noOpaqueText = rule({
  id: "xs-no-opaque-text",
  title: "No manifest, template or code whose content nobody checked",
  severity: "medium",
  level: EVERYWHERE,
  types: CARRIERS,
  joins: true,
  settings: { checked: strings([], "logical names of resources whose content is checked elsewhere") },
  remedy:
    "Use the resources themselves, or check the rendered text with `bulwark check` and list the resource in checked.",
  references: ["Bulwark"],
  check(resource, guard, { graph, settings }) {
    guard.check(
      () =>
        !settings.checked.includes(resource.name) &&
        !parents(graph).has(resource.urn) &&
        "its content is not in the graph",
    );
  },
  examples: {
    configuration: { "xs-no-opaque-text": { checked: ["operators"] } },
    compliant: [
      [{ type: CARRIERS[1] ?? "", name: "operators", props: {} }],
      [
        { type: CARRIERS[3] ?? "", name: "site", props: {} },
        {
          type: "kubernetes:core/v1:ConfigMap",
          name: "settings",
          parent: "site",
          props: { metadata: { name: "settings", namespace: "shop" }, data: {} },
        },
      ],
    ],
    violating: CARRIERS.map((type) => [{ type, name: "site", props: { yaml: "kind: Pod" } }] as const),
  },
});

function parents(graph: Graph): ReadonlySet<string> {
  return graph.once("parents", () => new Set([...graph.all()].flatMap((each) => each.node.parent ?? [])));
}
