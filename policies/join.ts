import { type GraphResource, UNKNOWN } from "./graph";
import { Undetermined, View } from "./view";

/** A resource as rules see it: its properties through the guard, its place in the graph in clear. */
export class Subject extends View {
  constructor(
    /** The resource itself; for its place in the graph, never for its properties. */
    readonly node: GraphResource,
    onRead?: (urn: string, steps: readonly (string | number)[]) => void,
  ) {
    super(node.props, undefined, undefined, onRead === undefined ? undefined : (steps) => onRead(node.urn, steps));
  }

  /** Type token. */
  get type(): string {
    return this.node.type;
  }

  /** Identifies the resource. */
  get urn(): string {
    return this.node.urn;
  }

  /** Logical name. */
  get name(): string {
    return this.node.name;
  }
}

/** Resources that refer to another one. */
export interface Joined {
  readonly found: readonly Subject[];
  /** Path of a reference that may or may not mean the resource. */
  readonly uncertain?: string;
}

type Target = { readonly found: readonly Subject[]; readonly uncertain?: string };

/** Properties that hold the physical name of a resource, by which others may call it. */
const IDENTITIES = ["name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId", "clusterId", "family"];

/** The resources of a program, indexed once. */
export class Graph {
  readonly #subjects = new Map<string, Subject>();
  readonly #byType = new Map<string, Subject[]>();
  readonly #sides = new Map<string, { readonly byTarget: Map<string, Subject[]>; readonly uncertain?: string }>();
  readonly #pools = new Map<string, Pool>();
  readonly #once = new Map<string, unknown>();
  #users: Map<string, Subject[]> | undefined;

  constructor(
    resources: readonly GraphResource[],
    onRead?: (urn: string, steps: readonly (string | number)[]) => void,
  ) {
    for (const node of resources) {
      const subject = new Subject(node, onRead);
      this.#subjects.set(node.urn, subject);
      const sameType = this.#byType.get(node.type);
      if (sameType === undefined) this.#byType.set(node.type, [subject]);
      else sameType.push(subject);
    }
  }

