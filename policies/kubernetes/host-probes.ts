import { EVERYWHERE, rule } from "../rule";
import { deployment } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

const HANDLERS = [
  ["livenessProbe"],
  ["readinessProbe"],
  ["startupProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
];

/** A probe with a host makes the kubelet send requests to places that the pod chooses. */
export const hostProbes = rule({
  id: "k8s-host-probes",
  title: "Probes and hooks name no host",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Remove host: the kubelet then asks the pod itself.",
  references: ["PSS-B host probes (1.34)"],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      for (const handler of HANDLERS) {
        for (const way of ["httpGet", "tcpSocket"]) {
          const host = container.at(...handler, way, "host");
          guard.check(() => host.present() && `${host.path} is set`);
        }
      }
      return undefined;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [
      deployment({}, { livenessProbe: { httpGet: { host: "10.0.0.1", path: "/", port: 80 } } }),
      deployment({}, { lifecycle: { preStop: { tcpSocket: { host: "db", port: 5432 } } } }),
    ],
  },
});
