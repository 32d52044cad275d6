import { ADVICE, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

/** On the default bridge every container reaches every other one. */
export const noDefaultBridge = rule({
  id: "docker-no-default-bridge",
  title: "Containers use networks made for them",
  severity: "medium",
  level: ADVICE,
  types: CONTAINER,
  remedy: "Join a network of your own with networksAdvanced.",
  references: ["CIS-D 5.30"],
  check(resource, guard) {
    guard.check(() => {
      if (!["", "bridge", "default"].includes(resource.at("networkMode").text() ?? "")) return undefined;
      return !resource.at("networksAdvanced").present() && "networksAdvanced is empty, so it is on the default bridge";
    });
  },
  examples: {
    compliant: [container(), container({ networkMode: "none", networksAdvanced: [] })],
    violating: [
      container({ networksAdvanced: [] }),
      container({ networkMode: undefined, networksAdvanced: undefined }),
    ],
  },
});
