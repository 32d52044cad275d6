import {
  type BackupSchedule,
  ManagedPostgres,
  type MonitoringStack,
  type PostgresOnAws,
  RedisCache,
  type ScalingArgs,
  ServiceDeployment,
  type Size,
  StorageBucket,
  SurveillanceVpc,
  type Target,
} from "../components";
import type { EdgeCertificates } from "../components/surveillance-vpc";
import { type BackupSizes, backups } from "./backup";
import type { StackConfig } from "./config";
import { watch } from "./watch";

/** Size of one service. */
export interface ServiceSize {
  readonly replicas: number;
  readonly cpus: number;
  readonly reservedCpus: number;
  readonly memory: Size;
  readonly scaling?: ScalingArgs;
}

/** What differs between environments besides the target. */
export interface PlatformSizes {
  readonly postgres: {
    readonly memory: Size;
    readonly cpus: number;
    readonly storage: Size;
    readonly replicas: number;
    readonly aws?: PostgresOnAws;
  };
  readonly redis: { readonly memory: Size; readonly cpus: number };
  readonly recordings: { readonly storage: Size; readonly cpus?: number };
  readonly backups: BackupSizes;
  readonly auth: ServiceSize;
  readonly data: ServiceSize;
  readonly detection: ServiceSize;
}

/** The parts of a running platform. */
export interface Platform {
  readonly vpc: SurveillanceVpc;
  readonly db: ManagedPostgres;
  readonly cache: RedisCache;
  readonly recordings: StorageBucket;
  readonly services: readonly ServiceDeployment[];
  readonly backups: BackupSchedule;
  /** Only where the configuration says who hears of alerts. */
  readonly monitoring?: MonitoringStack;
}

/**
 * The surveillance platform, the same in every environment: three services over PostgreSQL, Redis and a bucket of recordings.
 */
export function platform(target: Target, sizes: PlatformSizes, config: StackConfig): Platform {
  const vpc = new SurveillanceVpc("network", {
    target,
    certificates: certificates(config),
    ...(config.publish === undefined ? {} : { publish: config.publish }),
    ...(config.cameras === undefined ? {} : { cameras: config.cameras }),
    ...(config.cloud?.site === undefined ? {} : { site: config.cloud.site }),
  });
  const db = new ManagedPostgres("db", {
    vpc,
    databases: { smartoffice_prod: { owner: "smartoffice_user" } },
    roles: { detection: { database: "smartoffice_prod", access: "readwrite" } },
    ...sizes.postgres,
  });
  const cache = new RedisCache("cache", { vpc, purpose: "session", ...sizes.redis });
  const recordings = new StorageBucket("recordings", {
    vpc,
    bucketName: `smartoffice-recordings-${target.environment}`,
    lifecycle: { expireAfter: "90 days", expireOldVersionsAfter: "30 days" },
    ...sizes.recordings,
  });

  const environment = {
    ALLOWED_HEADERS: "*",
    ALLOWED_METHODS: "GET,POST,PUT,DELETE",
    ALLOWED_ORIGINS: `https://${config.domain}`,
    DEBUG: "false",
    ENV: target.environment === "dev" ? "development" : "production",
    LOG_LEVEL: "INFO",
    PROMETHEUS_ENABLED: "true",
    RATE_LIMIT_BURST: "20",
    RATE_LIMIT_ENABLED: "true",
    RATE_LIMIT_PER_MINUTE: "100",
  };
  const watched = config.monitoring === undefined ? {} : { metrics: {}, tracing: target.kind !== "aws" };
  const auth = new ServiceDeployment("auth-service", {
    vpc,
    image: config.images["auth-service"],
    environment,
    links: [db, cache, recordings],
    migration: { command: config.migration, links: [db] },
    routes: [{ host: config.domain, path: "/auth", stripPrefix: true }],
    ...watched,
    ...sizes.auth,
  });
  const data = new ServiceDeployment("data-service", {
    vpc,
    image: config.images["data-service"],
    environment,
    links: [db, recordings.as({ access: "read" })],
    linkable: true,
    routes: [{ host: config.domain, path: "/" }],
    ...watched,
    ...sizes.data,
  });
  const detection = new ServiceDeployment("detection-service", {
    vpc,
    image: config.images["detection-service"],
    environment,
    links: [db.as({ role: "detection" }), recordings, data],
    cameras: true,
    ...watched,
    ...sizes.detection,
  });
  const services = [auth, data, detection];
  const backup = backups(vpc, [db, cache, recordings], sizes.backups, config);
  const monitoring =
    config.monitoring === undefined
      ? {}
      : { monitoring: watch(vpc, [db, cache, recordings, ...services, ...backup.watches], config.monitoring) };
  return {
    vpc,
    db,
    cache,
    recordings,
    services,
    backups: backup.schedule,
    ...monitoring,
  };
}

function certificates(config: StackConfig): EdgeCertificates {
  if (config.cloud !== undefined) return { mode: "acm", arn: config.cloud.certificate };
  return config.acmeEmail === undefined ? { mode: "internal" } : { mode: "acme", email: config.acmeEmail };
}
