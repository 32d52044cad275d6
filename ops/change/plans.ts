import type { GraphResource } from "../../policies/graph";
import { Masker } from "./mask";
import type { ChangeSet, PropertyChange, RawChange, Source } from "./model";
import { type Fields, fieldsOf, isFields, listOf, NotUnderstood, textOf } from "./not-understood";
import { replacesInPlan } from "./replacing";
import { placeOf } from "./steps";
import { at, differing, named, same } from "./values";

/** A plan as read from a file. */
export interface ReadPlan {
  readonly stack: string;
  readonly resources: readonly GraphResource[];
}

/** Reads what `bulwark plan --json` prints. */
export function readPlan(text: string, name: string): ReadPlan {
  let document: Fields;
  try {
    document = fieldsOf(JSON.parse(text), name);
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    throw new NotUnderstood(`${name} is not JSON, or it is cut off`);
  }
  if (document["version"] !== 1) throw new NotUnderstood(`${name} is no plan of version 1`);
  const resources = listOf(document["resources"], "resources").map((each) => resourceOf(each, name));
  const summary = document["summary"];
  if (!isFields(summary) || summary["resources"] !== resources.length)
    throw new NotUnderstood(`${name} has not as many resources as its summary counts`);
  for (const [index, each] of resources.entries()) {
    const before = resources[index - 1];
    if (before !== undefined && before.urn >= each.urn) throw new NotUnderstood(`${name} is not sorted by URN`);
  }
  return { stack: textOf(document["stack"], `the stack of ${name}`), resources };
}

/** The changes from one plan to another. What replaces a resource is judged by what its provider is known to do. */
export function compare(base: ReadPlan, head: ReadPlan, source: Source): ChangeSet {
  if (base.stack !== head.stack)
    throw new NotUnderstood(`these are plans of two stacks: ${base.stack} and ${head.stack}`);
  const masker = new Masker();
  const old = new Map(base.resources.map((each) => [each.urn, each]));
  const now = new Map(head.resources.map((each) => [each.urn, each]));
  const changes = [
    ...head.resources.flatMap((each) => changeOf(old.get(each.urn), each, masker) ?? []),
    ...base.resources.filter(({ urn }) => !now.has(urn)).map((each) => gone(each)),
  ];
  const first = head.resources[0] ?? base.resources[0];
  return {
    source,
    stack: head.stack,
    project: first === undefined ? "" : placeOf(first.urn).project,
    changes: dragged(changes, head.resources, masker),
    unchanged: head.resources.length - changes.filter(({ operation }) => operation !== "delete").length,
    firstDeploy: base.resources.length === 0,
    resources: head.resources,
    base: base.resources,
    partial: false,
    errors: [],
    findings: [],
    packs: [],
    mask: (text) => masker.known(text),
  };
}

function changeOf(before: GraphResource | undefined, after: GraphResource, masker: Masker): RawChange | undefined {
  const unknown: string[] = [];
  named(after.props, "", unknown);
  if (before === undefined)
    return {
      ...common(after),
      operation: "create",
      after: after.props,
      unknown,
      protect: { before: false, after: after.protect },
    };
  const protect = { before: before.protect, after: after.protect };
  if (same(before.props, after.props) && before.protect === after.protect) return undefined;
  const properties = differing(before.props, after.props).map((path): PropertyChange => {
    const was = at(before.props, path);
    const is = at(after.props, path);
    return {
      path,
      ...(was === undefined ? {} : { before: masker.value(after.type, path, was) }),
      ...(is === undefined ? {} : { after: masker.value(after.type, path, is) }),
      replaces: after.custom && replacesInPlan(after.type, path),
    };
  });
  const operation = properties.length === 0 ? "move" : properties.some((each) => each.replaces) ? "replace" : "update";
  const shown = before.protect === after.protect ? [] : [{ path: "options.protect", ...protect, replaces: false }];
  return {
    ...common(after),
    operation,
    before: before.props,
    after: after.props,
    properties: [...properties, ...shown],
    unknown,
    protect,
  };
}

function gone(before: GraphResource): RawChange {
  return {
    ...common(before),
    operation: "delete",
    before: before.props,
    protect: { before: before.protect, after: false },
  };
}

function common(resource: GraphResource) {
  const { urn, type, name, custom, provider, parent, dependencies } = resource;
  return {
    ...{ urn, type, name, custom, dependencies, properties: [], unknown: [], deleteBeforeReplace: false },
    ...(provider === undefined ? {} : { provider }),
    ...(parent === undefined ? {} : { parent }),
  };
}

/** What a replaced provider drags along, though none of its own properties changes. */
function dragged(changes: readonly RawChange[], resources: readonly GraphResource[], masker: Masker): RawChange[] {
  const providers = new Set(
    changes
      .filter((each) => each.operation === "replace" && each.type.startsWith("pulumi:providers:"))
      .map(({ urn }) => urn),
  );
  if (providers.size === 0) return [...changes];
  const on = ({ provider }: Pick<GraphResource, "provider">) =>
    provider !== undefined && [...providers].some((urn) => provider.startsWith(urn));
  const known = new Map(changes.map((each) => [each.urn, each]));
  const forced: PropertyChange = { path: "provider", replaces: true };
  return [
    ...changes.map(
      (each): RawChange =>
        on(each) && each.operation === "update"
          ? { ...each, operation: "replace", properties: [...each.properties, forced] }
          : each,
    ),
    ...resources
      .filter((each) => !known.has(each.urn) && on(each))
      .map((each): RawChange => {
        const change = changeOf({ ...each, props: {} }, each, masker);
        return {
          ...common(each),
          operation: "replace",
          before: each.props,
          after: each.props,
          properties: [forced],
          unknown: change?.unknown ?? [],
          protect: { before: each.protect, after: each.protect },
        };
      }),
  ];
}

function resourceOf(value: unknown, file: string): GraphResource {
  const fields = fieldsOf(value, `a resource of ${file}`);
  const urn = textOf(fields["urn"], `the URN of a resource of ${file}`);
  const props = fieldsOf(fields["props"], `the properties of ${urn}`);
  if (typeof fields["protect"] !== "boolean") throw new NotUnderstood(`${urn} does not say whether it is protected`);
  const { parent, provider } = fields;
  return {
    urn,
    type: textOf(fields["type"], `the type of ${urn}`),
    name: textOf(fields["name"], `the name of ${urn}`),
    ...(typeof parent === "string" ? { parent } : {}),
    custom: fields["custom"] !== false,
    ...(typeof provider === "string" ? { provider } : {}),
    protect: fields["protect"],
    props,
    dependencies: listOf(fields["dependencies"], `the dependencies of ${urn}`) as readonly string[],
    propertyDependencies: (isFields(fields["propertyDependencies"])
      ? fields["propertyDependencies"]
      : {}) as GraphResource["propertyDependencies"],
  };
}
