import type * as pulumi from "@pulumi/pulumi";
import {
  AlertRouting,
  BackupSchedule,
  type ExternalStore,
  ManagedPostgres,
  MonitoringStack,
  RedisCache,
  ServiceDeployment,
  StorageBucket,
  SurveillanceVpc,
} from "bulwark";
import { ComposeHost } from "bulwark/compose";

/** What the configuration of a stack says. */
export interface Settings {
  readonly domain: string;
  /** Address that the certificate authority writes to. */
  readonly email: string;
  /** Address of the Docker daemon. */
  readonly host: string;
  readonly registry: string;
  /** Digest of the images. */
  readonly release: string;
  /** Off-site store of the backups, and what they are encrypted with. */
  readonly backups: ExternalStore;
  readonly passphrase: pulumi.Input<string>;
  /** Addresses: of the channel, of who is on call, of the way that tells when those two fail, and of what raises the alarm when it is no longer called. */
  readonly alerts: {
    readonly slack: pulumi.Input<string>;
    readonly onCall: pulumi.Input<string>;
    readonly second: pulumi.Input<string>;
    readonly heartbeat: pulumi.Input<string>;
  };
}

/** ISP framework and management platform over a shared PostgreSQL and a cache, behind one edge. */
export function dotmac(settings: Settings) {
  const target = new ComposeHost("host", {
    environment: "prod",
    cpus: 8,
    memory: "16 GiB",
    host: settings.host,
    prefix: "dotmac-prod",
  });
  const vpc = new SurveillanceVpc("network", { target, certificates: { mode: "acme", email: settings.email } });

  const postgres = new ManagedPostgres("postgres-shared", {
    vpc,
    databases: { isp_framework: { owner: "isp_admin" }, management_platform: { owner: "management_admin" } },
    memory: "4 GiB",
    cpus: 2,
    storage: "100 GiB",
  });
  const redis = new RedisCache("redis", { vpc, purpose: "session", memory: "1 GiB", cpus: 1 });
  const files = new StorageBucket("files", { vpc, bucketName: "dotmac-files", storage: "100 GiB" });

  const image = (name: string): string => `${settings.registry}/${name}@${settings.release}`;
  const size = { cpus: 1, reservedCpus: 0.25, memory: "1 GiB" } as const;
  const isp = new ServiceDeployment("isp-framework", {
    vpc,
    image: image("isp-framework"),
    ...size,
    port: 8000,
    metrics: {},
    links: [postgres.as({ database: "isp_framework" }), redis, files],
    migration: { command: ["alembic", "upgrade", "head"], links: [postgres.as({ database: "isp_framework" })] },
    routes: [{ host: settings.domain }],
    linkable: true,
    replicas: 3,
  });
  const management = new ServiceDeployment("management-platform", {
    vpc,
    image: image("management-platform"),
    ...size,
    port: 8001,
    metrics: {},
    links: [postgres.as({ database: "management_platform" }), redis, isp],
    migration: { command: ["alembic", "upgrade", "head"], links: [postgres.as({ database: "management_platform" })] },
    routes: [{ host: `manage.${settings.domain}` }],
  });

  // Every day, kept for 30 days.
  const backups = new BackupSchedule("backups", {
    vpc,
    sources: [postgres, redis, files],
    preset: "dotmac-full",
    encryption: { passphrase: settings.passphrase },
    store: settings.backups,
  });
  const { slack, onCall, second, heartbeat } = settings.alerts;
  const routing = new AlertRouting("alerts", {
    vpc,
    receivers: {
      chat: { kind: "slack", webhook: slack, channel: "#operations" },
      "on-call": { kind: "webhook", url: onCall },
      second: { kind: "webhook", url: second },
      heartbeat: { kind: "webhook", url: heartbeat },
    },
    routes: [
      { severity: "critical", receivers: ["on-call", "chat"] },
      { severity: "warning", receivers: ["chat"] },
    ],
    default: "chat",
    heartbeat: { receiver: "heartbeat" },
    selfMonitoring: { receivers: ["second"] },
  });
  new MonitoringStack("monitoring", {
    vpc,
    watches: [vpc, postgres, redis, files, isp, management, backups],
    routing,
    domain: `monitoring.${settings.domain}`,
  });
  return { vpc, postgres, redis, files, isp, management, backups };
}
