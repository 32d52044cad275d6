import { EVERYWHERE, rule } from "../rule";
import { CONTAINER } from "./container";
import { container } from "./examples";

const MODES = ["networkMode", "pidMode", "ipcMode", "usernsMode"] as const;

/** Each shared namespace takes away one wall between the container and the host. */
export const noHostNamespaces = rule({
  id: "docker-no-host-namespaces",
  title: "No namespace of the host is shared",
  severity: "high",
  level: EVERYWHERE,
  types: CONTAINER,
  remedy: "Use a network of your own, and leave pidMode, ipcMode and usernsMode to Docker.",
  references: ["CIS-D 5.10", "CIS-D 5.16", "CIS-D 5.17", "CIS-D 5.31", "KICS host_namespace_is_shared"],
  check(resource, guard) {
    for (const mode of MODES) {
      guard.check(() => resource.at(mode).text() === "host" && `${mode} shares the host's namespace`);
    }
  },
  examples: {
    compliant: [container(), container({ ipcMode: "private", pidMode: "container:abc", usernsMode: "" })],
    violating: MODES.map((mode) => container({ [mode]: "host" })),
  },
});
