import type * as z from "zod";

/** As much of a zod schema as walking it reads. */
interface Definition {
  readonly type: string;
  readonly innerType?: Node;
  readonly shape?: Readonly<Record<string, Node>>;
  readonly element?: Node;
  readonly valueType?: Node;
  readonly options?: readonly Node[];
  readonly discriminator?: string;
  readonly values?: readonly unknown[];
}
interface Node {
  readonly def: Definition;
}

/**
 * Every argument that a schema knows, as it is written: `probes.startup.path`, `routes[].host`, `databases.*.owner`, `receivers.*<slack>.channel`.
 * An object is its parts; whatever else is one argument.
 */
export function argumentPaths(schema: z.ZodType): readonly string[] {
  return below(schema as unknown as Node, "");
}

function below(node: Node, path: string): readonly string[] {
  const { def } = node;
  switch (def.type) {
    case "optional":
      return def.innerType === undefined ? [] : below(def.innerType, path);
    case "object":
      return Object.entries(def.shape ?? {}).flatMap(([key, each]) =>
        below(each, path === "" ? key : `${path}.${key}`),
      );
    case "array":
      return holdsObjects(def.element) ? below(def.element, `${path}[]`) : [path];
    case "record":
      return holdsObjects(def.valueType) ? below(def.valueType, `${path}.*`) : [path];
    case "union":
      return def.discriminator === undefined
        ? [path]
        : (def.options ?? []).flatMap((each) => below(each, `${path}<${kindOf(each, String(def.discriminator))}>`));
    default:
      return [path];
  }
}

function holdsObjects(node: Node | undefined): node is Node {
  return node !== undefined && (node.def.type === "object" || node.def.discriminator !== undefined);
}

function kindOf(option: Node, discriminator: string): string {
  return String(option.def.shape?.[discriminator]?.def.values?.[0]);
}
