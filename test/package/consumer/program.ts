import {
  type ArgumentError,
  type Connection,
  type Linkable,
  ManagedPostgres,
  RedisCache,
  ServiceDeployment,
  type Size,
  StorageBucket,
  SurveillanceVpc,
} from "bulwark";
import { ComposeHost } from "bulwark/compose";
import { ManagedPostgres as SamePostgres } from "bulwark/managed-postgres";

const target = new ComposeHost("host", { environment: "dev", cpus: 4, memory: "8 GiB" });
const vpc = new SurveillanceVpc("network", { target });
const memory: Size = "1 GiB";

const db = new ManagedPostgres("db", {
  vpc,
  databases: { orders: { owner: "orders_owner" } },
  roles: { reporting: { database: "orders", access: "readonly" } },
  memory,
  cpus: 1,
  storage: "10 GiB",
});
const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "256 MiB", cpus: 0.5 });
const files = new StorageBucket("files", { vpc, storage: "20 GiB", lifecycle: { expireAfter: "90 days" } });
const links: readonly Linkable[] = [db, cache, files.as({ access: "read" })];

const orders = new ServiceDeployment("orders", {
  vpc,
  image: "registry.example.com/orders:1.4.2",
  cpus: 0.5,
  links,
  linkable: true,
  routes: [{ host: "orders.example.com" }],
  migration: { command: ["migrate"], links: [db] },
});
new ServiceDeployment("reports", {
  vpc,
  image: "registry.example.com/reports:1.4.2",
  cpus: 0.5,
  links: [db.as({ role: "reporting" }), orders],
});

const connection: Connection = db.connection({ role: "reporting" });

export const problems = (error: ArgumentError): readonly string[] => error.problems.map((problem) => problem.path);
export const sameClass: boolean = SamePostgres === ManagedPostgres;
export const outputs = { host: connection.host, port: connection.port, orders: orders.host };
