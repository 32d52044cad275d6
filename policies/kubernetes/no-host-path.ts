import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { kubernetes } from "../tokens";
import { deployment, object } from "./examples";
import { runtimeSocket } from "./host-path";
import { eachObject, eachPod, kindOf, WORKLOADS } from "./workloads";

const PERSISTENT_VOLUMES = kubernetes("PersistentVolume");

/** A folder of the node outlives the pod, escapes quotas and may hold the node's secrets. */
export const noHostPath = rule({
  id: "k8s-no-host-path",
  title: "No folder of the node is mounted",
  severity: "high",
  level: EVERYWHERE,
  types: [...WORKLOADS, ...PERSISTENT_VOLUMES],
  settings: { agents: strings([], "logical names of collectors that may read the node") },
  remedy: "Claim a volume from a storage class.",
  references: [
    "PSS-B hostPath",
    "KS C-0048",
    "KS C-0045",
    "KL sensitive-host-mounts",
    "KL writable-host-mount",
    "POL-23",
  ],
  check(resource, guard, { settings }) {
    if (settings.agents.includes(resource.name)) return;
    if (kindOf(resource.type) === "PersistentVolume") {
      eachObject(
        resource,
        guard,
        (volume) => volume.at("spec", "hostPath").present() && `${volume.at("spec").path} uses hostPath`,
      );
      return;
    }
    eachPod(resource, guard, (pod) => {
      guard.each(pod.at("volumes"), (volume) => {
        const path = volume.at("hostPath");
        return (
          path.present() && !runtimeSocket(path.at("path").text() ?? "") && `${path.path} mounts a folder of the node`
        );
      });
      return undefined;
    });
  },
  examples: {
    compliant: [
      deployment(),
      object("core/v1:PersistentVolume", { spec: { nfs: { server: "10.0.0.9", path: "/x" } } }),
    ],
    violating: [
      deployment({ volumes: [{ name: "logs", hostPath: { path: "/var/log" } }] }),
      object("core/v1:PersistentVolume", { spec: { hostPath: { path: "/data" } } }),
    ],
  },
});
