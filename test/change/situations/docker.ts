import { change, edit, type Situation, type System, without } from "./declared";

const CONTAINER = "docker:index/container:Container";
const VOLUME = "docker:index/volume:Volume";
const canary = "canary-Tr0ub4dor-9fK2mQ7xWz";

const labels = [{ label: "io.bulwark.data", value: "true" }];
const hardened = {
  capabilities: { drops: ["ALL"] },
  readOnly: true,
  securityOpts: ["no-new-privileges:true"],
  user: "10001:10001",
  restart: "unless-stopped",
  memory: 512,
  cpus: "0.5",
  networksAdvanced: [{ name: "shop_app" }],
  healthcheck: { tests: ["CMD", "true"], interval: "10s" },
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
};
const digest = (letter: string) => `@sha256:${letter.repeat(64)}`;

/** A shop on a compose host. */
export const COMPOSE: System = [
  { name: "host", type: "pulumi:providers:docker", props: { host: "unix:///var/run/docker.sock" } },
  { name: "db", type: "bulwark:index:ManagedPostgres", props: { target: "compose", roles: ["shop_user", "reader"] } },
  {
    name: "app",
    type: "docker:index/network:Network",
    provider: "host",
    props: { name: "shop_app", internal: true },
    outputs: ["id"],
  },
  {
    name: "db-password",
    type: "random:index/randomPassword:RandomPassword",
    props: { length: 32 },
    outputs: ["result"],
  },
  {
    name: "ca-key",
    type: "tls:index/privateKey:PrivateKey",
    props: { algorithm: "ECDSA" },
    outputs: ["privateKeyPem"],
  },
  { name: "db-data", type: VOLUME, provider: "host", parent: "db", props: { name: "shop_db-data", labels } },
  { name: "uploads", type: VOLUME, provider: "host", props: { name: "shop_uploads", labels } },
  {
    name: "scratch",
    type: VOLUME,
    provider: "host",
    props: { name: "shop_scratch", labels: [{ label: "io.bulwark.data", value: "false" }] },
  },
  { name: "archive", type: VOLUME, provider: "host", protect: true, props: { name: "shop_archive", labels } },
  {
    name: "db-server",
    type: CONTAINER,
    provider: "host",
    parent: "db",
    dependsOn: ["app", "db-data"],
    props: {
      ...hardened,
      name: "db-server",
      image: `registry.example.com/postgres:18.1${digest("a")}`,
      mounts: [{ type: "volume", source: "shop_db-data", target: "/var/lib/postgresql" }],
    },
  },
  {
    name: "db-setup",
    type: CONTAINER,
    provider: "host",
    parent: "db",
    dependsOn: ["db-server"],
    props: {
      ...hardened,
      name: "db-setup",
      image: `registry.example.com/postgres:18.1${digest("a")}`,
      mustRun: false,
      attach: true,
      restart: "no",
      command: ["setup", "--role", "shop_user", "--role", "reader"],
    },
  },
  {
    name: "web",
    type: CONTAINER,
    provider: "host",
    dependsOn: ["app"],
    props: {
      ...hardened,
      name: "web",
      image: `registry.example.com/shop/web:1.0.0${digest("b")}`,
      ports: [{ internal: 8080, external: 8080, ip: "127.0.0.1" }],
      envs: ["LOG_LEVEL=info", "GREETING=hello"],
    },
  },
];

const web = (props: Readonly<Record<string, unknown>>) => edit(COMPOSE, "web", props);
const UNPROTECTED = without(COMPOSE, "archive");
const MOVED = change(COMPOSE, "uploads", () => ({ parent: "db" }));

