import type * as pulumi from "@pulumi/pulumi";
import {
  type AlarmTable,
  type AlarmTuning,
  type CloudEvent,
  type CloudWatching,
  cloudAlarms,
  metricsOf,
  sameAs,
} from "../core/cloud-alarm";
import { BACKUP_RULES } from "./alerts";

/** What the thresholds of a vault are derived from. */
export interface VaultSize {
  /** Longest time that a restore may take, in seconds. */
  readonly rto: number;
}

const vault = metricsOf("AWS/Backup", "BackupVaultName");
const drill = metricsOf("Bulwark/Backup", "Schedule");

const DATA = { team: "data" } as const;

const job = {
  comparison: ">=",
  parameters: { count: 1 },
  for: "1 hour",
  period: "1 hour",
  // AWS Backup reports a figure only when there is one.
  missing: "notBreaching",
} as const;

/** The alarms of a vault. */
export const VAULT_ALARMS = {
  BackupFailed: {
    ...sameAs(BACKUP_RULES.BackupFailed),
    ...job,
    metrics: { m: vault("NumberOfBackupJobsFailed", "Sum") },
    summary: "a backup failed",
    description: "AWS Backup has given up a job; the event says which one and why.",
  },
  BackupExpired: {
    ...DATA,
    ...job,
    severity: "warning",
    group: "backup-age",
    metrics: { m: vault("NumberOfBackupJobsExpired", "Sum") },
    summary: "a backup did not start in its window",
    description: "Other jobs took too long, or the window is too short.",
  },
  BackupTooOld: {
    ...sameAs(BACKUP_RULES.BackupTooOld),
    metrics: { m: vault("NumberOfBackupJobsCompleted", "Sum") },
    comparison: "<",
    threshold: () => 1,
    parameters: {},
    for: "25 hours",
    period: "1 hour",
    // No figure means no backup: the case that must not be quiet.
    missing: "breaching",
    summary: "no backup was completed for 25 hours",
    description: "More data than agreed would be lost.",
  },
} as const satisfies AlarmTable<VaultSize>;

/** The alarms of the copies in the other region; they are counted where they arrive. */
export const COPY_ALARMS = {
  BackupCopyFailed: {
    ...DATA,
    ...job,
    severity: "critical",
    group: "backup-copy",
    metrics: { m: vault("NumberOfCopyJobsFailed", "Sum") },
    summary: "a backup was not copied to the other region",
    description: "The copy is what is left when the region is lost.",
  },
} as const satisfies AlarmTable<VaultSize>;

/** The alarms of the rehearsed restores. */
export const DRILL_ALARMS = {
  RestoreDrillFailed: {
    ...DATA,
    severity: "critical",
    group: "backup-drill",
    metrics: { m: drill("RestoreDrillsFailed", "Sum") },
    comparison: ">=",
    parameters: { count: 1 },
    for: "1 hour",
    period: "1 hour",
    missing: "notBreaching",
    summary: "a rehearsed restore failed, or its validation did",
    description: "What lies in the vault may not be what is needed.",
  },
  RestoreDrillMissedObjective: {
    ...sameAs(BACKUP_RULES.RestoreDrillMissedObjective),
    metrics: { m: drill("RestoreDrillSeconds", "Maximum") },
    comparison: ">",
    threshold: (_, size) => size.rto,
    parameters: {},
    for: "1 hour",
    period: "1 hour",
    missing: "notBreaching",
    summary: "a rehearsed restore took longer than the $rto s that it may",
    description: "A real one would take as long, and the time to notice on top.",
  },
} as const satisfies AlarmTable<VaultSize>;

/** Changes to the alarms of a schedule on AWS. */
export type VaultAlerts = AlarmTuning<typeof VAULT_ALARMS> &
  AlarmTuning<typeof COPY_ALARMS> &
  AlarmTuning<typeof DRILL_ALARMS>;

/** Names of the events, for the documentation and the runbooks. */
export const VAULT_EVENTS: readonly string[] = ["BackupJobFailed", "RestoreJobFailed"];

/** What names the parts of a schedule on AWS. */
export interface VaultIdentity {
  readonly vault: pulumi.Input<string>;
  readonly vaultArn: pulumi.Input<string>;
  /** Whether backups are copied to another region. */
  readonly copied: boolean;
  /** Whether restores are rehearsed. */
  readonly drilled: boolean;
}

/** How a schedule is watched on AWS. */
export function vaultWatching(
  name: string,
  identity: VaultIdentity,
  size: VaultSize,
  tuning: VaultAlerts = {},
): CloudWatching {
  const subject = { about: name, dimensions: { BackupVaultName: identity.vault, Schedule: name }, size };
  return {
    alarms: [
      ...cloudAlarms(VAULT_ALARMS, subject, tuning),
      ...(identity.copied ? cloudAlarms(COPY_ALARMS, subject, tuning) : []),
      ...(identity.drilled ? cloudAlarms(DRILL_ALARMS, subject, tuning) : []),
    ],
    events: [jobFailed(name, identity), restoreFailed(name)],
  };
}

function jobFailed(name: string, identity: VaultIdentity): CloudEvent {
  return {
    alarm: "BackupJobFailed",
    about: name,
    severity: "warning",
    team: "data",
    group: "backup-age",
    summary: `${name}: a backup or a copy failed, was aborted or expired`,
    pattern: {
      source: ["aws.backup"],
      "detail-type": ["Backup Job State Change", "Copy Job State Change"],
      detail: {
        state: ["FAILED", "ABORTED", "EXPIRED"],
        $or: [
          { backupVaultArn: [identity.vaultArn] },
          { sourceBackupVaultArn: [identity.vaultArn] },
          { destinationBackupVaultArn: [identity.vaultArn] },
        ],
      },
    },
    message: "$.detail.statusMessage",
  };
}

function restoreFailed(name: string): CloudEvent {
  return {
    alarm: "RestoreJobFailed",
    about: name,
    severity: "critical",
    team: "data",
    group: "backup-drill",
    summary: `${name}: a restore failed`,
    pattern: {
      source: ["aws.backup"],
      "detail-type": ["Restore Job State Change"],
      detail: { status: ["FAILED", "ABORTED"] },
    },
    message: "$.detail.statusMessage",
  };
}
