// A small stack whose backups are made, broken and restored for real.
const pulumi = require("@pulumi/pulumi");
const {
  BackupSchedule,
  configurationSource,
  ManagedPostgres,
  RedisCache,
  StorageBucket,
  SurveillanceVpc,
} = require("./dist/components");
const { ComposeHost } = require("./dist/components/compose");

const config = new pulumi.Config();
const target = new ComposeHost("host", {
  environment: "dev",
  cpus: 4,
  memory: "8 GiB",
  prefix: config.get("prefix") ?? "bulwark-restore",
});
const http = config.requireNumber("http");
const vpc = new SurveillanceVpc("network", { target, publish: { http, https: http + 1, ip: "127.0.0.1" } });
const db = new ManagedPostgres("db", {
  vpc,
  databases: { orders: {} },
  memory: "512 MiB",
  cpus: 2,
  storage: "1 GiB",
});
const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "64 MiB", cpus: 0.5 });
const recordings = new StorageBucket("recordings", { vpc, storage: "1 GiB" });
const store = new StorageBucket("store", { vpc, storage: "1 GiB" });
new BackupSchedule("backups", {
  vpc,
  sources: [db, cache, recordings, configurationSource("configuration", { "stack.json": '{"site":"restored"}\n' })],
  preset: "hourly-rpo",
  rpo: config.get("rpo") ?? "1 hour",
  ...(config.get("copy") === undefined ? {} : { copy: config.get("copy") }),
  encryption: { passphrase: "generated" },
  store,
  jitter: "1 second",
});
