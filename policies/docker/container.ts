import { posix } from "node:path";
import type { Guard, Verdict } from "../guard";
import type { Subject } from "../join";
import type { View } from "../view";

/** A container of the Docker provider. */
export const CONTAINER: readonly string[] = ["docker:index/container:Container"];
/** A swarm service of the Docker provider. */
export const SERVICE: readonly string[] = ["docker:index/service:Service"];
/** An image pulled or built by the Docker provider. */
export const REMOTE_IMAGE: readonly string[] = ["docker:index/remoteImage:RemoteImage"];
/** A Docker network. */
export const NETWORK: readonly string[] = ["docker:index/network:Network"];
/** A named volume. */
export const VOLUME: readonly string[] = ["docker:index/volume:Volume"];

/** Ports of data stores, queues and their consoles. */
export const STORE_PORTS: readonly number[] = [
  5432, 3306, 6379, 27017, 9200, 11211, 5672, 15672, 9000, 1433, 2379, 8123, 7687,
];

/** Capabilities that are worth as much as root on the host. */
export const DANGEROUS: readonly string[] = [
  "ALL",
  "SYS_ADMIN",
  "NET_ADMIN",
  "SYS_PTRACE",
  "SYS_MODULE",
  "SYS_RAWIO",
  "DAC_READ_SEARCH",
];

/** `cap_chown` and `CAP_CHOWN` are `CHOWN`. */
export function capability(name: string): string {
  return name.toUpperCase().replace(/^CAP_/, "");
}

/** Runs one check for each path of the host that the container sees, normalised. */
export function eachBind(
  container: Subject,
  guard: Guard,
  test: (source: string, mount: View, at: View) => Verdict,
): void {
  guard.each(container.at("mounts"), (mount) => {
    if (mount.at("type").text() !== "bind") return undefined;
    const source = mount.at("source");
    return test(normalised(source.text() ?? ""), mount, source);
  });
  guard.each(container.at("volumes"), (volume) => {
    const source = volume.at("hostPath");
    const path = source.text() ?? "";
    return path === "" ? undefined : test(normalised(path), volume, source);
  });
}

function normalised(path: string): string {
  const clean = posix.normalize(path.trim());
  return clean.length > 1 && clean.endsWith("/") ? clean.slice(0, -1) : clean;
}

/** Whether the container has no network at all. */
export function offline(container: Subject): boolean {
  return container.at("networkMode").text() === "none";
}

/** Whether the container is meant to do one thing and end. */
export function oneShot(container: Subject): boolean {
  return container.at("mustRun").flag() === false && (container.at("restart").text() ?? "no") === "no";
}

/** Whether an address of a published port is reachable from everywhere. */
export function anyAddress(ip: string | undefined): boolean {
  return ip === undefined || ["", "0.0.0.0", "::", "[::]", "*", "0"].includes(ip.trim());
}

/** Whether an address is loopback or private. */
export function privateAddress(ip: string | undefined): boolean {
  return (
    ip !== undefined &&
    /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|169\.254\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd])/i.test(
      ip.trim(),
    )
  );
}

/** The value of a label, from the provider's list of pairs. */
export function label(resource: Subject, name: string): string | undefined {
  return resource
    .at("labels")
    .list()
    .find((each) => each.at("label").text() === name)
    ?.at("value")
    .text();
}

const STORES =
  /(?:^|[/_-])(postgres|postgresql|timescaledb|postgis|mysql|mariadb|mongo|mongodb|redis|valkey|memcached|elasticsearch|opensearch|rabbitmq|clickhouse|neo4j|etcd|minio|influxdb|cassandra)(?=$|[:@_-])/;
const NEAR_STORES = /(exporter|backup|proxy|admin|operator|client|commander|insight|bouncer)/;

/** Whether an image is that of a data store. */
export function storeImage(image: string | undefined): boolean {
  if (image === undefined) return false;
  const [name = ""] = image.toLowerCase().split("@");
  return STORES.test(name) && !NEAR_STORES.test(name);
}

/** What is wrong with an image reference: nothing for a digest, or for a tag that is itself a hash of the content. */
export function unpinned(image: string, immutable: readonly string[]): "floating" | "movable" | undefined {
  if (/@sha256:[a-f0-9]{64}$/.test(image) || /^sha256:[a-f0-9]{64}$/.test(image)) return undefined;
  const tag = /:([\w][\w.-]*)$/.exec(image)?.[1];
  if (tag === undefined || tag === "latest") return "floating";
  return immutable.some((pattern) => new RegExp(pattern).test(tag)) ? undefined : "movable";
}
