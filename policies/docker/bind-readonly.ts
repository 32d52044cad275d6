import { ADVICE, rule } from "../rule";
import { strings } from "../setting";
import { CONTAINER, eachBind } from "./container";
import { container } from "./examples";

/** A writable bind lets the container change the host. */
export const bindReadonly = rule({
  id: "docker-bind-readonly",
  title: "Folders of the host are mounted read-only",
  severity: "medium",
  level: ADVICE,
  types: CONTAINER,
  settings: { writableBinds: strings([], "folders of the host that containers may write to") },
  remedy: "Set readOnly: true, use a named volume, or declare the folder in writableBinds.",
  references: ["CIS-D 5.6"],
  check(resource, guard, { settings }) {
    eachBind(
      resource,
      guard,
      (source, mount, at) =>
        mount.at("readOnly").flag() !== true &&
        !settings.writableBinds.includes(source) &&
        `${at.path} is mounted for writing`,
    );
  },
  examples: {
    compliant: [container(), container({ volumes: [{ hostPath: "/srv/in", containerPath: "/in", readOnly: true }] })],
    violating: [
      container({ mounts: [{ type: "bind", source: "/srv/in", target: "/in" }] }),
      container({ volumes: [{ hostPath: "/srv/in", containerPath: "/in", readOnly: false }] }),
    ],
  },
});
