import type { GraphResource, ResourceGraph } from "../../policies/graph";
import type { Example, ExampleResource } from "../../policies/rule";

/** The URN of a resource of an example. */
export function urnOf(resource: ExampleResource): string {
  return `urn:pulumi:prod::shop::${resource.type}::${resource.name}`;
}

/** The graph of an example. */
export function graphOf(example: Example): ResourceGraph {
  const urns = (names: readonly string[] = []) =>
    names.map((name) => {
      const found = example.find((each) => each.name === name);
      if (found === undefined) throw new Error(`the example has no resource ${name}`);
      return urnOf(found);
    });
  return {
    resources: example.map((each): GraphResource => {
      const [parent] = each.parent === undefined ? [] : urns([each.parent]);
      return {
        urn: urnOf(each),
        type: each.type,
        name: each.name,
        custom: each.custom ?? true,
        protect: each.protect ?? false,
        props: each.props,
        ...(parent === undefined ? {} : { parent }),
        ...(each.provider === undefined ? {} : { provider: each.provider }),
        dependencies: urns(each.dependencies),
        propertyDependencies: Object.fromEntries(
          Object.entries(each.propertyDependencies ?? {}).map(([property, names]) => [property, urns(names)]),
        ),
      };
    }),
  };
}

/** The example with one property replaced. */
export function withProperty(
  graph: ResourceGraph,
  urn: string,
  steps: readonly (string | number)[],
  value: unknown,
): ResourceGraph {
  return {
    resources: graph.resources.map((each) =>
      each.urn === urn ? { ...each, props: replaced(each.props, steps, value) as Record<string, unknown> } : each,
    ),
  };
}

function replaced(from: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(from)) {
    const copy: unknown[] = [...from];
    copy[Number(step)] = replaced(copy[Number(step)], rest, value);
    return copy;
  }
  const map = typeof from === "object" && from !== null ? (from as Record<string, unknown>) : {};
  return { ...map, [step]: replaced(map[step], rest, value) };
}
