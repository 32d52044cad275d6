import { FROM_STAGING, rule } from "../rule";
import { CONTAINER, offline, oneShot } from "./container";
import { carrier, container } from "./examples";

/**
 * Nothing that gets in can stay. Docker refuses uploads into a read-only root, so a one-shot that receives files that way and has no network is
 * accepted: it is gone before anything could reach it.
 */
export const readonlyRootfs = rule({
  id: "docker-readonly-rootfs",
  title: "Root file system is read-only",
  severity: "medium",
  level: FROM_STAGING,
  types: CONTAINER,
  remedy: "Set readOnly: true, and give the paths that are written to as tmpfs or a volume.",
  references: ["CIS-D 5.13", "semgrep writable-filesystem-service"],
  check(resource, guard) {
    guard.check(() => {
      if (resource.at("readOnly").flag() === true) return undefined;
      const receives = resource.at("uploads").list().length > 0;
      return !(receives && oneShot(resource) && offline(resource)) && "readOnly is not true";
    });
  },
  examples: {
    compliant: [container(), carrier()],
    violating: [container({ readOnly: false }), container({ readOnly: undefined }), carrier({ uploads: [] })],
  },
});
