import { FROM_STAGING, rule } from "../rule";
import { numbers } from "../setting";
import { anyAddress, CONTAINER, STORE_PORTS } from "./container";
import { container } from "./examples";

/** Docker writes its own firewall rules: a port published on every address is open, whatever the host's firewall says. */
export const portBoundIface = rule({
  id: "docker-port-bound-iface",
  title: "Published ports are bound to one address",
  severity: "high",
  level: FROM_STAGING,
  types: CONTAINER,
  settings: { publicPorts: numbers([80, 443], "ports of the host that may be open to everyone") },
  remedy: 'Set ip: "127.0.0.1" or an address of the local network, and publish through the edge.',
  references: ["CIS-D 5.14", "KICS container_traffic_not_bound"],
  check(resource, guard, { settings }) {
    guard.check(() => resource.at("publishAllPorts").flag() === true && "publishAllPorts is true");
    guard.each(resource.at("ports"), (port) => {
      if (!anyAddress(port.at("ip").text()) || STORE_PORTS.includes(port.at("internal").number() ?? 0))
        return undefined;
      const external = port.at("external").number();
      return (
        (external === undefined || !settings.publicPorts.includes(external)) && `${port.path} is open on every address`
      );
    });
  },
  examples: {
    compliant: [container(), container({ ports: [{ ip: "0.0.0.0", external: 443, internal: 8443 }] })],
    violating: [
      container({ ports: [{ external: 8080, internal: 8080 }] }),
      container({ ports: [{ ip: "::", external: 8080, internal: 8080 }] }),
      container({ publishAllPorts: true }),
    ],
  },
});
