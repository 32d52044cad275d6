import { COMMANDS } from "../relations/commands";
import { ADVICE, rule } from "../rule";
import { kubernetes } from "../tokens";
import { object } from "./examples";
import { eachObject } from "./workloads";

const RISKY =
  /microk8s(?:\.|\s+)enable\s+(?:\S+\s+)*?(dashboard|registry|hostpath-storage|community|gpu|host-access)\b/;

/** Some add-ons open a port without a password, or keep data in a folder without a backup. */
export const microk8sAddon = rule({
  id: "k8s-microk8s-addon",
  title: "No risky MicroK8s add-on",
  severity: "medium",
  level: ADVICE,
  types: [...COMMANDS, ...kubernetes("Service")],
  remedy: "Use a registry with TLS and a login, a dashboard behind a port-forward, and a storage class with a backup.",
  references: ["CKV_K8S_33"],
  check(resource, guard) {
    if (COMMANDS.includes(resource.type)) {
      for (const when of ["create", "update"]) {
        guard.check(() => {
          const addon = RISKY.exec(resource.at(when).text() ?? "")?.[1];
          return addon !== undefined && `${when} switches on the add-on ${addon}`;
        });
      }
      return;
    }
    eachObject(resource, guard, (service) => {
      guard.each(
        service.at("spec", "ports"),
        (port) => port.at("nodePort").number() === 32_000 && `${port.path} is the open registry of MicroK8s`,
      );
      return undefined;
    });
  },
  examples: {
    compliant: [
      [{ type: COMMANDS[0] ?? "", name: "dns", props: { create: "microk8s enable dns" } }],
      object("core/v1:Service", { spec: { ports: [{ port: 80, nodePort: 30080 }] } }),
    ],
    violating: [
      ...COMMANDS.map((type) => [{ type, name: "addon", props: { create: "microk8s enable dns registry" } }] as const),
      object("core/v1:Service", { spec: { ports: [{ port: 5000, nodePort: 32_000 }] } }),
    ],
  },
});
