// A small system with one of everything that can lose data. Its shape follows the variant in SYSTEM_VARIANT.
import * as pulumi from "@pulumi/pulumi";
import {
  ManagedPostgres,
  RedisCache,
  ServiceDeployment,
  type ServiceDeploymentArgs,
  type Size,
  StorageBucket,
  SurveillanceVpc,
} from "../../../components";
import { ComposeHost } from "../../../components/targets/compose-host";

/** What may differ between two runs of the program. */
export interface Variant {
  /** Image of the services. */
  readonly image?: string;
  /** Image of the database server. */
  readonly server?: string;
  /** Replicas of the service `web`. */
  readonly replicas?: number;
  /** Streaming replicas of the database. */
  readonly readers?: number;
  readonly memory?: Size;
  readonly storage?: Size;
  /** Version that a later Bulwark might write into every volume's labels. */
  readonly volumeVersion?: string;
  /** One more role and one more database. */
  readonly moreData?: boolean;
  /** One more service with a route, which uses every store. */
  readonly moreServices?: boolean;
  /** One more route of `web`. */
  readonly moreRoutes?: boolean;
  /** A last component whose arguments are wrong in four ways. */
  readonly mistake?: boolean;
  /** A last line that throws an error of its own. */
  readonly crash?: boolean;
}

const variant = JSON.parse(process.env["SYSTEM_VARIANT"] ?? "{}") as Variant;
const image = variant.image ?? "registry.example.com/shop/web:1.0.0";

if (variant.volumeVersion !== undefined) {
  const label = { label: "io.bulwark.version", value: variant.volumeVersion };
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "docker:index/volume:Volume"
      ? { props: { ...props, labels: [...props["labels"], label], driverOpts: { type: "none" } }, opts }
      : undefined,
  );
}

const target = new ComposeHost("host", { environment: "dev", cpus: 16, memory: "64 GiB" });
const vpc = new SurveillanceVpc("network", { target });
const db = new ManagedPostgres("db", {
  vpc,
  databases: { shop: { owner: "shop_user" }, ...(variant.moreData === true ? { audit: {} } : {}) },
  roles: {
    reader: { database: "shop", access: "readonly" },
    ...(variant.moreData === true ? { writer: { database: "shop", access: "readwrite" as const } } : {}),
  },
  memory: variant.memory ?? "1 GiB",
  cpus: 1,
  storage: variant.storage ?? "10 GiB",
  replicas: variant.readers ?? 1,
  ...(variant.server === undefined ? {} : { image: { reference: variant.server, user: "999:999" } }),
});
const cache = new RedisCache("cache", { vpc, purpose: "queue", memory: variant.memory ?? "1 GiB", cpus: 1 });
const bucket = new StorageBucket("recordings", { vpc, bucketName: "recordings", storage: variant.storage ?? "10 GiB" });
const host = "shop.example.com";
new ServiceDeployment("web", {
  vpc,
  image,
  cpus: 1,
  memory: variant.memory ?? "1 GiB",
  replicas: variant.replicas ?? 2,
  links: [db.as({ database: "shop", role: "shop_user" }), cache, bucket],
  migration: { command: ["migrate"] },
  volumes: { spool: { path: "/var/spool/web", size: variant.storage ?? "10 GiB" } },
  routes: [{ host, path: "/" }, ...(variant.moreRoutes === true ? [{ host, path: "/api" }] : [])],
});
if (variant.moreServices === true) {
  new ServiceDeployment("reports", {
    vpc,
    image: "registry.example.com/shop/reports:1.0.0",
    cpus: 1,
    links: [db.as({ role: "reader" }), cache, bucket.as({ access: "read" })],
    routes: [{ host, path: "/reports" }],
  });
}
if (variant.mistake === true) {
  const wrong = { vpc, image: "web", cpus: 1, memory: "much", replicas: 0, rotues: [] };
  new ServiceDeployment("last", wrong as unknown as ServiceDeploymentArgs);
}
if (variant.crash === true) throw new TypeError("a mistake of the program itself");
