import { EVERYWHERE, rule } from "../rule";
import { CONTAINER, capability, DANGEROUS } from "./container";
import { container } from "./examples";

/** These capabilities are enough to leave the container. */
export const noDangerousCap = rule({
  id: "docker-no-dangerous-cap",
  title: "No capability that is worth root on the host",
  severity: "critical",
  level: EVERYWHERE,
  types: CONTAINER,
  exemptable: false,
  remedy: "Remove the capability; give the one file, device or port that is really needed.",
  references: ["CIS-D 5.4"],
  check(resource, guard) {
    guard.each(resource.at("capabilities", "adds"), (each) => {
      const name = DANGEROUS.find((dangerous) => dangerous === capability(each.text() ?? ""));
      return name !== undefined && `${each.path} adds ${name}`;
    });
  },
  examples: {
    compliant: [container(), container({ capabilities: { drops: ["ALL"] } })],
    violating: [
      container({ capabilities: { drops: ["ALL"], adds: ["cap_sys_admin"] } }),
      container({ capabilities: { drops: ["ALL"], adds: ["NET_ADMIN"] } }),
    ],
  },
});
