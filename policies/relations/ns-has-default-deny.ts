import type { Graph, Subject } from "../join";
import { SURROUNDINGS } from "../kubernetes/examples";
import { WORKLOADS } from "../kubernetes/workloads";
import { EVERYWHERE, type Example, rule } from "../rule";
import { kubernetes } from "../tokens";
import { NAMESPACE, namespaceOf } from "./namespaces";

const POLICY = kubernetes("NetworkPolicy").filter((type) => !type.endsWith("List"));

/** What is not written down is not allowed. */
export const nsHasDefaultDeny = rule({
  id: "xs-ns-has-default-deny",
  title: "Namespaces with workloads deny by default",
  severity: "high",
  level: EVERYWHERE,
  types: NAMESPACE.filter((type) => !type.endsWith("List")),
  joins: true,
  remedy: 'Add a NetworkPolicy with an empty podSelector and policyTypes: ["Ingress", "Egress"].',
  references: ["CKV2_K8S_6", "KL non-isolated-pod", "KS C-0030"],
  check(resource, guard, { graph }) {
    guard.check(() => {
      const namespace = namespaceOf(resource, graph);
      if (!busy(graph).has(namespace)) return named(resource);
      const denied = deniedIn(graph).get(namespace) ?? new Set();
      const missing = ["Ingress", "Egress"].filter((way) => !denied.has(way));
      return missing.length > 0 && `no NetworkPolicy denies ${missing.join(" and ")} by default`;
    });
  },
  examples: {
    compliant: [program({ policyTypes: ["Ingress", "Egress"] })],
    violating: [
      program({ policyTypes: ["Ingress"] }),
      program({ policyTypes: ["Ingress", "Egress"], podSelector: { matchLabels: { app: "api" } } }),
      program({ policyTypes: ["Ingress", "Egress"], ingress: [{}] }),
    ],
  },
});

function program(spec: Readonly<Record<string, unknown>>): Example {
  const [namespace, deny, ...others] = SURROUNDINGS;
  return [namespace, { ...deny, props: { ...deny.props, spec: { podSelector: {}, ...spec } } }, ...others];
}

/** Nothing to say of a namespace without workloads; one whose name is not known might have some. */
function named(namespace: Subject): undefined {
  namespace.at("metadata", "name").text();
  return undefined;
}

function busy(graph: Graph): ReadonlySet<string | undefined> {
  return graph.once(
    "namespaces with workloads",
    () => new Set(graph.ofType(WORKLOADS).map((each) => namespaceOf(each, graph))),
  );
}

function deniedIn(graph: Graph): ReadonlyMap<string | undefined, ReadonlySet<string>> {
  return graph.once("default denies by namespace", () => {
    const denied = new Map<string | undefined, Set<string>>();
    for (const policy of graph.ofType(POLICY)) {
      const selector = policy.at("spec", "podSelector");
      if (selector.at("matchLabels").present() || selector.at("matchExpressions").present()) continue;
      const namespace = namespaceOf(policy, graph);
      const ways = denied.get(namespace) ?? new Set<string>();
      for (const way of policy.at("spec", "policyTypes").list()) {
        const name = way.text() ?? "";
        if (!policy.at("spec", name.toLowerCase()).present()) ways.add(name);
      }
      denied.set(namespace, ways);
    }
    return denied;
  });
}
