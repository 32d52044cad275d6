import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { CONTAINER, eachBind } from "./container";
import { container } from "./examples";

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
  settings: { agents: strings([], "logical names of collectors that may see the socket, read-only") },
  remedy: "Put a socket proxy with an allow-list in between, or run the agent on the host.",
  references: ["CIS-D 5.32", "semgrep exposing-docker-socket-volume", "POL-23"],
  check(resource, guard, { settings }) {
    eachBind(resource, guard, (source, mount, at) => {
      if (!SOCKET.test(source) && !FOLDERS.includes(source)) return undefined;
      const allowed = settings.agents.includes(resource.name) && mount.at("readOnly").flag() === true;
      return !allowed && `${at.path} gives the container the runtime's socket`;
    });
  },
  examples: {
    compliant: [
      container(),
      container({ mounts: [{ type: "bind", source: "/srv/app", target: "/srv", readOnly: true }] }),
    ],
    violating: [
      container({ mounts: [{ type: "bind", source: "/var/run/docker.sock", target: "/s", readOnly: true }] }),
      container({ volumes: [{ hostPath: "/var/lib/../run/", containerPath: "/run", readOnly: true }] }),
      container({ volumes: [{ hostPath: "/run/containerd/containerd.sock", containerPath: "/s", readOnly: true }] }),
    ],
  },
});
