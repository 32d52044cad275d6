import { AlertRouting, type AlertRoutingArgs } from "../../components/alert-routing";
import { ManagedPostgres } from "../../components/managed-postgres";
import { MonitoringStack, type MonitoringStackArgs } from "../../components/monitoring-stack";
import { RedisCache } from "../../components/redis-cache";
import { ServiceDeployment, type ServiceDeploymentArgs } from "../../components/service-deployment";
import { StorageBucket } from "../../components/storage-bucket";
import type { SurveillanceVpc, SurveillanceVpcArgs } from "../../components/surveillance-vpc";
import { evaluate } from "../../policies/evaluate";
import type { Finding, GraphResource } from "../../policies/graph";
import { SECRET } from "../../policies/graph";
import { IMAGE, networkOf } from "../contract/shop";
import { type Program, type Registered, withMocks } from "../mocks/program";

/** What everything else in the shop is watched through. */
export interface Shop {
  readonly vpc: SurveillanceVpc;
  readonly db: ManagedPostgres;
  readonly cache: RedisCache;
  readonly recordings: StorageBucket;
  readonly api: ServiceDeployment;
  readonly worker: ServiceDeployment;
}

/** Who hears of the shop's alerts. */
export const ROUTING: Omit<AlertRoutingArgs, "vpc"> = {
  receivers: {
    pager: { kind: "pagerduty", routingKey: "pager-key" },
    ops: { kind: "email", to: "ops-team@example.com" },
    heartbeat: { kind: "webhook", url: "https://ping.example.com/token" },
  },
  routes: [
    { severity: "critical", receivers: ["pager"] },
    { severity: "warning", receivers: ["ops"] },
    { severity: "info", receivers: ["ops"] },
  ],
  default: "ops",
  selfMonitoring: { receivers: ["ops"] },
  heartbeat: { receiver: "heartbeat" },
};

/** What a test changes. */
export interface Changes {
  readonly routing?: Partial<AlertRoutingArgs>;
  readonly monitoring?: Partial<MonitoringStackArgs>;
  readonly vpc?: Partial<SurveillanceVpcArgs>;
  readonly api?: Partial<ServiceDeploymentArgs>;
  readonly environment?: "dev" | "staging" | "prod";
  readonly also?: (shop: Shop) => void;
}

/** A shop on AWS with one component of each kind, watched. */
export function watchedShop(changes: Changes = {}): Promise<Program> {
  return withMocks(() => {
    const vpc = networkOf("aws", { environment: changes.environment ?? "prod", vpc: changes.vpc ?? {} });
    const db = new ManagedPostgres("db", {
      vpc,
      databases: { orders: {} },
      memory: "8 GiB",
      cpus: 2,
      storage: "100 GiB",
    });
    const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "4 GiB", cpus: 1 });
    const recordings = new StorageBucket("recordings", { vpc, storage: "1 GiB" });
    const api = new ServiceDeployment("api", {
      vpc,
      image: IMAGE,
      cpus: 1,
      replicas: 3,
      links: [db, cache, recordings],
      routes: [{ host: "shop.example.com" }],
      ...changes.api,
    });
    const worker = new ServiceDeployment("worker", { vpc, image: IMAGE, cpus: 0.5 });
    const routing = new AlertRouting("alerts", { ...ROUTING, ...changes.routing, vpc });
    new MonitoringStack("monitoring", {
      vpc,
      watches: [db, cache, recordings, api, worker],
      routing,
      runbooks: "https://runbooks.example.com/",
      ...changes.monitoring,
    });
    changes.also?.({ vpc, db, cache, recordings, api, worker });
  });
}

/** What a property of a resource leads to. */
export function ends(program: Program, resource: Registered, property: string): readonly Registered[] {
  return (resource.propertyDependencies[property] ?? []).flatMap((urn) =>
    program.resources.filter((each) => each.urn === urn),
  );
}

/** A program as the policies and the gate read it. */
export function graphOf(program: Program): readonly GraphResource[] {
  return program.resources.map(
    (each): GraphResource => ({
      urn: each.urn,
      type: each.type,
      name: each.name,
      custom: each.custom,
      protect: each.protect,
      ...(each.parent === "" ? {} : { parent: each.parent }),
      provider: `${each.provider}::id`,
      props: masked(each.inputs, each.secrets) as Record<string, unknown>,
      dependencies: each.dependencies,
      propertyDependencies: each.propertyDependencies,
    }),
  );
}

/** What the policies find in a program. */
export function findings(program: Program, environment: "dev" | "staging" | "prod" = "prod"): readonly Finding[] {
  return evaluate({ resources: graphOf(program) }, { environment, now: new Date("2026-11-21T12:00:00Z") });
}

function masked(value: unknown, secrets: readonly string[], path = ""): unknown {
  if (secrets.includes(path)) return SECRET;
  if (Array.isArray(value)) return value.map((each, index) => masked(each, secrets, `${path}.${index}`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, masked(each, secrets, path === "" ? key : `${path}.${key}`)]),
  );
}
