import * as pulumi from "@pulumi/pulumi";
import { ArgumentError, type Problem } from "./errors";
import { nearest } from "./suggest";

/** A class of a provider's SDK: `Instance` of `@pulumi/aws/rds/instance`. */
export interface ResourceClass {
  readonly name: string;
  new (name: string, args: never, opts?: pulumi.CustomResourceOptions): pulumi.CustomResource;
  isInstance(resource: unknown): boolean;
}

/** Some of the arguments, at any depth. Lists are given whole. */
export type Patch<T> = T extends object
  ? T extends readonly unknown[] | pulumi.OutputInstance<unknown> | Promise<unknown> | ((...args: never[]) => unknown)
    ? T
    : { readonly [K in keyof T]?: Patch<T[K]> | undefined }
  : T;

/** A change to one child of a component; made by {@link override}. */
export interface Override {
  readonly resource: ResourceClass;
  readonly name: string;
  readonly args: object;
  readonly opts: pulumi.CustomResourceOptions;
}

/**
 * Changes a resource that a component makes, where no argument of the component does: the way out that spares you a fork. What is given is
 * merged into the component's own arguments at any depth; lists are replaced, `undefined` takes an argument away. The policies see the result.
 *
 * `name` is the child's name as `pulumi preview` shows it. `opts` are added to the component's own, such as `ignoreChanges`.
 *
 * @example
 * ```ts
 * // Container is that of "@pulumi/docker/container".
 * new RedisCache("sessions", { vpc, purpose: "session", memory: "512 MiB", cpus: 0.5 }, {
 *   overrides: [override(Container, "sessions", { logOpts: { "max-size": "50m" } })],
 * });
 * ```
 */
export function override<C extends ResourceClass>(
  resource: C,
  name: string,
  args: Patch<NonNullable<ConstructorParameters<C>[1]>>,
  opts: pulumi.CustomResourceOptions = {},
): Override {
  return { resource, name, args, opts };
}

/** The overrides of one component, and which of them have found their child. */
export class Overriding {
  readonly #open: Set<Override>;
  readonly #children: { readonly kind: string; readonly name: string }[] = [];

  constructor(private readonly overrides: readonly Override[]) {
    this.#open = new Set(overrides);
  }

  /** To be given to the component: its children inherit it. */
  readonly transformation: pulumi.ResourceTransformation = ({ resource, name, type, props, opts }) => {
    // The component itself inherits it too.
    if (type.startsWith("bulwark:")) return undefined;
    this.#children.push({ kind: type.split(":").at(-1) ?? type, name });
    const mine = this.overrides.filter((each) => each.name === name && each.resource.isInstance(resource));
    if (mine.length === 0) return undefined;
    for (const each of mine) this.#open.delete(each);
    return {
      props: mine.reduce<pulumi.Inputs>((before, each) => merged(before, each.args) as pulumi.Inputs, props),
      opts: mine.reduce((before, each) => pulumi.mergeOptions(before, each.opts), opts),
    };
  };

  /** Throws an {@link ArgumentError} that lists every override which has found no child. */
  check(subject: string): void {
    const made = this.#children.map((each) => `${each.kind} ${each.name}`);
    const problems = [...this.#open].map((each): Problem => {
      const given = `${each.resource.name} ${each.name}`;
      const meant = nearest(given, made);
      return {
        path: `overrides.${this.overrides.indexOf(each)}`,
        given,
        allowed: `a resource that it makes: ${made.join(", ")}`,
        fix: meant === undefined ? "name one of these, or remove the override" : `did you mean ${meant}?`,
      };
    });
    if (problems.length > 0) throw new ArgumentError(subject, problems);
  }
}

function merged(before: unknown, change: unknown): unknown {
  if (!isPlain(change)) return change;
  if (pulumi.Output.isInstance(before) || before instanceof Promise)
    return pulumi.output(before).apply((value: unknown) => merged(value, change));
  const all: Record<string, unknown> = isPlain(before) ? { ...before } : {};
  for (const [key, value] of Object.entries(change)) all[key] = merged(all[key], value);
  return all;
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
