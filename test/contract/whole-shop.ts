import { AlertRouting, type AlertRoutingArgs } from "../../components/alert-routing";
import { BackupSchedule } from "../../components/backup-schedule";
import { ManagedPostgres } from "../../components/managed-postgres";
import { MonitoringStack, type MonitoringStackArgs } from "../../components/monitoring-stack";
import { RedisCache, type RedisCacheArgs } from "../../components/redis-cache";
import { ServiceDeployment, type ServiceDeploymentArgs } from "../../components/service-deployment";
import { StorageBucket, type StorageBucketArgs } from "../../components/storage-bucket";
import { AwsRegion } from "../../components/targets/aws-region";
import type { TargetKind } from "../../components/targets/target";
import { type Program, withMocks } from "../mocks/program";
import { IMAGE, networkOf } from "./shop";

/** Ends of addresses that nobody but the receiver may know; they must be nowhere in clear. */
export const TOKENS = [
  "chat-token-Zk3vQ9x1",
  "mail-token-Bn5tR4s6",
  "heartbeat-token-Wm8pL2y7",
  "passphrase-of-the-backups-Qx5jT8",
  "key-of-the-store-Hc7nV4b2",
] as const;

/** Who hears of what. */
export const ROUTES = (["critical", "warning", "info"] as const).map((severity) => ({ severity, receivers: ["chat"] }));

/** What a test changes in the whole shop. */
export interface Changes {
  readonly cache?: Partial<RedisCacheArgs>;
  readonly bucket?: Partial<StorageBucketArgs>;
  readonly worker?: Partial<ServiceDeploymentArgs>;
  /** Whether `worker` uses every store too. */
  readonly workerLinks?: boolean;
  /** Whether `worker` is watched too. */
  readonly workerWatched?: boolean;
  readonly routing?: Partial<AlertRoutingArgs>;
  readonly monitoring?: Partial<MonitoringStackArgs>;
}

/** Store of the backups off AWS; its key must be nowhere in clear either. */
const STORE = {
  endpoint: "https://s3.example.com",
  bucket: "backups",
  region: "eu",
  accessKey: "backups",
  secretKey: "key-of-the-store-Hc7nV4b2",
};

function secondRegion(): AwsRegion {
  return new AwsRegion("second", {
    environment: "dev",
    region: "us-west-2",
    zones: ["us-west-2a", "us-west-2b"],
    allowedAccountIds: ["123456789012"],
    tags: { owner: "shop-team", "data-class": "internal", env: "dev", "change-ref": "none" },
  });
}

const made = new Map<string, Promise<Program>>();

/** The whole shop with some changes, run once for each. */
export function wholeShop(kind: TargetKind, changes: Changes = {}): Promise<Program> {
  const key = JSON.stringify([kind, changes]);
  const known = made.get(key) ?? freshWholeShop(kind, changes);
  made.set(key, known);
  return known;
}

/** A component of each kind that every target has, watched: `api` uses all stores, `worker` none. The same program on every target. */
export function freshWholeShop(kind: TargetKind, changes: Changes = {}): Promise<Program> {
  return withMocks(() => {
    const vpc = networkOf(kind);
    const db = new ManagedPostgres("db", {
      vpc,
      databases: { orders: {} },
      memory: "1 GiB",
      cpus: 1,
      storage: "20 GiB",
    });
    const cache = new RedisCache("cache", { vpc, purpose: "queue", memory: "1 GiB", cpus: 1, ...changes.cache });
    const bucket = new StorageBucket("photos", { vpc, storage: "20 GiB", ...changes.bucket });
    const stores = [db.as({ database: "orders" }), cache, bucket];
    const service = { vpc, image: IMAGE, cpus: 0.5, metrics: {} };
    const api = new ServiceDeployment("api", { ...service, links: stores, routes: [{ host: "shop.example.com" }] });
    const worker = new ServiceDeployment("worker", {
      ...service,
      links: changes.workerLinks === true ? stores : [],
      ...changes.worker,
    });
    const backups = new BackupSchedule("backups", {
      vpc,
      preset: "hourly-rpo",
      ...(kind === "aws"
        ? { sources: [db, bucket], copyTo: secondRegion(), retention: { pointInTime: "7 days" } }
        : { sources: [db, cache, bucket], encryption: { passphrase: TOKENS[3] }, store: STORE }),
    });
    const routing = new AlertRouting("alerts", {
      vpc,
      receivers: {
        chat: { kind: "webhook", url: `https://chat.example.com/${TOKENS[0]}` },
        second: { kind: "webhook", url: `https://mail.example.com/${TOKENS[1]}` },
        heartbeat: { kind: "webhook", url: `https://ping.example.com/${TOKENS[2]}` },
      },
      routes: ROUTES,
      default: "chat",
      selfMonitoring: { receivers: ["second"] },
      heartbeat: { receiver: "heartbeat" },
      ...changes.routing,
    });
    new MonitoringStack("monitoring", {
      vpc,
      watches: [db, cache, bucket, backups, api, ...(changes.workerWatched === true ? [worker] : [])],
      routing,
      runbooks: "https://runbooks.example.com/",
      ...(kind === "aws" ? {} : { domain: "monitoring.example.com" }),
      ...changes.monitoring,
    });
  });
}
