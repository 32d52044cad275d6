import type { Violation } from "../guard";
import { FROM_STAGING, rule } from "../rule";
import { strings } from "../setting";
import type { View } from "../view";
import { CONTAINER, REMOTE_IMAGE, SERVICE, unpinned } from "./container";
import { container, DIGEST, LABELS } from "./examples";

/** What was tested is what runs. */
export const imagePinned = rule({
  id: "docker-image-pinned",
  title: "Images are pinned by digest or immutable tag",
  severity: "medium",
  level: FROM_STAGING,
  types: [...CONTAINER, ...REMOTE_IMAGE, ...SERVICE],
  settings: {
    immutableTags: strings(["^[a-f0-9]{12,64}$"], "patterns of tags that never move: hashes of the content"),
  },
  remedy: "Write the image as name@sha256:<digest>.",
  references: ["CIS-D 5.28", "CKV_K8S_43", "POL-01"],
  check(resource, guard, { settings }) {
    const judge = (image: View): Violation | undefined => {
      const text = image.text();
      const found = text === undefined ? undefined : unpinned(text, settings.immutableTags);
      if (found === undefined) return undefined;
      return found === "floating"
        ? { message: `${image.path} has no tag, or latest`, severity: "high" }
        : { message: `${image.path} has a tag that can move`, severity: "medium" };
    };
    guard.check(() => judge(resource.at("image")));
    guard.check(() => (REMOTE_IMAGE.includes(resource.type) ? judge(resource.at("name")) : undefined));
    guard.check(() => judge(resource.at("taskSpec", "containerSpec", "image")));
  },
  examples: {
    compliant: [
      container(),
      container({ image: "shop/api:0a1b2c3d4e5f" }),
      [{ type: REMOTE_IMAGE[0] ?? "", name: "image", props: { name: `shop/api@${DIGEST}` } }],
      [
        {
          type: SERVICE[0] ?? "",
          name: "swarm",
          props: { labels: LABELS, taskSpec: { containerSpec: { image: `shop/api@${DIGEST}` } } },
        },
      ],
    ],
    violating: [
      container({ image: "shop/api" }),
      container({ image: "shop.example:5000/api:latest" }),
      container({ image: "shop/api:1.4.2" }),
      [{ type: REMOTE_IMAGE[0] ?? "", name: "image", props: { name: "shop/api:1" } }],
      [
        {
          type: SERVICE[0] ?? "",
          name: "swarm",
          props: { labels: LABELS, taskSpec: { containerSpec: { image: "shop/api:1" } } },
        },
      ],
    ],
  },
});
