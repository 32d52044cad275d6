import { EVERYWHERE, rule } from "../rule";
import { deployment } from "./examples";
import { eachPod, WORKLOADS } from "./workloads";

const ALLOWED = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
  "image",
];

/** Only kinds of volume that the restricted standard knows; folders of the node have a rule of their own. */
export const volumeTypes = rule({
  id: "k8s-volume-types",
  title: "Only safe kinds of volume",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Claim a volume with a persistentVolumeClaim.",
  references: ["PSS-R volume types"],
  check(resource, guard) {
    eachPod(resource, guard, (pod) => {
      guard.each(pod.at("volumes"), (volume) => {
        const kinds = volume.entries().map(([key]) => key);
        const other = kinds.find((key) => !["name", "hostPath", ...ALLOWED].includes(key));
        return other !== undefined && `${volume.path} is of kind ${other}`;
      });
      return undefined;
    });
  },
  examples: {
    compliant: [deployment({ volumes: ALLOWED.map((kind) => ({ name: kind.toLowerCase(), [kind]: {} })) })],
    violating: [deployment({ volumes: [{ name: "x", nfs: { server: "10.0.0.9", path: "/x" } }] })],
  },
});
