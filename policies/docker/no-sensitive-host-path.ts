import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { reads } from "./agents";
import { CONTAINER, eachBind } from "./container";
import { collector, container } from "./examples";

const SENSITIVE = /^(\/|\/(boot|dev|etc|lib|lib64|proc|sys|usr|root|home|var\/lib\/docker)(\/.*)?|\/var(\/lib)?)$/;

/** Folders of the system, which hold its secrets or can change what it runs. */
export const noSensitiveHostPath = rule({
  id: "docker-no-sensitive-host-path",
  title: "No folder of the host's system is mounted",
  severity: "high",
  level: EVERYWHERE,
  types: CONTAINER,
  settings: {
    agents: strings(
      ["node-exporter:/", "cadvisor:/sys", "cadvisor:/var/lib/docker/image"],
      "collectors that may read the host, as name or name:/path; accepted read-only, and when nothing but reading is left to them",
    ),
  },
  remedy: "Use a named volume, or a folder made for this purpose below /srv.",
  references: ["CIS-D 5.6", "POL-23"],
  check(resource, guard, { settings }) {
    eachBind(resource, guard, (source, mount, at) => {
      if (!SENSITIVE.test(source)) return undefined;
      return !reads(settings.agents, resource, source, mount) && `${at.path} is a folder of the host's system`;
    });
  },
  examples: {
    compliant: [
      container(),
      container({ volumes: [{ hostPath: "/srv/etc", containerPath: "/x", readOnly: true }] }),
      collector("node-exporter", "/"),
      collector("cadvisor", "/sys"),
    ],
    violating: [
      collector("node-exporter", "/etc"),
      collector("cadvisor", "/"),
      collector("node-exporter", "/", { ports: [{ ip: "127.0.0.1", external: 9100, internal: 9100 }] }),
      collector("node-exporter", "/", { capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] } }),
      container({ mounts: [{ type: "bind", source: "/srv/../etc/", target: "/x", readOnly: true }] }),
      container({ volumes: [{ hostPath: "/", containerPath: "/host", readOnly: true }] }),
    ],
  },
});
