import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { CONTAINER, capability, DANGEROUS, offline } from "./container";
import { carrier, container } from "./examples";

/** Start from nothing and add back what the process needs. */
export const capDropAll = rule({
  id: "docker-cap-drop-all",
  title: "All capabilities are dropped, few are added",
  severity: "high",
  level: EVERYWHERE,
  types: CONTAINER,
  settings: {
    allowedCaps: strings(["NET_BIND_SERVICE"], "capabilities that any container may add"),
    offlineCaps: strings(
      ["CHOWN", "DAC_OVERRIDE", "FOWNER"],
      "capabilities that a container without a network may add as well",
    ),
  },
  remedy: 'Set capabilities: { drops: ["ALL"] } and add only what is on the allow-list.',
  references: ["CIS-D 5.4", "KICS container_capabilities_unrestricted"],
  check(resource, guard, { settings }) {
    const named = capability;
    guard.check(() => {
      const drops = resource.at("capabilities", "drops").list();
      return !drops.some((each) => named(each.text() ?? "") === "ALL") && "capabilities.drops lacks ALL";
    });
    guard.each(resource.at("capabilities", "adds"), (each) => {
      const name = named(each.text() ?? "");
      if (settings.allowedCaps.includes(name) || DANGEROUS.includes(name)) return undefined;
      return !(settings.offlineCaps.includes(name) && offline(resource)) && `${each.path} is not on the allow-list`;
    });
  },
  examples: {
    compliant: [container(), carrier(), container({ capabilities: { drops: ["all"], adds: [] } })],
    violating: [
      container({ capabilities: { drops: ["NET_RAW"] } }),
      container({ capabilities: undefined }),
      container({ capabilities: { drops: ["ALL"], adds: ["CHOWN"] } }),
    ],
  },
});
