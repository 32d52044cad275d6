import { ADVICE, rule } from "../rule";
import { deployment } from "./examples";
import { eachPod, WORKLOADS } from "./workloads";

/** What one workload may do, another one may not. */
export const noDefaultSa = rule({
  id: "k8s-no-default-sa",
  title: "Workloads have a service account of their own",
  severity: "medium",
  level: ADVICE,
  types: WORKLOADS,
  remedy: "Make a ServiceAccount and name it in serviceAccountName.",
  references: ["CKV_K8S_41", "CKV_K8S_42", "KL default-service-account"],
  check(resource, guard) {
    eachPod(resource, guard, (pod) => {
      const account = pod.at("serviceAccountName").text() ?? pod.at("serviceAccount").text() ?? "";
      return ["", "default"].includes(account) && `${pod.path} runs as the default service account`;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [deployment({ serviceAccountName: undefined }), deployment({ serviceAccountName: "default" })],
  },
});