  /** All resources of these types. */
  ofType(types: readonly string[]): readonly Subject[] {
    return types.flatMap((type) => this.#byType.get(type) ?? []);
  }

  /** All resources. */
  all(): Iterable<Subject> {
    return this.#subjects.values();
  }

  /** The resource with this URN. */
  get(urn: string | undefined): Subject | undefined {
    return urn === undefined ? undefined : this.#subjects.get(urn);
  }

  /** Resources that depend on this one, directly. */
  usersOf(subject: Subject): readonly Subject[] {
    if (this.#users === undefined) {
      this.#users = new Map();
      for (const each of this.#subjects.values()) {
        for (const urn of neighbours(each.node)) {
          const users = this.#users.get(urn);
          if (users === undefined) this.#users.set(urn, [each]);
          else users.push(each);
        }
      }
    }
    return this.#users.get(subject.urn) ?? [];
  }

  /** Resources that this one depends on, directly. */
  neededBy(subject: Subject): readonly Subject[] {
    return [...neighbours(subject.node)].flatMap((urn) => this.get(urn) ?? []);
  }

  /**
   * What a property refers to: by the edges that the engine recorded, else the only candidate in the same component, else by literal name.
   */
  target(side: Subject, property: string, types: readonly string[]): Target {
    const direct = this.#edges(side.node.propertyDependencies[property], types);
    if (direct.length > 0) return { found: direct };
    const named = literal(side, property);
    const fits = (each: Subject) => {
      const identity = identityOf(each);
      return named.known === undefined || identity === undefined || identity === named.known;
    };
    const before = this.#edges(side.node.dependencies, types).filter(fits);
    if (before.length === 1) return { found: before };
    const pool = this.#pool(types);
    const siblings = side.node.parent === undefined ? [] : (pool.byParent.get(side.node.parent) ?? []).filter(fits);
    if (siblings.length === 1 && (named.uncertain || named.known !== undefined)) return { found: siblings };
    const byName = named.known === undefined ? [] : (pool.byName.get(named.known) ?? []);
    const uncertain = named.uncertain || (named.known !== undefined && byName.length === 0 && pool.unnamed);
    return { found: byName, ...(uncertain ? { uncertain: side.at(property).path } : {}) };
  }

  /** Resources of these types whose property refers to the subject, one of `among`. */
  sides(subject: Subject, property: string, types: readonly string[], among: readonly string[]): Joined {
    const key = `${property}|${types.join()}|${among.join()}`;
    let sides = this.#sides.get(key);
    if (sides === undefined) {
      const byTarget = new Map<string, Subject[]>();
      let uncertain: string | undefined;
      for (const side of this.ofType(types)) {
        const target = this.target(side, property, among);
        uncertain ??= target.uncertain === undefined ? undefined : `${side.name}: ${target.uncertain}`;
        for (const each of target.found) {
          const known = byTarget.get(each.urn);
          if (known === undefined) byTarget.set(each.urn, [side]);
          else known.push(side);
        }
      }
      sides = { byTarget, ...(uncertain === undefined ? {} : { uncertain }) };
      this.#sides.set(key, sides);
    }
    const found = sides.byTarget.get(subject.urn) ?? [];
    return { found, ...(sides.uncertain === undefined ? {} : { uncertain: sides.uncertain }) };
  }

  /** Something about the whole program, worked out when it is first asked for. */
  once<T>(key: string, compute: () => T): T {
    if (!this.#once.has(key)) this.#once.set(key, compute());
    return this.#once.get(key) as T;
  }

  #edges(urns: readonly string[] | undefined, types: readonly string[]): Subject[] {
    return [...new Set(urns ?? [])].flatMap((urn) => {
      const subject = this.get(urn);
      return subject !== undefined && types.includes(subject.type) ? [subject] : [];
    });
  }

  #pool(types: readonly string[]): Pool {
    const key = types.join();
    let pool = this.#pools.get(key);
    if (pool === undefined) {
      const members = this.ofType(types);
      const unnamed = members.some((each) => IDENTITIES.some((property) => each.node.props[property] === UNKNOWN));
      pool = { byParent: new Map(), byName: new Map(), unnamed };
      for (const each of members) {
        if (each.node.parent !== undefined) add(pool.byParent, each.node.parent, each);
        for (const name of new Set([identityOf(each), each.name])) if (name !== undefined) add(pool.byName, name, each);
      }
      this.#pools.set(key, pool);
    }
    return pool;
  }
}

interface Pool {
  readonly byParent: Map<string, Subject[]>;
  readonly byName: Map<string, Subject[]>;
  /** Whether the name of some is only known after the update. */
  readonly unnamed: boolean;
}

/** Fails as undetermined when nothing was found although a reference that cannot be read might be the one. */
export function certain(joined: Joined): readonly Subject[] {
  if (joined.found.length === 0 && joined.uncertain !== undefined) {
    throw new Undetermined(joined.uncertain, "refers to something that is only known after the update");
  }
  return joined.found;
}

/** Whether two resources belong to the same component. */
export function sameComponent(a: Subject, b: Subject): boolean {
  return a.node.parent !== undefined && a.node.parent === b.node.parent;
}

function add(map: Map<string, Subject[]>, key: string, subject: Subject): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [subject]);
  else if (!known.includes(subject)) known.push(subject);
}

function neighbours(node: GraphResource): Set<string> {
  return new Set([...node.dependencies, ...Object.values(node.propertyDependencies).flat()]);
}

function literal(side: Subject, property: string): { readonly known?: string; readonly uncertain: boolean } {
  try {
    const known = side.at(property).text();
    return known === undefined ? { uncertain: false } : { known, uncertain: false };
  } catch (error) {
    if (error instanceof Undetermined) return { uncertain: true };
    throw error;
  }
}

function identityOf(subject: Subject): string | undefined {
  for (const property of IDENTITIES) {
    const value = subject.node.props[property];
    const known = typeof value === "string" ? literal(subject, property).known : undefined;
    if (known !== undefined) return known;
  }
  const metadata = subject.node.props["metadata"];
  return metadata === undefined ? undefined : literalBelow(subject);
}

function literalBelow(subject: Subject): string | undefined {
  try {
    return subject.at("metadata", "name").text();
  } catch (error) {
    if (error instanceof Undetermined) return undefined;
    throw error;
  }
}