/** What an operator of a compose host meets. */
export const COMPOSE_SITUATIONS: readonly Situation[] = [
  { name: "no-change", before: COMPOSE, after: COMPOSE, exit: 0 },
  {
    name: "volume-label-edit",
    before: COMPOSE,
    after: edit(COMPOSE, "uploads", { labels: [...labels, { label: "team", value: "web" }] }),
    exit: 21,
    reasons: ["stateful-replaced uploads"],
  },
  {
    name: "volume-deleted",
    before: COMPOSE,
    after: without(COMPOSE, "uploads"),
    exit: 21,
    reasons: ["stateful-deleted uploads"],
  },
  { name: "scratch-volume-deleted", before: COMPOSE, after: without(COMPOSE, "scratch"), exit: 0 },
  {
    name: "volume-renamed",
    before: COMPOSE,
    after: change(COMPOSE, "uploads", () => ({ logicalName: "web-uploads" })),
    exit: 21,
    reasons: ["stateful-deleted uploads", "looks-like-rename uploads", "looks-like-rename web-uploads"],
  },
  {
    name: "volume-renamed-with-alias",
    before: COMPOSE,
    after: change(COMPOSE, "uploads", () => ({ logicalName: "web-uploads", aliases: [{ name: "uploads" }] })),
    exit: 0,
    reasons: ["moved web-uploads"],
  },
  {
    name: "component-moved",
    before: COMPOSE,
    after: MOVED,
    exit: 21,
    reasons: ["stateful-deleted uploads", "looks-like-rename uploads"],
  },
  {
    name: "component-moved-with-alias",
    before: COMPOSE,
    after: change(MOVED, "uploads", () => ({ aliases: [{ noParent: true }] })),
    exit: 0,
    reasons: ["moved uploads"],
  },
  {
    name: "protect-off",
    before: COMPOSE,
    after: change(COMPOSE, "archive", () => ({ protect: false })),
    exit: 21,
    reasons: ["protect-off archive"],
  },
  { name: "protected-volume-deleted", before: COMPOSE, after: without(COMPOSE, "archive"), exit: 25 },
  {
    name: "docker-host-moved",
    before: UNPROTECTED,
    after: edit(UNPROTECTED, "host", { host: "ssh://shop.example.com" }),
    exit: 21,
    reasons: ["provider-replaced host", "stateful-replaced db-data", "stateful-replaced uploads"],
  },
  {
    name: "image-update",
    before: COMPOSE,
    after: web({ image: `registry.example.com/shop/web:1.1.0${digest("c")}` }),
    exit: 20,
    reasons: ["container-replaced web"],
  },
  {
    name: "image-from-another-registry",
    before: COMPOSE,
    after: web({ image: `mirror.example.net/shop/web:1.0.0${digest("b")}` }),
    exit: 20,
    reasons: ["container-replaced web", "image-registry web"],
  },
  { name: "memory-raised", before: COMPOSE, after: web({ memory: 1024 }), exit: 0 },
  {
    name: "one-shot-replaced",
    before: COMPOSE,
    after: edit(COMPOSE, "db-setup", { command: ["setup", "--role", "shop_user", "--role", "reader", "--verbose"] }),
    exit: 0,
    reasons: ["one-shot-again db-setup"],
  },
  {
    name: "role-dropped",
    before: COMPOSE,
    after: edit(edit(COMPOSE, "db", { roles: ["shop_user"] }), "db-setup", {
      command: ["setup", "--role", "shop_user"],
    }),
    exit: 20,
    reasons: ["role-dropped db", "one-shot-again db-setup"],
  },
  {
    name: "network-replaced",
    before: COMPOSE,
    after: edit(COMPOSE, "app", { labels: [{ label: "team", value: "web" }] }),
    exit: 20,
    reasons: ["network-replaced app"],
  },
  {
    name: "secrets-in-environment",
    before: web({ envs: ["LOG_LEVEL=info", `DB_PASSWORD=${canary}-old`, `CACHE_URL=redis://u:${canary}-old@cache`] }),
    after: web({ envs: ["LOG_LEVEL=debug", `DB_PASSWORD=${canary}-new`, `CACHE_URL=redis://u:${canary}-new@cache`] }),
    exit: 20,
    reasons: ["container-replaced web"],
  },
  {
    name: "port-opened",
    before: COMPOSE,
    after: web({ ports: [{ internal: 8080, external: 8080, ip: "0.0.0.0" }] }),
    exit: 22,
    reasons: ["container-replaced web", "port-opened web"],
  },
  {
    name: "password-rotated",
    before: COMPOSE,
    after: edit(COMPOSE, "db-password", { keepers: { rotation: "2" } }),
    exit: 20,
    reasons: ["credential-rotated db-password"],
  },
  {
    name: "key-replaced",
    before: COMPOSE,
    after: edit(COMPOSE, "ca-key", { algorithm: "RSA" }),
    exit: 20,
    reasons: ["credential-rotated ca-key"],
  },
  {
    name: "retained-volume-deleted",
    before: change(COMPOSE, "uploads", () => ({ retainOnDelete: true })),
    after: without(COMPOSE, "uploads"),
    exit: 20,
    reasons: ["stateful-forgotten uploads"],
  },
];
