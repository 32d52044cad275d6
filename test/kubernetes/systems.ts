import {
  BackupSchedule,
  configurationSource,
  ManagedPostgres,
  RedisCache,
  ServiceDeployment,
  StorageBucket,
  SurveillanceVpc,
} from "../../components";
import { MicroK8s } from "../../components/targets/microk8s";
import { type Settings as Bakery, bakery } from "../../examples/bakery-ia/system";
import { type Settings as Personapass, personapass } from "../../examples/personapass/system";
import type { StackConfig } from "../../stacks/config";
import { staging } from "../../stacks/staging";
import { type Program, type Registered, withMocks } from "../mocks/program";

/** Changes that an operator makes to a running system, none of which may cost it its data. */
export interface Growth {
  readonly storage?: `${number} GiB`;
  readonly memory?: `${number} GiB`;
  readonly image?: string;
  readonly replicas?: number;
  /** Of the cluster's storage class. */
  readonly volumesGrow?: boolean;
}

/** The programs whose manifests are shown to the API server. */
export const SYSTEMS: readonly (readonly [string, () => Promise<Program>])[] = [
  ["a system that uses every argument", () => everything()],
  ["the stack staging", () => withMocks(() => void staging(STAGING))],
  ["bakery-ia with fourteen servers", () => withMocks(() => void bakery(BAKERY))],
  [
    "bakery-ia with one server",
    async () => moved(await withMocks(() => void bakery({ ...BAKERY, databases: "shared" })), "bakery-shared"),
  ],
  ["personapass", () => withMocks(() => void personapass(PERSONAPASS))],
];

/** The bakery in another namespace: its two layouts have volumes of one name, which the server lets nobody make smaller. */
function moved(program: Program, namespace: string): Program {
  const within = (inputs: Registered["inputs"]): Registered["inputs"] =>
    JSON.parse(JSON.stringify(inputs).replaceAll('"bakery-ia"', JSON.stringify(namespace)));
  return { ...program, resources: program.resources.map((each) => ({ ...each, inputs: within(each.inputs) })) };
}

const DIGEST = `sha256:${"d".repeat(64)}`;

const STAGING: StackConfig = {
  domain: "staging.example.com",
  images: {
    "auth-service": `registry.example.com/auth-service@${DIGEST}`,
    "data-service": `registry.example.com/data-service@${DIGEST}`,
    "detection-service": `registry.example.com/detection-service@${DIGEST}`,
  },
  migration: ["alembic", "upgrade", "head"],
  acmeEmail: "ops-team@example.com",
  cameras: ["192.168.50.0/24"],
  cluster: { namespace: "smartoffice" },
  monitoring: {
    domain: "monitoring.example.com",
    chatUrl: "https://chat.example.com/hooks/staging",
    secondUrl: "https://mail.example.com/hooks/staging",
    heartbeatUrl: "https://heartbeat.example.com/staging",
  },
};

const BACKUPS = {
  backups: {
    endpoint: "https://s3.example.com",
    bucket: "backups",
    region: "eu",
    accessKey: "backups",
    secretKey: "not-a-real-key-of-any-store",
  },
  passphrase: "a-passphrase-of-thirty-two-signs",
} as const;

const BAKERY: Bakery = {
  ...BACKUPS,
  domain: "bakery-ia.example.com",
  email: "ops-team@example.com",
  registry: "registry.example.com/bakery-ia",
  digest: DIGEST,
  tenants: 10,
  databases: "instances",
  cpus: 8,
  memory: "20 GiB",
};

const PERSONAPASS: Personapass = {
  ...BACKUPS,
  domain: "personapass.example.com",
  email: "ops-team@example.com",
  images: {
    api: `registry.example.com/personapass/api@${DIGEST}`,
    web: `registry.example.com/personapass/web@${DIGEST}`,
    chain: `registry.example.com/personapass/chain@${DIGEST}`,
  },
  jwtSecret: "not-a-real-secret-of-any-system",
  cpus: 24,
  memory: "64 GiB",
};

/** A system that uses every argument of the components that makes another object on MicroK8s. */
export function everything(growth: Growth = {}): Promise<Program> {
  return withMocks(() => {
    const target = new MicroK8s("place", {
      environment: "staging",
      cpus: 16,
      memory: "64 GiB",
      context: "microk8s",
      volumesGrow: growth.volumesGrow ?? false,
    });
    const vpc = new SurveillanceVpc("network", {
      target,
      certificates: { mode: "acme", email: "ops@example.com" },
      cameras: ["192.168.50.0/24"],
    });
    const db = new ManagedPostgres("db", {
      vpc,
      databases: { orders: { extensions: ["pgcrypto"] }, stock: {} },
      roles: { reporting: { database: "orders", access: "readonly" } },
      memory: growth.memory ?? "1 GiB",
      cpus: 1,
      storage: growth.storage ?? "20 GiB",
      replicas: 1,
      image: { reference: growth.image ?? "postgres:17.2", user: "999:999" },
    });
    const cache = new RedisCache("cache", { vpc, purpose: "session", memory: "512 MiB", cpus: 0.5 });
    const files = new StorageBucket("files", { vpc, storage: growth.storage ?? "20 GiB" });
    const image = "registry.example.com/service:1.0.0";
    const stock = new ServiceDeployment("stock", {
      vpc,
      image,
      cpus: 0.5,
      linkable: true,
      links: [db.as({ database: "stock" }), cache],
      secretsAs: "env",
      metrics: { port: 9090 },
    });
    const chain = new ServiceDeployment("chain", {
      vpc,
      image,
      cpus: 0.5,
      port: 26657,
      linkable: true,
      replicas: growth.replicas ?? 3,
      peers: { port: 26656 },
      volumes: { data: { path: "/data", size: growth.storage ?? "20 GiB" } },
    });
    new ServiceDeployment("api", {
      vpc,
      image,
      cpus: 1,
      replicas: 2,
      scaling: { max: 5 },
      links: [db.as({ database: "orders" }), stock, chain, files],
      environment: { LOG_LEVEL: "INFO" },
      secrets: { API_KEY: "not-a-real-key" },
      routes: [{ host: "shop.example.com" }, { host: "shop.example.com", path: "/v2" }],
      migration: { command: ["migrate"] },
      scratch: ["/var/cache/app"],
      outbound: true,
    });
    const elsewhere = { bucket: "backups", region: "eu", accessKey: "k", secretKey: "not-a-real-key" };
    new BackupSchedule("backups", {
      vpc,
      sources: [db, cache, files, chain, configurationSource("settings", { "stack.json": "{}" })],
      preset: "daily",
      encryption: { passphrase: "generated" },
      store: { endpoint: "https://s3.example.com:9000", ...elsewhere },
      offsite: { endpoint: "https://192.168.7.7", ...elsewhere },
      memory: "256 MiB",
    });
    new ServiceDeployment("detector", { vpc, image, cpus: 1, replicas: 1, cameras: true });
  });
}
