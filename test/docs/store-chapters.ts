import {
  ManagedPostgres,
  type ManagedPostgresArgs,
  RedisCache,
  type RedisCacheArgs,
  type SurveillanceVpc,
} from "../../components";
import { schema as postgresSchema } from "../../components/managed-postgres/args";
import { schema as cacheSchema } from "../../components/redis-cache/args";
import { chapter } from "./chapter";
import { networkOf } from "./place";

interface Site {
  readonly vpc: SurveillanceVpc;
}

const RESERVED = "counted against the host; Docker itself reserves nothing";

export const POSTGRES = chapter<ManagedPostgresArgs, Site>({
  component: "ManagedPostgres",
  schema: postgresSchema,
  site: (kind) => ({ vpc: networkOf(kind) }),
  base: ({ vpc }) => ({ vpc, databases: { orders: {} }, memory: "1 GiB", cpus: 1, storage: "20 GiB" }),
  make: (name, args) => new ManagedPostgres(name, args),
  rows: {
    vpc: { give: {} },
    databases: { give: { databases: { orders: { owner: "shop", extensions: ["pg_trgm"] }, bills: {} } } },
    roles: { give: { roles: { audit: { database: "orders", access: "readonly" } } } },
    memory: {
      give: { memory: "4 GiB" },
      aws: "chooses the instance class, from which the tuning follows as elsewhere",
    },
    cpus: { give: { cpus: 4 }, aws: "chooses the instance class" },
    reservedCpus: { give: { reservedCpus: 0.75 }, compose: RESERVED, aws: "an instance has its CPUs for itself" },
    storage: {
      give: { storage: "40 GiB" },
      compose: "a volume has no limit there: the disk of the host is the limit",
      aws: "the size at first; it grows by itself up to aws.maxStorage",
    },
    maxConnections: { give: { maxConnections: 300 } },
    replicas: { give: { replicas: 1 } },
    profile: { give: { memory: "16 GiB", profile: "large" } },
    parameters: { give: { parameters: { random_page_cost: 2 } } },
    image: { give: { image: { reference: "postgres:17.6", user: "999:999" } } },
    aws: {
      give: {
        aws: {
          instanceClass: "db.t3.large",
          engineVersion: "17.6",
          allowMajorUpgrade: true,
          maxStorage: "60 GiB",
          backupDays: 14,
          backupWindow: "02:00-03:00",
          maintenanceWindow: "sat:04:30-sat:05:30",
          multiAz: true,
          monitoringInterval: 60,
          restoreFrom: { snapshot: "before-the-move" },
        },
      },
    },
    rotation: { give: { rotation: "2" } },
    protect: { give: { protect: false }, aws: "of the instance, by deletion protection of Amazon RDS as well" },
  },
});

export const CACHE = chapter<RedisCacheArgs, Site>({
  component: "RedisCache",
  schema: cacheSchema,
  site: (kind) => ({ vpc: networkOf(kind) }),
  base: ({ vpc }) => ({ vpc, purpose: "session", memory: "1 GiB", cpus: 1 }),
  make: (name, args) => new RedisCache(name, args),
  rows: {
    vpc: { give: {} },
    purpose: {
      give: { purpose: "queue" },
      aws: "what is kept is kept by a second node and daily snapshots: ElastiCache has no append-only file",
    },
    memory: { give: { memory: "8 GiB" }, aws: "chooses the node type" },
    maxMemory: { give: { maxMemory: "256 MiB" }, aws: "chooses the node type" },
    storage: { give: { storage: "8 GiB" } },
    cpus: { give: { cpus: 2 }, aws: "the node type has its own" },
    reservedCpus: { give: { reservedCpus: 0.75 }, compose: RESERVED, aws: "a node has its CPUs for itself" },
    image: { give: { image: { reference: "redis:7.4.2-alpine", user: "999:1000", engine: "redis" } } },
    aws: {
      give: {
        aws: {
          nodeType: "cache.m7g.large",
          engine: "redis",
          nodes: 2,
          snapshotDays: 7,
          snapshotWindow: "01:00-02:00",
          maintenanceWindow: "sat:05:30-sat:06:30",
        },
      },
    },
    rotation: { give: { rotation: "2" } },
    protect: { give: { protect: false } },
  },
});
