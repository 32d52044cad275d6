import type * as pulumi from "@pulumi/pulumi";
import {
  type AlarmTable,
  type AlarmTuning,
  type CloudEvent,
  type CloudWatching,
  cloudAlarms,
  metricsOf,
  type Numbers,
  sameAs,
} from "../core/cloud-alarm";
import { POSTGRES_RULES } from "./alerts";

/** What the thresholds of a server are derived from. */
export interface RdsSize {
  /** Memory of the instance class in bytes. */
  readonly memory: number;
  /** Allocated storage in bytes. */
  readonly storage: number;
  /** `max_connections` of the parameter group. */
  readonly maxConnections: number;
  /** Most CPU credits that a burstable class can save; 0 for the others. */
  readonly credits: number;
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

const rds = metricsOf("AWS/RDS", "DBInstanceIdentifier");

const DATA = { team: "data" } as const;

/** The alarms of every instance of Amazon RDS. */
export const RDS_ALARMS = {
  PostgresDown: {
    ...sameAs(POSTGRES_RULES.PostgresDown),
    // Nothing is ever below zero: only the silence of a server that no longer reports breaches.
    metrics: { m: rds("DatabaseConnections", "Maximum") },
    comparison: "<",
    threshold: () => 0,
    parameters: {},
    for: "5 minutes",
    missing: "breaching",
    summary: "the server does not report",
    description: "Amazon RDS has sent no metric for five minutes: the instance is down, restarting or failing over.",
  },
  PostgresConnectionsHigh: {
    ...sameAs(POSTGRES_RULES.PostgresConnectionsHigh),
    metrics: { m: rds("DatabaseConnections", "Maximum") },
    comparison: ">",
    threshold: ({ percent = 0 }, size) => Math.floor((size.maxConnections * percent) / 100),
    parameters: POSTGRES_RULES.PostgresConnectionsHigh.parameters,
    for: "5 minutes",
    missing: "missing",
    summary: "more than $percent % of the $maxConnections connections are in use",
    description: "Services wait for a connection soon.",
  },
  PostgresConnectionsExhausted: {
    ...sameAs(POSTGRES_RULES.PostgresConnectionsExhausted),
    metrics: { m: rds("DatabaseConnections", "Maximum") },
    comparison: ">",
    threshold: ({ percent = 0 }, size) => Math.floor((size.maxConnections * percent) / 100),
    parameters: POSTGRES_RULES.PostgresConnectionsExhausted.parameters,
    for: "2 minutes",
    missing: "missing",
    summary: "more than $percent % of the $maxConnections connections are in use",
    description: "The server is about to refuse connections.",
  },
  PostgresXidWraparound: {
    ...sameAs(POSTGRES_RULES.PostgresXidWraparound),
    metrics: { m: rds("MaximumUsedTransactionIDs", "Maximum") },
    comparison: ">",
    // The figure at which Amazon RDS itself asks for action.
    parameters: { transactions: 1e9 },
    for: "5 minutes",
    missing: "ignore",
    summary: "transaction numbers run out",
    description: "At two billion the server stops taking writes; VACUUM does not keep up.",
  },
  RdsCpuHigh: {
    ...DATA,
    severity: "warning",
    group: "postgres-cpu",
    metrics: { m: rds("CPUUtilization") },
    comparison: ">",
    parameters: { percent: 80 },
    for: "15 minutes",
    missing: "missing",
    summary: "the server's CPUs are more than $percent % busy",
    description: "Queries take longer; a slow query or a missing index is the usual cause.",
  },
  RdsCpuCritical: {
    ...DATA,
    severity: "critical",
    group: "postgres-cpu",
    metrics: { m: rds("CPUUtilization") },
    comparison: ">",
    parameters: { percent: 95 },
    for: "10 minutes",
    missing: "missing",
    summary: "the server's CPUs are more than $percent % busy",
    description: "There is no room left: requests queue up.",
  },
  RdsStorageLow: {
    ...DATA,
    severity: "warning",
    group: "postgres-storage",
    metrics: { m: rds("FreeStorageSpace", "Minimum") },
    comparison: "<",
    threshold: ({ percent = 0 }, size) => Math.round((size.storage * percent) / 100),
    parameters: { percent: 20 },
    for: "10 minutes",
    missing: "missing",
    summary: "less than $percent % of the storage is free",
    description: "A full disk stops the server.",
  },
  RdsStorageCritical: {
    ...DATA,
    severity: "critical",
    group: "postgres-storage",
    metrics: { m: rds("FreeStorageSpace", "Minimum") },
    comparison: "<",
    threshold: ({ percent = 0 }, size) => Math.round((size.storage * percent) / 100),
    parameters: { percent: 10 },
    for: "5 minutes",
    missing: "missing",
    summary: "less than $percent % of the storage is free",
    description: "A full disk stops the server.",
  },
  RdsMemoryLow: {
    ...DATA,
    severity: "warning",
    group: "postgres-memory",
    metrics: { m: rds("FreeableMemory", "Minimum") },
    comparison: "<",
    threshold: ({ percent = 0 }, size) => Math.round((size.memory * percent) / 100),
    parameters: { percent: 10 },
    for: "15 minutes",
    missing: "missing",
    summary: "less than $percent % of the memory can be freed",
    description: "The server is about to swap or to be restarted for lack of memory.",
  },
  RdsReadLatencyHigh: latency("ReadLatency", "reads"),
  RdsWriteLatencyHigh: latency("WriteLatency", "writes"),
  RdsDiskQueueHigh: {
    ...DATA,
    severity: "warning",
    group: "postgres-io",
    metrics: { m: rds("DiskQueueDepth") },
    comparison: ">",
    parameters: { requests: 64 },
    for: "15 minutes",
    missing: "missing",
    summary: "more than $requests requests wait for the disk",
    description: "The volume gives fewer operations than are asked for.",
  },
  RdsThroughputBalanceLow: balance("EBSByteBalance%", "throughput"),
  RdsOperationsBalanceLow: balance("EBSIOBalance%", "operations"),
  RdsCpuCreditsLow: {
    ...DATA,
    severity: "warning",
    group: "postgres-cpu",
    metrics: { m: rds("CPUCreditBalance", "Minimum") },
    comparison: "<",
    threshold: ({ percent = 0 }, size) => (size.credits * percent) / 100,
    parameters: { percent: 20 },
    for: "15 minutes",
    period: "5 minutes",
    missing: "missing",
    summary: "less than $percent % of the CPU credits are left",
    description: "Without credits a burstable class falls back to a fraction of a CPU.",
    when: (size) => size.credits > 0,
  },
  RdsReplicationSlotLag: {
    ...DATA,
    severity: "warning",
    group: "postgres-wal",
    metrics: { m: rds("OldestReplicationSlotLag", "Maximum") },
    comparison: ">",
    threshold: ({ percent = 0 }, size) => Math.round((size.storage * percent) / 100),
    parameters: { percent: 10 },
    for: "15 minutes",
    // Without a slot there is no such metric.
    missing: "notBreaching",
    summary: "a replication slot holds back WAL of more than $percent % of the storage",
    description: "A consumer that no longer reads fills the disk.",
  },
  RdsWalHigh: {
    ...DATA,
    severity: "warning",
    group: "postgres-wal",
    metrics: { m: rds("TransactionLogsDiskUsage", "Maximum") },
    comparison: ">",
    threshold: ({ gibibytes = 0, percent = 0 }, size) =>
      Math.min(gibibytes * GIB, Math.round((size.storage * percent) / 100)),
    parameters: { gibibytes: 20, percent: 25 },
    for: "15 minutes",
    missing: "ignore",
    summary: "the WAL takes more than $gibibytes GiB or $percent % of the storage",
    description: "It cannot be archived or read as fast as it is written.",
  },
} as const satisfies AlarmTable<RdsSize>;

/** What is watched of a replica besides. */
export const REPLICA_ALARMS = {
  PostgresReplicationLag: {
    severity: "warning",
    team: POSTGRES_RULES.PostgresReplicationLag.team,
    group: POSTGRES_RULES.PostgresReplicationLag.group,
    metrics: { m: rds("ReplicaLag", "Maximum") },
    comparison: ">",
    parameters: POSTGRES_RULES.PostgresReplicationLag.parameters,
    for: "5 minutes",
    missing: "missing",
    summary: "the replica is more than $seconds s behind",
    description: "Readers see old data, and a failover to it would lose that much.",
  },
} as const satisfies AlarmTable<RdsSize>;

/** Changes to the alarms of a server on AWS. */
export type RdsAlerts = AlarmTuning<typeof RDS_ALARMS> & AlarmTuning<typeof REPLICA_ALARMS>;

/** An instance: the server, or one of its replicas. */
export interface RdsInstance {
  /** The component's name, or that of the replica. */
  readonly name: string;
  readonly identifier: pulumi.Input<string>;
  readonly replica: boolean;
}

/** How the instances of one server are watched on AWS. */
export function rdsWatching(instances: readonly RdsInstance[], size: RdsSize, tuning: RdsAlerts = {}): CloudWatching {
  return {
    alarms: instances.flatMap(({ name, identifier, replica }) => {
      const subject = { about: name, dimensions: { DBInstanceIdentifier: identifier }, size };
      return [
        ...cloudAlarms(RDS_ALARMS, subject, tuning),
        ...(replica ? cloudAlarms(REPLICA_ALARMS, subject, tuning) : []),
      ];
    }),
    events: instances.flatMap(({ name, identifier }) => EVENTS.map((event) => ofInstance(event, name, identifier))),
  };
}

const EVENTS = [
  {
    alarm: "RdsFailure",
    severity: "critical",
    group: "postgres-availability",
    summary: "Amazon RDS reports a failure",
    categories: ["failure", "low storage"],
  },
  {
    alarm: "RdsFailover",
    severity: "warning",
    group: "postgres-availability",
    summary: "the standby takes over",
    categories: ["failover", "recovery"],
  },
  {
    alarm: "RdsMaintenance",
    severity: "info",
    group: "postgres-maintenance",
    summary: "Amazon RDS does or announces maintenance",
    categories: ["maintenance", "notification"],
  },
] as const;

/** Names of the events, for the documentation and the runbooks. */
export const RDS_EVENTS: readonly string[] = EVENTS.map((event) => event.alarm);

function ofInstance(event: (typeof EVENTS)[number], name: string, identifier: pulumi.Input<string>): CloudEvent {
  return {
    alarm: event.alarm,
    about: name,
    severity: event.severity,
    team: "data",
    group: event.group,
    summary: `${name}: ${event.summary}`,
    pattern: {
      source: ["aws.rds"],
      "detail-type": ["RDS DB Instance Event"],
      detail: { SourceIdentifier: [identifier], EventCategories: [...event.categories] },
    },
    message: "$.detail.Message",
  };
}

function latency(metric: "ReadLatency" | "WriteLatency", what: string) {
  return {
    ...DATA,
    severity: "warning",
    group: "postgres-io",
    metrics: { m: rds(metric, "p90") },
    comparison: ">",
    threshold: ({ milliseconds = 0 }: Numbers) => milliseconds / 1000,
    parameters: { milliseconds: 20 },
    for: "15 minutes",
    missing: "missing",
    summary: `one in ten ${what} takes more than $milliseconds ms`,
    description: "The volume is too slow for the load.",
  } as const;
}

function balance(metric: string, what: string) {
  return {
    ...DATA,
    severity: "warning",
    group: "postgres-io",
    metrics: { m: rds(metric, "Minimum") },
    comparison: "<",
    parameters: { percent: 20 },
    for: "15 minutes",
    // Only classes that can burst have this metric.
    missing: "notBreaching",
    summary: `less than $percent % of the saved ${what} of the instance's disk are left`,
    description: "When they are used up, the disk is as slow as the class allows all the time.",
  } as const;
}

/** Bytes of a number of MiB. */
export function bytes(mebibytes: number): number {
  return mebibytes * MIB;
}
