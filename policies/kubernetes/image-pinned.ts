import { unpinned } from "../docker/container";
import { DIGEST } from "../docker/examples";
import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { deployment } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** What was tested is what runs. */
export const imagePinned = rule({
  id: "k8s-image-pinned",
  title: "Images are pinned by digest or immutable tag",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  settings: {
    immutableTags: strings(["^[a-f0-9]{12,64}$"], "patterns of tags that never move: hashes of the content"),
  },
  remedy: "Write the image as name@sha256:<digest>.",
  references: ["CKV_K8S_14", "CKV_K8S_43", "KL latest-tag", "KS C-0075", "POL-01"],
  check(resource, guard, { settings }) {
    eachContainer(resource, guard, (container) => {
      const image = container.at("image");
      const text = image.text();
      const found = text === undefined ? undefined : unpinned(text, settings.immutableTags);
      if (found === undefined) return undefined;
      return found === "floating"
        ? { message: `${image.path} has no tag, or latest`, severity: "high" }
        : `${image.path} has a tag that can move`;
    });
  },
  examples: {
    compliant: [deployment(), deployment({}, { image: "registry.example/shop/api:0a1b2c3d4e5f" })],
    violating: [
      deployment({}, { image: "registry.example/shop/api" }),
      deployment({}, { image: "registry.example/shop/api:1.4" }),
      deployment({ initContainers: [{ ...initContainer(), image: "registry.example/shop/api:latest" }] }),
    ],
  },
});

function initContainer() {
  return {
    name: "migrate",
    image: `registry.example/shop/api@${DIGEST}`,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } },
    resources: { requests: { cpu: "100m", memory: "64Mi" }, limits: { memory: "64Mi" } },
  };
}
