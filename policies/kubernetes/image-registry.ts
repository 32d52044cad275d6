import { DIGEST } from "../docker/examples";
import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { deployment } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** Images come from where they are scanned. */
export const imageRegistry = rule({
  id: "k8s-image-registry",
  title: "Images come from known registries",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  settings: { registries: strings([], "hosts of registries that images may come from; none: the rule is not applied") },
  remedy: "Mirror the image to a registry of your own.",
  references: ["KS C-0001", "KS C-0078", "POL-04"],
  check(resource, guard, { settings }) {
    if (settings.registries.length === 0) return;
    eachContainer(resource, guard, (container) => {
      const image = container.at("image");
      const [host = "", rest] = (image.text() ?? "").split("/", 2);
      const named = rest !== undefined && /[.:]|^localhost$/.test(host);
      return !(named && settings.registries.includes(host)) && `${image.path} is not from a known registry`;
    });
  },
  examples: {
    configuration: { "k8s-image-registry": { registries: ["registry.example"] } },
    compliant: [deployment()],
    violating: [
      deployment({}, { image: `registry.example.org/shop/api@${DIGEST}` }),
      deployment({}, { image: `shop/api@${DIGEST}` }),
    ],
  },
});
