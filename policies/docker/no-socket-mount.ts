import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { reads } from "./agents";
import { CONTAINER, eachBind } from "./container";
import { collector, container } from "./examples";

const SOCKET = /(^|\/)(docker|containerd|podman|crio|cri-dockerd)\.sock$/;
const FOLDERS = ["/run", "/var/run", "/run/docker", "/run/containerd", "/run/podman", "/var/run/docker"];

/** Who can write to the runtime's socket can start a privileged container; read-only mounts do not change that. */
export const noSocketMount = rule({
  id: "docker-no-socket-mount",
  title: "Runtime socket is not mounted",
  severity: "critical",
  level: EVERYWHERE,
  types: CONTAINER,
  exemptable: false,
  settings: {
    agents: strings(
      ["docker-gateway"],
      "socket proxies with an allow-list, as name or name:/path; accepted when nothing but the socket is left to them",
    ),
  },
  remedy: "Put a socket proxy with an allow-list in between, or run the agent on the host.",
  references: ["CIS-D 5.32", "semgrep exposing-docker-socket-volume", "POL-23"],
  check(resource, guard, { settings }) {
    eachBind(resource, guard, (source, mount, at) => {
      if (!SOCKET.test(source) && !FOLDERS.includes(source)) return undefined;
      return !reads(settings.agents, resource, source, mount) && `${at.path} gives the container the runtime's socket`;
    });
  },
  examples: {
    compliant: [
      container(),
      container({ mounts: [{ type: "bind", source: "/srv/app", target: "/srv", readOnly: true }] }),
      collector("docker-gateway", "/var/run/docker.sock"),
    ],
    violating: [
      collector("portainer", "/var/run/docker.sock"),
      collector("docker-gateway", "/var/run/docker.sock", {
        ports: [{ ip: "127.0.0.1", external: 2375, internal: 2375 }],
      }),
      container({ mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/s", readOnly: true }] }),
      container({ volumes: [{ hostPath: "/var/lib/../run/", containerPath: "/run", readOnly: true }] }),
      container({ volumes: [{ hostPath: "/run/containerd/containerd.sock", containerPath: "/s", readOnly: true }] }),
    ],
  },
});
