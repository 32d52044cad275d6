import { ManagedPostgres, RedisCache, ServiceDeployment, type SurveillanceVpc } from "bulwark";
import { ComposeHost } from "bulwark/compose";

/** Never run: each line below a directive must be refused by the compiler. */
export function mistakes(vpc: SurveillanceVpc, cache: RedisCache): void {
  // @ts-expect-error "GB" is not a unit: sizes are binary
  new ComposeHost("host", { environment: "dev", cpus: 4, memory: "8 GB" });
  // @ts-expect-error there is no such environment
  new ComposeHost("host", { environment: "production", cpus: 4, memory: "8 GiB" });
  // @ts-expect-error databases are missing
  new ManagedPostgres("db", { vpc, memory: "1 GiB", cpus: 1, storage: "10 GiB" });
  // @ts-expect-error an unknown argument
  new ManagedPostgres("db", { vpc, databases: { a: {} }, memory: "1 GiB", cpus: 1, storage: "10 GiB", size: 1 });
  // @ts-expect-error undefined is not "left out"
  new ManagedPostgres("db", {
    vpc,
    databases: { a: {} },
    memory: "1 GiB",
    cpus: 1,
    storage: "1 GiB",
    replicas: undefined,
  });
  // @ts-expect-error an unknown purpose
  new RedisCache("cache", { vpc, purpose: "database", memory: "256 MiB", cpus: 0.5 });
  // @ts-expect-error links take components, not names
  new ServiceDeployment("orders", { vpc, image: "a/b:1", cpus: 1, links: ["cache"] });
  // @ts-expect-error a port is a number
  new ServiceDeployment("orders", { vpc, image: "a/b:1", cpus: 1, links: [cache], port: "8000" });
  // @ts-expect-error a duration has a unit
  new ServiceDeployment("orders", { vpc, image: "a/b:1", cpus: 1, stopWithin: "20" });
  // @ts-expect-error a component's members cannot be replaced
  cache.host = vpc.urn;
}
