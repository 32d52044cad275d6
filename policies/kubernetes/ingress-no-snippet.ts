import { EVERYWHERE, rule } from "../rule";
import { kubernetes } from "../tokens";
import { object } from "./examples";
import { eachObject } from "./workloads";

/** A snippet is configuration of the shared proxy, written by whoever may write an Ingress: it can read every secret of the controller. */
export const ingressNoSnippet = rule({
  id: "k8s-ingress-no-snippet",
  title: "No snippet of proxy configuration in an Ingress",
  severity: "high",
  level: EVERYWHERE,
  types: kubernetes("Ingress"),
  remedy: "Use the annotation that exists for the purpose.",
  references: ["CKV_K8S_152", "CKV_K8S_153", "CKV_K8S_154", "CVE-2021-25742"],
  check(resource, guard) {
    eachObject(resource, guard, (ingress) => {
      const annotations = ingress.at("metadata", "annotations");
      const snippet = annotations.entries().find(([key]) => /\/[\w-]*snippet$/.test(key));
      return snippet !== undefined && `${annotations.at(snippet[0]).path} is set`;
    });
  },
  examples: {
    compliant: [object("networking.k8s.io/v1:Ingress", { spec: {} })],
    violating: [
      object(
        "networking.k8s.io/v1:Ingress",
        { spec: {} },
        { annotations: { "nginx.ingress.kubernetes.io/configuration-snippet": "more_set_headers x;" } },
      ),
    ],
  },
});
