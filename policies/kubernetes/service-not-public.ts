import { EVERYWHERE, rule } from "../rule";
import { strings } from "../setting";
import { kubernetes } from "../tokens";
import { object } from "./examples";
import { eachObject } from "./workloads";

/** What is open to the outside is a decision, not a default. */
export const serviceNotPublic = rule({
  id: "k8s-service-not-public",
  title: "Services are not open to the outside",
  severity: "high",
  level: EVERYWHERE,
  types: kubernetes("Service"),
  settings: { exposed: strings([], "logical names of services that may be open to the outside") },
  remedy: "Use ClusterIP behind an Ingress, or declare the service in exposed.",
  references: ["KL exposed-services", "POL-09"],
  check(resource, guard, { settings }) {
    eachObject(resource, guard, (service) => {
      guard.check(
        () => service.at("spec", "externalIPs").present() && `${service.at("spec", "externalIPs").path} is set`,
      );
      const type = service.at("spec", "type");
      const open = ["NodePort", "LoadBalancer"].includes(type.text() ?? "");
      return open && !settings.exposed.includes(resource.name) && `${type.path} opens the service to the outside`;
    });
  },
  examples: {
    compliant: [object("core/v1:Service", { spec: { type: "ClusterIP" } })],
    violating: [
      object("core/v1:Service", { spec: { type: "NodePort" } }),
      object("core/v1:Service", { spec: { type: "LoadBalancer" } }),
      object("core/v1:Service", { spec: { externalIPs: ["203.0.113.7"] } }),
    ],
  },
});
