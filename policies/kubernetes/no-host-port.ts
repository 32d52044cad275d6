import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { deployment } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** A port of the node bypasses services, network policies and scheduling. */
export const noHostPort = rule({
  id: "k8s-no-host-port",
  title: "No port of the node is taken",
  severity: "medium",
  level: EVERYWHERE,
  types: WORKLOADS,
  settings: { ingressControllers: strings([], "logical names of ingress controllers, which listen on the node") },
  remedy: "Use a Service, and an Ingress for what comes from outside.",
  references: ["PSS-B host ports", "CKV_K8S_26", "KS C-0044"],
  check(resource, guard, { settings }) {
    if (settings.ingressControllers.includes(resource.name)) return;
    eachContainer(resource, guard, (container) => {
      guard.each(
        container.at("ports"),
        (port) => (port.at("hostPort").number() ?? 0) !== 0 && `${port.at("hostPort").path} is set`,
      );
      return undefined;
    });
  },
  examples: {
    compliant: [deployment()],
    violating: [deployment({}, { ports: [{ containerPort: 8080, hostPort: 80 }] })],
  },
});
