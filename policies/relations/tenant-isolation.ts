import { REPLICATION_GROUP } from "../aws/elasticache";
import { cluster, database, one, redis, TAGS } from "../aws/examples";
import { DATABASES } from "../aws/rds";
import { tagOf } from "../aws/tags";
import type { Graph, Subject } from "../join";
import { K8S_LABELS, pod, SURROUNDINGS, workload } from "../kubernetes/examples";
import { WORKLOADS } from "../kubernetes/workloads";
import { ADVICE_FROM_STAGING, rule } from "../rule";
import { NAMESPACE, namespaceOf } from "./namespaces";

const NAMESPACES = NAMESPACE.filter((type) => !type.endsWith("List") && !type.endsWith("Patch"));

/** One customer's mistake, load or break-in stays that customer's. */
export const tenantIsolation = rule({
  id: "xs-tenant-isolation",
  title: "Stores and namespaces are not shared between tenants",
  severity: "medium",
  level: ADVICE_FROM_STAGING,
  types: [...DATABASES, ...REPLICATION_GROUP, ...NAMESPACES],
  joins: true,
  remedy: "Give each tenant a store and a namespace of its own.",
  references: ["Bulwark"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      const sharing = NAMESPACES.includes(resource.type)
        ? tenantsIn(resource, graph)
        : tenantsOf(graph.usersOf(resource), graph);
      const tenants = new Set([...tenantsOf([resource], graph), ...sharing]);
      return tenants.size > 1 && `${tenants.size} tenants share it`;
    });
  },
  examples: {
    compliant: [cluster(), redis(), used("a", "a"), namespace("a", "a")],
    violating: [used("a", "b"), namespace("a", "b")],
  },
});

function mayHaveTags(resource: Subject): boolean {
  return /^(aws|kubernetes|docker):/.test(resource.type);
}

function tenantsOf(resources: readonly Subject[], graph: Graph): readonly string[] {
  return resources.flatMap((each) => (mayHaveTags(each) ? (tagOf(each, "tenant", graph) ?? []) : []));
}

/** Tenants of a namespace's workloads, looked for once however often the namespace is declared. */
function tenantsIn(namespace_: Subject, graph: Graph): Iterable<string> {
  const known = graph.once("tenants by namespace", () => new Map<string | undefined, ReadonlySet<string>>());
  const key = namespaceOf(namespace_, graph);
  const tenants = known.get(key) ?? new Set(tenantsOf(workloadsIn(namespace_, graph), graph));
  known.set(key, tenants);
  return tenants;
}

function workloadsIn(namespace_: Subject, graph: Graph): readonly Subject[] {
  const byNamespace = graph.once("workloads by namespace", () => {
    const found = new Map<string | undefined, Subject[]>();
    for (const each of graph.ofType(WORKLOADS.filter((type) => !type.endsWith("List")))) {
      const key = namespaceOf(each, graph);
      const known = found.get(key);
      if (known === undefined) found.set(key, [each]);
      else known.push(each);
    }
    return found;
  });
  const found = byNamespace.get(namespaceOf(namespace_, graph));
  if (found === undefined) namespace_.at("metadata", "name").text();
  return found ?? [];
}

function used(first: string, second: string) {
  const service = (name: string, tenant: string) =>
    one("ecs/service:Service", { tags: { ...TAGS, tenant } }, { name, dependencies: ["db"] });
  return [...database(), service("one", first), service("two", second)] as const;
}

function namespace(first: string, second: string) {
  const of = (name: string, tenant: string) => {
    const made = workload("Deployment", { template: { spec: pod() } }, name);
    return {
      ...made,
      props: { ...made.props, metadata: { name, namespace: "shop", labels: { ...K8S_LABELS, tenant } } },
    };
  };
  const [ns, ...rest] = SURROUNDINGS;
  return [ns, ...rest, of("one", first), of("two", second)] as const;
}
