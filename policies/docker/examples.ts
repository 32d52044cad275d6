import type { Example, ExampleResource } from "../rule";

/** Digest for examples. */
export const DIGEST = `sha256:${"5f".repeat(32)}`;

/** Labels that every resource has, as the Docker provider takes them. */
export const LABELS: readonly { readonly label: string; readonly value: string }[] = [
  { label: "change-ref", value: "CHG-1" },
  { label: "data-class", value: "internal" },
  { label: "env", value: "prod" },
  { label: "owner", value: "platform" },
];

const SOUND: Readonly<Record<string, unknown>> = {
  image: `shop/api@${DIGEST}`,
  user: "10001:10001",
  readOnly: true,
  init: true,
  mustRun: true,
  capabilities: { drops: ["ALL"], adds: ["CAP_NET_BIND_SERVICE"] },
  securityOpts: ["no-new-privileges:true"],
  networkMode: "bridge",
  networksAdvanced: [{ name: "shop-app" }],
  mounts: [{ type: "volume", source: "shop-data", target: "/data", readOnly: false }],
  ports: [{ ip: "127.0.0.1", external: 8080, internal: 8080 }],
  envs: ["LOG_LEVEL=info", "DB_PASSWORD_FILE=/run/secrets/db"],
  memory: 256,
  memorySwap: 256,
  cpus: "0.5",
  restart: "unless-stopped",
  healthcheck: { tests: ["CMD", "/healthz"] },
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "5" },
  labels: LABELS,
};

/** A sound container with changes; `undefined` takes a property away. */
export function container(
  changes: Readonly<Record<string, unknown>> = {},
  ...others: readonly ExampleResource[]
): Example {
  return [{ type: "docker:index/container:Container", name: "api", props: changed(SOUND, changes) }, ...others];
}

/** A container as Bulwark brings files into volumes: root, but without a network, and gone when it is done. */
export function carrier(changes: Readonly<Record<string, unknown>> = {}): Example {
  return container({
    user: "0:0",
    readOnly: false,
    mustRun: false,
    restart: "no",
    healthcheck: undefined,
    networkMode: "none",
    networksAdvanced: [],
    ports: undefined,
    capabilities: { drops: ["ALL"], adds: ["CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FOWNER"] },
    uploads: [{ file: "/carry/0", content: "setting: 1" }],
    ...changes,
  });
}

/** A collector that reads one path of the host, and can do nothing else. */
export function collector(name: string, source: string, changes: Readonly<Record<string, unknown>> = {}): Example {
  const [base] = container({
    capabilities: { drops: ["ALL"] },
    ports: undefined,
    mounts: [{ type: "bind", source, target: "/host", readOnly: true }],
    ...changes,
  });
  return [{ ...base, name }];
}

/** Properties with changes; `undefined` takes one away. */
export function changed(
  base: Readonly<Record<string, unknown>>,
  changes: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries({ ...base, ...changes }).filter(([, value]) => value !== undefined));
}
