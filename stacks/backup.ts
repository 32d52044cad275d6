import * as pulumi from "@pulumi/pulumi";
import {
  BackupSchedule,
  type BackupSource,
  configurationSource,
  type ExternalStore,
  type Monitorable,
  type Size,
  StorageBucket,
  type SurveillanceVpc,
} from "../components";
import { subjectsOf } from "../components/core/backup-source";
import type { AwsTarget } from "../components/targets/target";
import type { StackConfig } from "./config";

/** What the backups take besides the store; on AWS, the second region. */
export type BackupSizes = { readonly storage: Size; readonly cpus: number } | { readonly copyTo: AwsTarget };

/** The backups, and what there is to watch of them: the bucket that they lie in too, where it is the stack's own. */
export interface Backups {
  readonly schedule: BackupSchedule;
  readonly watches: readonly Monitorable[];
}

/**
 * Backs up the platform with a recovery point of an hour and less. Without a store elsewhere the backups lie in a bucket of the stack: enough
 * against mistakes, not against the loss of the host.
 */
export function backups(
  vpc: SurveillanceVpc,
  sources: readonly BackupSource[],
  sizes: BackupSizes,
  config: StackConfig,
): Backups {
  const { passphrase, store, offsite, changeWindows, timeZone } = config.backup ?? {};
  if ("copyTo" in sizes) {
    // Amazon ElastiCache makes its own snapshots, and the state's backend keeps the configuration.
    const vaulted = sources.filter((each) => !subjectsOf([each]).some((subject) => subject.kind === "redis"));
    const schedule = new BackupSchedule("backups", {
      vpc,
      sources: vaulted,
      preset: "hourly-rpo",
      copyTo: sizes.copyTo,
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    return { schedule, watches: [schedule] };
  }
  const bucket = () =>
    new StorageBucket("backups-store", {
      vpc,
      storage: sizes.storage,
      cpus: sizes.cpus,
      lifecycle: { expireOldVersionsAfter: "7 days" },
    });
  const kept = store === undefined ? bucket() : sealed(store);
  const schedule = new BackupSchedule("backups", {
    vpc,
    sources: [...sources, configurationSource("configuration", { "stack.json": settingsOf(config) })],
    preset: "hourly-rpo",
    encryption: { passphrase: passphrase === undefined ? "generated" : pulumi.secret(passphrase) },
    store: kept,
    ...(offsite === undefined ? {} : { offsite: sealed(offsite) }),
    ...(changeWindows === undefined ? {} : { changeWindows }),
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return { schedule, watches: kept instanceof StorageBucket ? [schedule, kept] : [schedule] };
}

function sealed(store: ExternalStore): ExternalStore {
  return { ...store, secretKey: pulumi.secret(store.secretKey) };
}

/** The settings of the stack, as a secret: tokens stand in them. */
function settingsOf(config: StackConfig): pulumi.Output<string> {
  return pulumi.secret(`${JSON.stringify(config, null, 2)}\n`);
}
