import { EVERYWHERE, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

/** A privileged container is root on the host. */
export const noPrivileged = rule({
  id: "docker-no-privileged",
  title: "Container is not privileged",
  severity: "critical",
  level: EVERYWHERE,
  types: CONTAINER,
  exemptable: false,
  remedy: "Remove privileged; add the single capability or device that is needed.",
  references: ["CIS-D 5.5", "KICS privileged_containers_enabled"],
  check(resource, guard) {
    guard.check(() => resource.at("privileged").flag() === true && "privileged is true");
  },
  examples: {
    compliant: [container(), container({ privileged: false })],
    violating: [container({ privileged: true }), container({ privileged: "true" })],
  },
});
