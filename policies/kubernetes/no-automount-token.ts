import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { kubernetes } from "../tokens";
import type { View } from "../view";
import { deployment, object } from "./examples";
import { eachObject, eachPod, kindOf, WORKLOADS } from "./workloads";

/** A token that nobody uses is only good for a thief. */
export const noAutomountToken = rule({
  id: "k8s-no-automount-token",
  title: "No API token is mounted unless it is needed",
  severity: "medium",
  level: EVERYWHERE,
  types: [...WORKLOADS, ...kubernetes("ServiceAccount")],
  settings: { apiClients: strings([], "logical names of workloads and service accounts that call the Kubernetes API") },
  remedy: "Set automountServiceAccountToken: false, or list the workload in apiClients.",
  references: ["CKV_K8S_38", "KS C-0034"],
  check(resource, guard, { settings }) {
    if (settings.apiClients.includes(resource.name)) return;
    const judge = (holder: View) =>
      holder.at("automountServiceAccountToken").flag() !== false &&
      `${holder.at("automountServiceAccountToken").path} is not false`;
    if (kindOf(resource.type) === "ServiceAccount") eachObject(resource, guard, judge);
    else eachPod(resource, guard, judge);
  },
  examples: {
    compliant: [deployment(), object("core/v1:ServiceAccount", { automountServiceAccountToken: false })],
    violating: [deployment({ automountServiceAccountToken: undefined }), object("core/v1:ServiceAccount", {})],
  },
});
