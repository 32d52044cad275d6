import { ArgumentError } from "../components/core/errors";
import { accept } from "../components/core/tick";
import { AwsRegion } from "../components/targets/aws-region";
import type { CloudConfig, StackConfig } from "./config";
import { type Platform, type PlatformSizes, platform } from "./platform";

/** Two of everything, in two zones; replicas of the database are not needed, as a standby takes over. */
const SIZES: Omit<PlatformSizes, "backups"> = {
  postgres: { memory: "8 GiB", cpus: 2, storage: "100 GiB", replicas: 0, aws: { backupDays: 35 } },
  redis: { memory: "4 GiB", cpus: 2 },
  recordings: { storage: "10 TiB" },
  auth: { replicas: 3, cpus: 0.5, reservedCpus: 0.5, memory: "1 GiB", scaling: { max: 20 } },
  data: { replicas: 3, cpus: 0.5, reservedCpus: 0.5, memory: "1 GiB" },
  detection: { replicas: 2, cpus: 1, reservedCpus: 1, memory: "2 GiB" },
};

/** The platform in a region of AWS. */
export function prod(config: StackConfig): Platform {
  const { certificate: _, site: __, copyTo: second, ...region } = cloudOf(config);
  const target = new AwsRegion("region", { environment: "prod", ...region });
  const copyTo = new AwsRegion("second-region", { environment: "prod", ...region, ...second });
  return platform(target, { ...SIZES, backups: { copyTo } }, config);
}

function cloudOf(config: StackConfig): CloudConfig {
  const { cloud } = config;
  if (cloud !== undefined) return cloud;
  return accept(() => {
    throw new ArgumentError(
      "configuration of stack prod",
      [
        {
          path: "cloud",
          given: "nothing",
          allowed: "region, zones, allowedAccountIds, certificate and copyTo",
          fix: "say where the stack is to run: see Pulumi.prod.yaml",
        },
      ],
      "CONFIGURATION",
    );
  });
}
