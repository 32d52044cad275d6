/** One resource of a situation. */
export interface Declared {
  /** How other resources of the situation call it; its logical name too, unless that is given. */
  readonly name: string;
  readonly logicalName?: string;
  readonly type: string;
  /** Inputs; `{ from, output }` is an output of another resource, `{ $secret }` a secret. */
  readonly props?: Readonly<Record<string, unknown>>;
  /** Outputs that the program reads. */
  readonly outputs?: readonly string[];
  readonly parent?: string;
  readonly provider?: string;
  readonly dependsOn?: readonly string[];
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  readonly deleteBeforeReplace?: boolean;
  readonly aliases?: readonly ({ readonly name: string } | { readonly noParent: true })[];
  readonly importId?: string;
}

/** A system: its resources in the order in which the program makes them. */
export type System = readonly Declared[];

/** A change that an operator meets, and what the gate must say of it. */
export interface Situation {
  /** File name of its preview. */
  readonly name: string;
  readonly before: System;
  readonly after: System;
  /** What `bulwark gate` ends with, without a calendar. */
  readonly exit: number;
  /** Ids of reasons that must be given, and of the change they are given for: `stateful-replaced db-data`. */
  readonly reasons?: readonly string[];
}

/** A system in which one resource is changed. */
export function change(system: System, name: string, edit: (resource: Declared) => Partial<Declared>): System {
  if (!system.some((each) => each.name === name)) throw new Error(`the system has no ${name}`);
  return system.map((each) => (each.name === name ? { ...each, ...edit(each) } : each));
}

/** A system in which inputs of one resource are changed; `undefined` takes an input away. */
export function edit(system: System, name: string, props: Readonly<Record<string, unknown>>): System {
  return change(system, name, (each) => ({
    props: Object.fromEntries(Object.entries({ ...each.props, ...props }).filter(([, given]) => given !== undefined)),
  }));
}

/** A system without some resources. */
export function without(system: System, ...names: readonly string[]): System {
  return system.filter((each) => !names.includes(each.name));
}
