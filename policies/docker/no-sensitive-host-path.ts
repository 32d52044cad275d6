import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { CONTAINER, eachBind } from "./container";
import { container } from "./examples";

const SENSITIVE = /^(\/|\/(boot|dev|etc|lib|lib64|proc|sys|usr|root|home|var\/lib\/docker)(\/.*)?|\/var(\/lib)?)$/;

/** Folders of the system, which hold its secrets or can change what it runs. */
export const noSensitiveHostPath = rule({
  id: "docker-no-sensitive-host-path",
  title: "No folder of the host's system is mounted",
  severity: "high",
  level: EVERYWHERE,
  types: CONTAINER,
  settings: { agents: strings([], "logical names of collectors that may read the host, read-only") },
  remedy: "Use a named volume, or a folder made for this purpose below /srv.",
  references: ["CIS-D 5.6", "POL-23"],
  check(resource, guard, { settings }) {
    eachBind(resource, guard, (source, mount, at) => {
      if (!SENSITIVE.test(source)) return undefined;
      const allowed = settings.agents.includes(resource.name) && mount.at("readOnly").flag() === true;
      return !allowed && `${at.path} is a folder of the host's system`;
    });
  },
  examples: {
    compliant: [container(), container({ volumes: [{ hostPath: "/srv/etc", containerPath: "/x", readOnly: true }] })],
    violating: [
      container({ mounts: [{ type: "bind", source: "/srv/../etc/", target: "/x", readOnly: true }] }),
      container({ volumes: [{ hostPath: "/", containerPath: "/host", readOnly: true }] }),
    ],
  },
});
