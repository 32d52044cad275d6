// A small stack with everything that is copied: a cache, a bucket, a volume and configuration; its store has a second place and a disk beside it.
const pulumi = require("@pulumi/pulumi");
const {
  BackupSchedule,
  configurationSource,
  ManagedPostgres,
  RedisCache,
  ServiceDeployment,
  StorageBucket,
  SurveillanceVpc,
} = require("./dist/components");
const { ComposeHost } = require("./dist/components/compose");

const config = new pulumi.Config();
const prefix = config.require("prefix");
const http = config.requireNumber("http");
const target = new ComposeHost("host", {
  environment: "prod",
  cpus: 8,
  memory: "8 GiB",
  host: process.env.DOCKER_HOST,
  prefix,
});
const vpc = new SurveillanceVpc("network", {
  target,
  certificates: { mode: "internal" },
  publish: { http, https: http + 1, ip: "127.0.0.1" },
});
const db = new ManagedPostgres("db", {
  vpc,
  databases: { orders: {} },
  memory: "512 MiB",
  cpus: 1,
  storage: "1 GiB",
});
const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "64 MiB", cpus: 0.5 });
const recordings = new StorageBucket("recordings", { vpc, storage: "1 GiB" });
const store = new StorageBucket("store", { vpc, storage: "1 GiB" });
const uploads = new ServiceDeployment("uploads", {
  vpc,
  image: "bulwark/sample-service:v1",
  replicas: 1,
  cpus: 0.5,
  memory: "128 MiB",
  volumes: { files: { path: "/files", size: "1 GiB" } },
});
const state = { version: 3, deployment: { resources: [] } };
new BackupSchedule("backups", {
  vpc,
  sources: [
    db,
    cache,
    recordings,
    uploads,
    configurationSource("configuration", {
      "Pulumi.prod.yaml": "config:\n  copies:http: 28290\n",
      "state.json": pulumi.secret(JSON.stringify({ ...state, token: "what-nobody-may-read" })),
    }),
  ],
  preset: "hourly-rpo",
  encryption: { passphrase: "generated" },
  store,
  local: { fulls: 2 },
  offsite: {
    endpoint: config.require("offsite"),
    bucket: "backups",
    region: "us-east-1",
    accessKey: "elsewhere",
    secretKey: pulumi.secret(config.require("offsiteKey")),
    ca: config.require("ca"),
  },
  jitter: "1 second",
});
