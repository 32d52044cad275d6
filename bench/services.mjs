// Child process: plans a compose stack of N services and prints what it took. `node bench/services.mjs 500`
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { measure } from "./mocks.mjs";

const require = createRequire(import.meta.url);
const { ManagedPostgres, RedisCache, ServiceDeployment, StorageBucket, SurveillanceVpc } = require("bulwark");
const { ComposeHost } = require("bulwark/compose");

/** Plans a compose stack of so many services. */
export function services(count) {
  return measure(async () => stackOf(count));
}

function stackOf(count) {
  const target = new ComposeHost("host", { environment: "dev", cpus: 2000, memory: "8 TiB" });
  const vpc = new SurveillanceVpc("network", { target });
  const db = new ManagedPostgres("db", {
    vpc,
    databases: { orders: {} },
    memory: "2 GiB",
    cpus: 2,
    storage: "10 GiB",
  });
  const cache = new RedisCache("cache", { vpc, purpose: "cache", memory: "512 MiB", cpus: 1 });
  const files = new StorageBucket("files", { vpc, storage: "10 GiB" });
  for (let number = 1; number <= count; number++) {
    new ServiceDeployment(`service-${number}`, {
      vpc,
      image: "registry.example.com/service:1.0.0",
      cpus: 0.5,
      memory: "256 MiB",
      environment: { LOG_LEVEL: "INFO" },
      links: [db, cache, files],
      routes: [{ host: `service-${number}.example.com` }],
    });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { registered, ...figures } = await services(Number(process.argv[2]));
  console.log(JSON.stringify({ ...figures, resources: registered.length }));
}
