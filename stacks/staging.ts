import { MicroK8s } from "../components/targets/microk8s";
import type { StackConfig } from "./config";
import { type Platform, type PlatformSizes, platform } from "./platform";

/** Two of everything that can be two, on one node of 8 CPUs and 20 GiB. */
const SIZES: PlatformSizes = {
  postgres: { memory: "2 GiB", cpus: 2, storage: "50 GiB", replicas: 1 },
  redis: { memory: "512 MiB", cpus: 0.5 },
  recordings: { storage: "200 GiB" },
  backups: { storage: "200 GiB", cpus: 0.5 },
  auth: { replicas: 2, cpus: 1, reservedCpus: 0.25, memory: "512 MiB" },
  data: { replicas: 2, cpus: 1, reservedCpus: 0.25, memory: "512 MiB" },
  detection: { replicas: 2, cpus: 1, reservedCpus: 0.5, memory: "1 GiB" },
};

/** The platform on a single node of MicroK8s. */
export function staging(config: StackConfig): Platform {
  const target = new MicroK8s("cluster", {
    environment: "staging",
    cpus: config.cpus ?? 8,
    memory: config.memory ?? "20 GiB",
    context: "microk8s",
    ...config.cluster,
  });
  return platform(target, SIZES, config);
}
