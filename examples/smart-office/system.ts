import type * as pulumi from "@pulumi/pulumi";
import {
  AlertRouting,
  BackupSchedule,
  ManagedPostgres,
  MonitoringStack,
  RedisCache,
  ServiceDeployment,
  StorageBucket,
  SurveillanceVpc,
} from "bulwark";
import { AwsRegion } from "bulwark/aws";

/** What the configuration of a stack says. */
export interface Settings {
  readonly domain: string;
  readonly region: string;
  readonly account: string;
  /** ARN of the certificate of the domain. */
  readonly certificate: string;
  /** Digest of the images. */
  readonly release: string;
  /** Region of the second copy of every backup. */
  readonly secondRegion: string;
  /** Integration key of PagerDuty, and who reads e-mail. */
  readonly pagerDutyKey: pulumi.Input<string>;
  readonly mail: { readonly team: string; readonly onCall: string };
  /** Address outside that raises the alarm when it is no longer called. */
  readonly heartbeatUrl: pulumi.Input<string>;
}

/** The guide's system on AWS: a VPC, PostgreSQL with a standby, a cache, two buckets, and three services behind one load balancer. */
export function smartOffice(settings: Settings) {
  const place = (name: string, region: string) =>
    new AwsRegion(name, {
      environment: "prod",
      region,
      zones: ["a", "b"].map((zone) => `${region}${zone}`),
      allowedAccountIds: [settings.account],
      prefix: "smartoffice",
      tags: { owner: "platform-team", "data-class": "footage", "change-ref": "none", env: "prod" },
    });
  const target = place("region", settings.region);
  const vpc = new SurveillanceVpc("vpc", {
    target,
    cidr: "10.0.0.0/16",
    certificates: { mode: "acm", arn: settings.certificate },
  });

  const db = new ManagedPostgres("db", {
    vpc,
    databases: { smartoffice_prod: { owner: "smartoffice_user", extensions: ["pgcrypto"] } },
    memory: "8 GiB",
    cpus: 2,
    storage: "100 GiB",
    // 35 days: faces are in it.
    aws: { instanceClass: "db.t3.large", multiAz: true, backupDays: 35, backupWindow: "03:00-04:00" },
  });
  // A cache.t3.medium holds 3.1 GiB, of which a session store leaves two fifths free for its snapshots.
  const redis = new RedisCache("redis", {
    vpc,
    purpose: "session",
    memory: "3 GiB",
    maxMemory: "1.8 GiB",
    cpus: 2,
    aws: { nodeType: "cache.t3.medium", snapshotDays: 5, snapshotWindow: "03:00-05:00" },
  });
  const storage = new StorageBucket("storage", { vpc, bucketName: "smartoffice-storage-prod", storage: "1 TiB" });
  const recordings = new StorageBucket("recordings", {
    vpc,
    bucketName: "smartoffice-recordings",
    storage: "10 TiB",
    objectLock: true,
    lifecycle: { expireAfter: "365 days" },
    aws: { coldAfter: "30 days", coldClass: "GLACIER", lockFor: "7 days" },
  });

  const registry = `${settings.account}.dkr.ecr.${settings.region}.amazonaws.com/smartoffice`;
  const image = (name: string): string => `${registry}/${name}@${settings.release}`;
  const size = { cpus: 0.5, memory: "1 GiB" } as const;
  const environment = { ENV: "production", DEBUG: "false", LOG_LEVEL: "INFO" };
  const pool = { size: 20, overflow: 10 };
  const health = { liveness: { path: "/health" }, readiness: { path: "/health" } };

  const auth = new ServiceDeployment("auth-service", {
    vpc,
    image: image("auth-service"),
    ...size,
    environment: { ...environment, DB_POOL_SIZE: String(pool.size), DB_MAX_OVERFLOW: String(pool.overflow) },
    links: [db, redis],
    migration: { command: ["alembic", "upgrade", "head"], links: [db] },
    routes: [{ host: settings.domain, path: "/auth", stripPrefix: true }],
    probes: health,
    replicas: 3,
  });
  const data = new ServiceDeployment("data-service", {
    vpc,
    image: image("data-service"),
    ...size,
    environment,
    links: [db, storage, recordings.as({ access: "read", prefix: "RECORDINGS" })],
    linkable: true,
    routes: [{ host: settings.domain }],
    probes: health,
    replicas: 3,
    scaling: { max: 10 },
  });
  const detection = new ServiceDeployment("detection-service", {
    vpc,
    image: image("detection-service"),
    cpus: 1,
    memory: "2 GiB",
    environment: { ...environment, ENABLE_FACE_RECOGNITION: "true" },
    links: [recordings, data],
    probes: health,
    replicas: 2,
    // Frames that a lost task had in hand are read again.
    aws: { spotPercent: 50 },
  });

  // A backup a day for 30 days, here and in another region; recordings are locked where they lie.
  const backups = new BackupSchedule("backups", {
    vpc,
    sources: [db, storage],
    preset: "daily",
    copyTo: place("second-region", settings.secondRegion),
  });
  const routing = new AlertRouting("alerts", {
    vpc,
    receivers: {
      pager: { kind: "pagerduty", routingKey: settings.pagerDutyKey },
      team: { kind: "email", to: settings.mail.team },
      "on-call": { kind: "email", to: settings.mail.onCall },
      heartbeat: { kind: "webhook", url: settings.heartbeatUrl },
    },
    routes: [
      { severity: "critical", receivers: ["pager", "team"] },
      { severity: "warning", receivers: ["team"] },
    ],
    default: "team",
    heartbeat: { receiver: "heartbeat" },
    selfMonitoring: { receivers: ["on-call"] },
  });
  new MonitoringStack("monitoring", {
    vpc,
    watches: [vpc, db, redis, storage, recordings, auth, data, detection, backups],
    routing,
  });
  return { vpc, db, redis, storage, recordings, auth, data, detection, backups };
}
