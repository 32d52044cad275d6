import { FROM_STAGING, rule } from "../rule";
import { CONTAINER, offline, oneShot } from "./container";
import { carrier, container } from "./examples";

/** Docker restarts what has ended; only a health check tells what hangs. Containers that end by themselves or serve nobody need none. */
export const healthcheck = rule({
  id: "docker-healthcheck",
  title: "Servers have a health check",
  severity: "low",
  level: FROM_STAGING,
  types: CONTAINER,
  remedy: "Add healthcheck with a command that fails when the server does not answer.",
  references: ["CIS-D 5.27", "POL-03"],
  check(resource, guard) {
    guard.check(() => {
      const [first] = resource.at("healthcheck", "tests").list();
      const off = first?.text() === "NONE";
      if ((first !== undefined && !off) || (!off && (oneShot(resource) || offline(resource)))) return undefined;
      return off ? "healthcheck is switched off" : "healthcheck is missing";
    });
  },
  examples: {
    compliant: [container(), carrier()],
    violating: [container({ healthcheck: undefined }), container({ healthcheck: { tests: ["NONE"] } })],
  },
});
