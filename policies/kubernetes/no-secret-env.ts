import { EVERYWHERE, rule } from "../rule";
import { exposedSecret } from "../secrets";
import { deployment } from "./examples";
import { eachContainer, WORKLOADS } from "./workloads";

/** Literals are readable by everybody who may read the workload; variables leak into logs and children. */
export const noSecretEnv = rule({
  id: "k8s-no-secret-env",
  title: "Secrets are files, never literals",
  severity: "high",
  level: EVERYWHERE,
  types: WORKLOADS,
  remedy: "Mount the Secret as a volume and give the path in a variable that ends in _FILE.",
  references: ["CKV_K8S_35", "KL env-var-secret", "KL read-secret-from-env-var", "KS C-0012", "POL-10"],
  check(resource, guard) {
    eachContainer(resource, guard, (container) => {
      guard.each(container.at("env"), (variable) => {
        guard.check(() => {
          const message = exposedSecret(variable.at("name").text() ?? "", variable.at("value"));
          return message !== undefined && { message, severity: "critical" };
        });
        const reference = variable.at("valueFrom", "secretKeyRef");
        return (
          reference.present() && {
            message: `${reference.path} puts a secret into a variable`,
            severity: "medium",
            advisory: true,
          }
        );
      });
      guard.each(container.at("envFrom"), (source) => {
        const reference = source.at("secretRef");
        return (
          reference.present() && {
            message: `${reference.path} puts secrets into variables`,
            severity: "medium",
            advisory: true,
          }
        );
      });
      return undefined;
    });
  },
  examples: {
    compliant: [
      deployment(),
      deployment({}, { env: [{ name: "POD_IP", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } }] }),
    ],
    violating: [
      deployment({}, { env: [{ name: "DB_PASSWORD", value: "hunter2" }] }),
      deployment({}, { env: [{ name: "SETTING", value: "[secret]" }] }),
      deployment({}, { env: [{ name: "DB_PASSWORD", valueFrom: { secretKeyRef: { name: "db", key: "password" } } }] }),
      deployment({}, { envFrom: [{ secretRef: { name: "db" } }] }),
    ],
  },
});
