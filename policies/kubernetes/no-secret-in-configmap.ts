import { EVERYWHERE, rule } from "../rule";
import { exposedSecret } from "../secrets";
import { kubernetes } from "../tokens";
import { object } from "./examples";
import { eachObject } from "./workloads";

/** ConfigMaps are readable by far more people than Secrets, and are not encrypted at rest. */
export const noSecretInConfigmap = rule({
  id: "k8s-no-secret-in-configmap",
  title: "No credential in a ConfigMap",
  severity: "high",
  level: EVERYWHERE,
  types: kubernetes("ConfigMap"),
  remedy: "Put it into a Secret, and refer to that by path.",
  references: ["KS C-0012", "POL-10"],
  check(resource, guard) {
    eachObject(resource, guard, (each) => {
      guard.eachEntry(each.at("data"), (key, value) => exposedSecret(key, value));
      return undefined;
    });
  },
  examples: {
    compliant: [object("core/v1:ConfigMap", { data: { LOG_LEVEL: "info", "app.yaml": "port: 8080" } })],
    violating: [
      object("core/v1:ConfigMap", { data: { "tls.key": "-----BEGIN RSA PRIVATE KEY-----" } }),
      object("core/v1:ConfigMap", { data: { DB_PASSWORD: "hunter2" } }),
    ],
  },
});
