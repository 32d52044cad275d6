import { ADVICE, rule } from "../rule";
import { deployment } from "./examples";
import { eachContainer, SERVERS } from "./workloads";

/** A pod that hangs is restarted, and one that is not ready gets no requests. */
export const probes = rule({
  id: "k8s-probes",
  title: "Servers have readiness and liveness probes",
  severity: "low",
  level: ADVICE,
  types: SERVERS,
  remedy: "Add readinessProbe and livenessProbe.",
  references: [
    "CKV_K8S_8",
    "CKV_K8S_9",
    "KL no-liveness-probe",
    "KL no-readiness-probe",
    "KS C-0056",
    "KS C-0018",
    "POL-03",
  ],
  check(resource, guard) {
    eachContainer(
      resource,
      guard,
      (container) => {
        for (const probe of ["readinessProbe", "livenessProbe"]) {
          guard.check(() => !container.at(probe).present() && `${container.at(probe).path} is missing`);
        }
        return undefined;
      },
      ["containers"],
    );
  },
  examples: {
    compliant: [deployment()],
    violating: [deployment({}, { livenessProbe: undefined }), deployment({}, { readinessProbe: undefined })],
  },
});
