import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { kubernetes } from "../tokens";
import { K8S_LABELS, object } from "./examples";
import { eachObject } from "./workloads";

const LABEL = "pod-security.kubernetes.io/enforce";

/** The cluster itself refuses what the other rules would find. */
export const nsPssLabel = rule({
  id: "k8s-ns-pss-label",
  title: "Namespaces enforce the restricted standard",
  severity: "medium",
  level: EVERYWHERE,
  types: kubernetes("Namespace"),
  settings: { baseline: strings([], "logical names of namespaces for which the baseline standard is enough") },
  remedy: `Label the namespace ${LABEL}: restricted.`,
  references: ["PSS", "KS C-0193"],
  check(resource, guard, { settings }) {
    eachObject(resource, guard, (namespace) => {
      const label = namespace.at("metadata", "labels", LABEL);
      const enforced = label.text();
      const enough =
        enforced === "restricted" || (enforced === "baseline" && settings.baseline.includes(resource.name));
      return !enough && `${label.path} is not restricted`;
    });
  },
  examples: {
    compliant: [object("core/v1:Namespace", {}, { labels: { ...K8S_LABELS, [LABEL]: "restricted" } })],
    violating: [
      object("core/v1:Namespace", {}),
      object("core/v1:Namespace", {}, { labels: { ...K8S_LABELS, [LABEL]: "privileged" } }),
    ],
  },
});
