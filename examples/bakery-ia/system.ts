import type * as pulumi from "@pulumi/pulumi";
import {
  BackupSchedule,
  type ExternalStore,
  type Linkable,
  ManagedPostgres,
  RedisCache,
  ServiceDeployment,
  type ServiceDeploymentArgs,
  type Size,
  SurveillanceVpc,
} from "bulwark";
import { MicroK8s } from "bulwark/microk8s";
import { type Layout, PROFILES, type Tenants } from "./sizes";

/** What the configuration of a stack says. */
export interface Settings {
  readonly domain: string;
  /** Address that the certificate authority writes to. */
  readonly email: string;
  /** Repository of the images, and the digest of the release, the same for all of them. */
  readonly registry: string;
  readonly digest: string;
  readonly tenants: Tenants;
  readonly databases: Layout;
  /** The node. */
  readonly cpus: number;
  readonly memory: Size;
  /** Off-site store of the backups, and what they are encrypted with. */
  readonly backups: ExternalStore;
  readonly passphrase: pulumi.Input<string>;
}

/** Domains with a database of their own, and what else each service talks to; those it talks to come first. */
const DOMAINS = {
  auth: [],
  tenant: ["auth"],
  external: [],
  sales: ["tenant"],
  inventory: ["tenant"],
  suppliers: ["inventory"],
  recipes: ["inventory"],
  training: ["sales", "external"],
  forecasting: ["training", "sales", "external"],
  notification: ["tenant"],
  pos: ["sales", "inventory"],
  orders: ["inventory", "recipes"],
  production: ["orders", "recipes", "inventory"],
  "alert-processor": ["notification"],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Domain = keyof typeof DOMAINS;

/** Services without a database; the guide counts eighteen in all, and leaves three of these without a name. */
const OTHERS = {
  dashboard: ["orders", "production"],
  reporting: ["sales", "forecasting"],
  scheduler: ["training", "production"],
} as const satisfies Readonly<Record<string, readonly Domain[]>>;

const CRITICAL: readonly string[] = ["auth", "tenant", "gateway"];
/** Those that may take up to three replicas under load (SD-13). */
const SCALED: readonly string[] = ["orders", "forecasting", "notification"];

/** Five connections and ten more under load (PG-10). */
const POOL = 15;

/** The whole system: eighteen services, fourteen databases, one cache. */
export function bakery(settings: Settings) {
  const profile = PROFILES[settings.tenants];
  const target = new MicroK8s("node", {
    environment: "prod",
    cpus: settings.cpus,
    memory: settings.memory,
    context: "microk8s",
    namespace: "bakery-ia",
    labels: { owner: "platform-team", "data-class": "personal", "change-ref": "none" },
  });
  const vpc = new SurveillanceVpc("network", { target, certificates: { mode: "acme", email: settings.email } });
  const domains = Object.keys(DOMAINS) as Domain[];
  const { servers, databaseOf } =
    settings.databases === "shared" ? shared(vpc, settings, domains) : instances(vpc, settings, domains);
  const cache = new RedisCache("redis", { vpc, purpose: "session", memory: "512 MiB", cpus: 0.5 });

  const services = new Map<string, ServiceDeployment>();
  const service = (name: string, talksTo: readonly string[], args: Partial<ServiceDeploymentArgs>): void => {
    const replicas = CRITICAL.includes(name) ? profile.critical : profile.others;
    const made = new ServiceDeployment(name === "gateway" ? name : `${name}-service`, {
      vpc,
      image: `${settings.registry}/${name}@${settings.digest}`,
      cpus: 1,
      reservedCpus: 0.15,
      memory: profile.memory,
      replicas,
      ...(SCALED.includes(name) ? { scaling: { max: 3 } } : {}),
      environment: { ENVIRONMENT: "production", LOG_LEVEL: "INFO" },
      linkable: true,
      ...args,
      links: [cache, ...talksTo.flatMap((other) => services.get(other) ?? []), ...(args.links ?? [])],
    });
    services.set(name, made);
  };
  for (const name of domains) {
    const database = databaseOf(name);
    service(name, DOMAINS[name], {
      links: [database],
      migration: { command: ["alembic", "upgrade", "head"], links: [database] },
      // Suppliers' prices and the weather come from outside; mail and messages leave.
      outbound: name === "external" || name === "notification",
    });
  }
  for (const [name, talksTo] of Object.entries(OTHERS)) service(name, talksTo, {});
  service("gateway", [...services.keys()], { routes: [{ host: `api.${settings.domain}` }], linkable: false });

  // Every database is dumped once a day, for 30 days.
  const backups = new BackupSchedule("backups", {
    vpc,
    sources: [...servers, cache],
    preset: "daily",
    encryption: { passphrase: settings.passphrase },
    store: settings.backups,
    memory: "320 MiB",
  });
  return { vpc, cache, services, backups };
}

/** The servers, and which database is whose. */
interface Databases {
  readonly servers: readonly ManagedPostgres[];
  databaseOf(domain: Domain): Linkable;
}

/** What fourteen small servers and one large one have in common. */
function server(vpc: SurveillanceVpc, settings: Settings) {
  const profile = PROFILES[settings.tenants];
  return { vpc, memory: profile.database[settings.databases], replicas: profile.readers };
}

/** `orders` is kept in the database `orders_db`, which `orders_user` owns (PG-18). */
function described(domain: Domain) {
  const name = domain.replace(/-/g, "_");
  return { database: `${name}_db`, args: { owner: `${name}_user`, extensions: ["pgcrypto"] } };
}

function instances(vpc: SurveillanceVpc, settings: Settings, domains: readonly Domain[]): Databases {
  const made = new Map(
    domains.map((domain) => {
      const { database, args } = described(domain);
      const instance = new ManagedPostgres(`${domain}-db`, {
        ...server(vpc, settings),
        databases: { [database]: args },
        cpus: 0.5,
        reservedCpus: 0.1,
        storage: "10 GiB",
        maxConnections: 100,
      });
      return [domain, instance];
    }),
  );
  return {
    servers: [...made.values()],
    databaseOf: (domain) => made.get(domain)?.as({ pool: POOL }) ?? missing(domain),
  };
}

function shared(vpc: SurveillanceVpc, settings: Settings, domains: readonly Domain[]): Databases {
  const all = domains.map(described);
  const one = new ManagedPostgres("bakery-db", {
    ...server(vpc, settings),
    databases: Object.fromEntries(all.map(({ database, args }) => [database, args])),
    cpus: 2,
    reservedCpus: 1,
    storage: "100 GiB",
    maxConnections: 800,
  });
  return { servers: [one], databaseOf: (domain) => one.as({ database: described(domain).database, pool: POOL }) };
}

function missing(domain: string): never {
  throw new Error(`no database was made for ${domain}`);
}
