import type * as pulumi from "@pulumi/pulumi";
import {
  BackupSchedule,
  type ExternalStore,
  ManagedPostgres,
  RedisCache,
  ServiceDeployment,
  type Size,
  SurveillanceVpc,
} from "bulwark";
import { MicroK8s } from "bulwark/microk8s";

/** What the configuration of a stack says. */
export interface Settings {
  readonly domain: string;
  /** Address that the certificate authority writes to. */
  readonly email: string;
  readonly images: Readonly<Record<"api" | "web" | "chain", string>>;
  readonly jwtSecret: pulumi.Input<string>;
  /** All nodes together. */
  readonly cpus: number;
  readonly memory: Size;
  /** Off-site store of the backups, and what they are encrypted with. */
  readonly backups: ExternalStore;
  readonly passphrase: pulumi.Input<string>;
}

/** Ports of a validator: where clients ask it, and where validators talk to each other. */
const CHAIN = { rpc: 26_657, peers: 26_656 };

/** API and web pages over PostgreSQL with a reader, two caches, and three validators of the chain. */
export function personapass(settings: Settings) {
  const target = new MicroK8s("cluster", {
    environment: "prod",
    cpus: settings.cpus,
    memory: settings.memory,
    context: "microk8s",
    namespace: "personapass",
    labels: { owner: "platform-team", "data-class": "personal", "change-ref": "none" },
  });
  const vpc = new SurveillanceVpc("network", { target, certificates: { mode: "acme", email: settings.email } });

  const postgres = new ManagedPostgres("postgres", {
    vpc,
    databases: { personapass: { owner: "personapass", extensions: ["pgcrypto"] } },
    memory: "4 GiB",
    cpus: 2,
    storage: "100 GiB",
    replicas: 1,
    maxConnections: 300,
  });
  // Sessions and what is merely remembered must not push each other out.
  const sessions = new RedisCache("redis-1", { vpc, purpose: "session", memory: "1 GiB", cpus: 0.5 });
  const remembered = new RedisCache("redis-2", { vpc, purpose: "cache", memory: "1 GiB", cpus: 0.5 });

  const chain = new ServiceDeployment("personachain", {
    vpc,
    image: settings.images.chain,
    command: ["start", "--home", "/chain"],
    port: CHAIN.rpc,
    linkable: true,
    replicas: 3,
    peers: { port: CHAIN.peers },
    volumes: { data: { path: "/chain", size: "100 GiB" } },
    cpus: 2,
    reservedCpus: 0.5,
    memory: "2 GiB",
    probes: {
      startup: { path: "/health" },
      liveness: { path: "/health" },
      readiness: { path: "/health" },
      startWithin: "10 minutes",
    },
    stopWithin: "60 seconds",
  });

  const health = { startup: { path: "/health" }, liveness: { path: "/health" }, readiness: { path: "/health" } };
  const api = new ServiceDeployment("personapass-api", {
    vpc,
    image: settings.images.api,
    linkable: true,
    replicas: 3,
    // SD-12: fast up, slowly down.
    scaling: {
      max: 20,
      cpuPercent: 70,
      memoryPercent: 80,
      up: { after: "60 seconds", percent: 100, every: "15 seconds" },
      down: { after: "5 minutes", percent: 10, every: "60 seconds" },
    },
    cpus: 1,
    reservedCpus: 0.5,
    memory: "1 GiB",
    probes: health,
    links: [postgres.as({ pool: 10 }), sessions, remembered.as({ prefix: "REDIS_CACHE" }), chain],
    secrets: { JWT_SECRET: settings.jwtSecret },
    migration: { command: ["migrate", "up"], links: [postgres] },
    routes: [{ host: `api.${settings.domain}` }],
    // Keyless answers for identities.
    outbound: true,
  });
  const web = new ServiceDeployment("personapass-web", {
    vpc,
    image: settings.images.web,
    replicas: 2,
    cpus: 0.5,
    reservedCpus: 0.1,
    memory: "512 MiB",
    probes: health,
    links: [api],
    routes: [{ host: `wallet.${settings.domain}` }],
  });

  // At most an hour is lost, 30 days of points in time, dumps for up to seven years.
  const kept = { vpc, encryption: { passphrase: settings.passphrase }, store: settings.backups };
  const backups = new BackupSchedule("backups", { ...kept, sources: [postgres, sessions], preset: "hourly-rpo" });
  // The validators' folders, at 04:00.
  const chainBackups = new BackupSchedule("chain-backups", {
    ...kept,
    sources: [chain],
    preset: "daily",
    copy: "0 4 * * *",
    longestRun: "4 hours",
    retention: { monthly: 12, yearly: 7 },
  });
  return { vpc, postgres, sessions, remembered, chain, api, web, backups, chainBackups };
}
