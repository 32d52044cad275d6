import { EVERYWHERE, rule } from "../rule";
import { CONTAINER, privateAddress, STORE_PORTS } from "./container";
import { container } from "./examples";

/** A data store on a public address is found within hours. */
export const noDatastorePort = rule({
  id: "docker-no-datastore-port",
  title: "No data store listens on a public address",
  severity: "critical",
  level: EVERYWHERE,
  types: CONTAINER,
  exemptable: false,
  remedy: "Remove the port and reach the store over an internal network, or bind it to 127.0.0.1.",
  references: ["CIS-D 5.9", "POL-09"],
  check(resource, guard) {
    guard.each(resource.at("ports"), (port) => {
      if (!STORE_PORTS.includes(port.at("internal").number() ?? 0)) return undefined;
      return !privateAddress(port.at("ip").text()) && `${port.path} publishes the port of a data store`;
    });
  },
  examples: {
    compliant: [container(), container({ ports: [{ ip: "10.0.0.4", external: 5432, internal: 5432 }] })],
    violating: [
      container({ ports: [{ external: 15432, internal: 5432 }] }),
      container({ ports: [{ ip: "203.0.113.5", external: 6379, internal: 6379 }] }),
    ],
  },
});
