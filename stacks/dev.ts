import { ComposeHost } from "../components/targets/compose-host";
import type { StackConfig } from "./config";
import { type Platform, type PlatformSizes, platform } from "./platform";

/** Small enough for a developer's machine: 2 CPUs and 8 GiB. */
const SIZES: PlatformSizes = {
  postgres: { memory: "1 GiB", cpus: 1, storage: "10 GiB", replicas: 0 },
  redis: { memory: "256 MiB", cpus: 0.5 },
  recordings: { storage: "20 GiB", cpus: 0.5 },
  backups: { storage: "20 GiB", cpus: 0.5 },
  auth: { replicas: 2, cpus: 0.5, reservedCpus: 0.1, memory: "256 MiB" },
  data: { replicas: 1, cpus: 0.5, reservedCpus: 0.1, memory: "256 MiB" },
  detection: { replicas: 1, cpus: 0.5, reservedCpus: 0.1, memory: "256 MiB" },
};

/** The platform on a Docker host. */
export function dev(config: StackConfig): Platform {
  const target = new ComposeHost("host", {
    environment: "dev",
    cpus: config.cpus ?? 2,
    memory: config.memory ?? "8 GiB",
    ...(config.host === undefined ? {} : { host: config.host }),
  });
  return platform(target, SIZES, config);
}
