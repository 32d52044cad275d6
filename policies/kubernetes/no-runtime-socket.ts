import { EVERYWHERE, rule } from "../rule";
import { deployment } from "./examples";
import { runtimeSocket } from "./host-path";
import { eachPod, WORKLOADS } from "./workloads";

/** Who can write to the runtime's socket owns the node. */
export const noRuntimeSocket = rule({
  id: "k8s-no-runtime-socket",
  title: "Runtime socket is not mounted",
  severity: "critical",
  level: EVERYWHERE,
  types: WORKLOADS,
  exemptable: false,
  remedy: "Use the Kubernetes API with a narrow role instead of the node's runtime.",
  references: ["CKV_K8S_27", "KL docker-sock", "KS C-0074", "POL-23"],
  check(resource, guard) {
    eachPod(resource, guard, (pod) => {
      guard.each(pod.at("volumes"), (volume) => {
        const path = volume.at("hostPath", "path");
        return runtimeSocket(path.text() ?? "") && `${path.path} gives the pod the runtime's socket`;
      });
      return undefined;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: ["/run/containerd/containerd.sock", "/var/snap/microk8s/common/run/containerd.sock"].map((path) =>
      deployment({ volumes: [{ name: "s", hostPath: { path } }] }),
    ),
  },
});
