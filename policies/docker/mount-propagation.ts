import { EVERYWHERE, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

const mount = (propagation: string) => ({
  mounts: [{ type: "bind", source: "/srv/in", target: "/in", readOnly: true, bindOptions: { propagation } }],
});

/** A mount made in the container must not appear on the host. */
export const mountPropagation = rule({
  id: "docker-mount-propagation",
  title: "Mounts are not propagated to the host",
  severity: "medium",
  level: EVERYWHERE,
  types: CONTAINER,
  remedy: "Use private, or rslave when the container must see later mounts of the host.",
  references: ["CIS-D 5.20"],
  check(resource, guard) {
    guard.each(resource.at("mounts"), (each) => {
      const propagation = each.at("bindOptions", "propagation");
      return ["shared", "rshared"].includes(propagation.text() ?? "") && `${propagation.path} is shared with the host`;
    });
  },
  examples: {
    compliant: [container(), container(mount("rslave"))],
    violating: [container(mount("shared")), container(mount("rshared"))],
  },
});
